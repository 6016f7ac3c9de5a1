/** Specs that break one rule each, with the field that the message must name; CRD and code must agree on them. */
export const WRONG_SPECS: [what: string, spec: object, path: string][] = [
  ['no hosts', { hosts: undefined }, 'spec.hosts'],
  ['every host inside the mesh', { hosts: ['*'], gateway: 'mesh' }, 'spec.hosts'],
  ['a certificate beside a gateway', { tls: { secretName: 'shop' }, gateway: 'shop/own' }, 'spec.tls'],
  ['a header in upper case', { match: { headers: { 'X-Beta': { exact: 'enabled' } } } }, 'spec.match.headers.X-Beta'],
  ['two ways of a match', { match: { headers: { a: { exact: 'b', prefix: 'b' } } } }, 'spec.match.headers.a'],
  ['a match of nothing', { match: { headers: { a: {} } } }, 'spec.match.headers.a'],
  ['an origin of nothing', { cors: { allowOrigins: [{}] } }, 'spec.cors.allowOrigins[0]'],
  ['a weight left out', { traffic: [{ weight: 100 }, { service: 'b' }] }, 'spec.traffic[1].weight'],
  ['weights of 90', { traffic: [{ weight: 50 }, { service: 'b', weight: 40 }] }, 'spec.traffic'],
  ['one weight of 90', { traffic: [{ service: 'b', weight: 90 }] }, 'spec.traffic'],
  [
    'a weight beside a match',
    { traffic: [{ service: 'b', weight: 5, match: { headers: { a: { exact: 'b' } } } }] },
    'spec.traffic[0].weight',
  ],
  ['a weight beside mirror', { traffic: [{ service: 'b', weight: 5, mirror: 5 }] }, 'spec.traffic[0].weight'],
  [
    'mirror beside a match',
    { traffic: [{ service: 'b', mirror: 5, match: { headers: { a: { exact: 'b' } } } }] },
    'spec.traffic[0].mirror',
  ],
  ['labels of no subset', { traffic: [{ labels: { version: 'v1' } }] }, 'spec.traffic[0].labels'],
  ['a revision of a Service', { traffic: [{ service: 'b', revision: 'b-1' }] }, 'spec.traffic[0].revision'],
  ['a timeout of nothing', { timeout: '0s' }, 'spec.timeout'],
  ['a try of nothing', { retries: { perTryTimeout: '0ms' } }, 'spec.retries.perTryTimeout'],
  ['a try longer than the whole', { timeout: '1s', retries: { perTryTimeout: '2s' } }, 'spec.retries.perTryTimeout'],
];

/** Values that the schema alone refuses, with the field that the API server names. */
export const WRONG_VALUES: [what: string, spec: object, path: string][] = [
  ['no hosts in the list', { hosts: [] }, 'spec.hosts'],
  ['a host in upper case', { hosts: ['Shop.example.com'] }, 'spec.hosts[0]'],
  ['a host with a port', { hosts: ['shop.example.com:80'] }, 'spec.hosts[0]'],
  ['a star in the middle', { hosts: ['shop.*.com'] }, 'spec.hosts[0]'],
  ['a host twice', { hosts: ['a.example.com', 'a.example.com'] }, 'spec.hosts[1]'],
  ['a gateway without its namespace', { gateway: 'public' }, 'spec.gateway'],
  ['a port of 0', { port: 0 }, 'spec.port'],
  ['a port that is none', { targetPort: 70000 }, 'spec.targetPort'],
  ['a port in words', { port: 'http' }, 'spec.port'],
  ['a path without /', { path: 'cart' }, 'spec.path'],
  ['a timeout without unit', { timeout: '15' }, 'spec.timeout'],
  ['a timeout in days', { timeout: '1d' }, 'spec.timeout'],
  ['too many tries', { retries: { attempts: 11 } }, 'spec.retries.attempts'],
  ['a certificate without Secret', { tls: {} }, 'spec.tls.secretName'],
  ['no traffic in the list', { traffic: [] }, 'spec.traffic'],
  ['a weight above 100', { traffic: [{ weight: 101 }] }, 'spec.traffic[0].weight'],
  ['no headers to match', { match: { headers: {} } }, 'spec.match.headers'],
  ['a rewrite of nothing', { rewrite: {} }, 'spec.rewrite'],
  ['a rewrite without /', { rewrite: { uri: 'x' } }, 'spec.rewrite.uri'],
  [
    'an unknown method',
    { cors: { allowOrigins: [{ exact: 'a' }], allowMethods: ['get'] } },
    'spec.cors.allowMethods[0]',
  ],
  ['cors for nobody', { cors: {} }, 'spec.cors.allowOrigins'],
  [
    'an unknown balancing',
    { trafficPolicy: { loadBalancer: { simple: 'FAIR' } } },
    'spec.trafficPolicy.loadBalancer.simple',
  ],
  ['an unknown mode of TLS', { trafficPolicy: { tls: { mode: 'MAYBE' } } }, 'spec.trafficPolicy.tls.mode'],
];

const MATCH = { headers: { 'x-beta': { exact: 'enabled' } } };

/** Specs near the wrong ones that are sound. */
export const SOUND_SPECS: [what: string, spec: object][] = [
  ['hosts alone', {}],
  ['every host', { hosts: ['*'] }],
  ['a wildcard', { hosts: ['*.example.com'] }],
  ['traffic alone, as on a Knative Service', { hosts: undefined, traffic: [{ weight: 100 }] }],
  ['one share without a weight', { traffic: [{ service: 'b' }] }],
  ['shares beside matches and copies', { traffic: [{ service: 'b', match: MATCH }, { service: 'c', mirror: 1 }, {}] }],
  ['a share of nothing', { traffic: [{ weight: 100 }, { service: 'b', weight: 0 }] }],
  ['durations of several parts', { timeout: '1m30s', retries: { perTryTimeout: '500ms' } }],
];
