import { expect, test } from 'vitest';
import { aRoute } from './testing/builders.ts';
import { validateRoute } from './validate.ts';

const LONG = 'x'.repeat(64);
const header = (match: object) => ({ headers: { 'x-beta': match } });
const labels = (labels: object) => ({ traffic: [{ subset: 'v1', labels }] });

test.each<[what: string, spec: object, path: string, message: string]>([
  ['a host of a wildcard', { hosts: ['*.a.com', 'b.a.com'] }, 'spec.hosts[1]', 'is one of "*.a.com"'],
  ['a wildcard of every host', { hosts: ['*.a.com', '*'] }, 'spec.hosts[0]', 'is one of "*"'],
  ['a part that is too long', { hosts: [`${LONG}.com`] }, 'spec.hosts[0]', 'more than 63'],
  ['a name that ends in a number', { hosts: ['a.123'] }, 'spec.hosts[0]', 'ends in a number'],
  ['a short name with TLS', { hosts: ['shop'], tls: { secretName: 'a' } }, 'spec.hosts[0]', 'has no domain'],
  ['a gateway with a dot', { gateway: 'a/b.c' }, 'spec.gateway', '"a/b.c"'],
  ['a service that is too long', { traffic: [{ service: LONG }] }, 'spec.traffic[0].service', 'more than 63'],
  ['a label of two words', labels({ version: 'v 1' }), 'spec.traffic[0].labels.version', '"v 1"'],
  ['a label without a name', labels({ 'a b': '1' }), 'spec.traffic[0].labels', '"a b" is no name of a label'],
  ['tries of no attempts', { retries: { attempts: 0, retryOn: '5xx' } }, 'spec.retries.retryOn', 'attempts: 0'],
  ['a reason unknown', { retries: { retryOn: '5xx,timeout' } }, 'spec.retries.retryOn', '"timeout"'],
  ['parts of milliseconds', { timeout: '1.5ms' }, 'spec.timeout', 'whole number of milliseconds'],
  [
    'parts of milliseconds in a policy',
    { trafficPolicy: { connectionPool: { tcp: { connectTimeout: '0.5ms' } } } },
    'spec.trafficPolicy.connectionPool.tcp.connectTimeout',
    'whole number of milliseconds',
  ],
  [
    'parts of seconds for a preflight',
    { cors: { allowOrigins: [{ exact: 'a' }], maxAge: '1500ms' } },
    'spec.cors.maxAge',
    'whole number of seconds',
  ],
  [
    'a match that is no expression',
    { match: header({ regex: '(a' }) },
    'spec.match.headers.x-beta.regex',
    '(a has a "("',
  ],
  [
    'an entry that looks ahead',
    { traffic: [{ service: 'b', match: header({ regex: 'a(?=b)' }) }] },
    'spec.traffic[0].match.headers.x-beta.regex',
    'RE2',
  ],
  [
    'an origin like a file name',
    { cors: { allowOrigins: [{ regex: '*.a.com' }] } },
    'spec.cors.allowOrigins[0].regex',
    '"*"',
  ],
  ['an origin of nothing', { cors: { allowOrigins: [{ exact: '' }] } }, 'spec.cors.allowOrigins[0].exact', 'is empty'],
  [
    'a header of two words',
    { cors: { allowOrigins: [{ exact: 'a' }], allowHeaders: ['x-a', 'a b'] } },
    'spec.cors.allowHeaders[1]',
    '"a b"',
  ],
  ['a pseudo header', { headers: { request: { set: { ':path': '/' } } } }, 'spec.headers.request.set', '":path"'],
  ['a lone %', { headers: { response: { add: { 'x-a': '5 %' } } } }, 'spec.headers.response.add.x-a', '"5 %"'],
  ['two lines', { headers: { request: { set: { 'x-a': 'a\nb' } } } }, 'spec.headers.request.set.x-a', 'no value'],
  [
    'the host of an answer',
    { headers: { response: { remove: ['Host'] } } },
    'spec.headers.response.remove[0]',
    '"Host"',
  ],
  [
    'the host twice',
    { headers: { request: { set: { host: 'a' } } }, rewrite: { authority: 'b' } },
    'spec.headers.request.set',
    '"host"',
  ],
])("what Istio's webhook would refuse is refused by name: %s", (_what, spec, path, message) => {
  expect(validateRoute(aRoute(spec))).toMatchObject([{ path, message: expect.stringContaining(message) }]);
});

test.each<[what: string, spec: object]>([
  ['hosts beside each other', { hosts: ['*.a.com', 'a.com', 'b.com', '10.0.0.1'] }],
  ['a short name', { hosts: ['shop'] }],
  ['reasons and status codes', { retries: { retryOn: '5xx,503,unavailable' } }],
  ['no attempts', { retries: { attempts: 0 } }],
  ['parts of seconds', { timeout: '0.25s', retries: { perTryTimeout: '0.001s' } }],
  ['a label with a prefix', labels({ 'app.kubernetes.io/name': 'a', empty: '' })],
  [
    'values that Envoy fills in',
    { headers: { request: { set: { host: 'a', 'x-a': '%REQ(x)% 100%% %START_TIME%' } } } },
  ],
  ['every header', { cors: { allowOrigins: [{ regex: '.*' }], allowHeaders: ['*'], maxAge: '1h' } }],
])('what it takes is sound: %s', (_what, spec) => {
  expect(validateRoute(aRoute(spec))).toEqual([]);
});
