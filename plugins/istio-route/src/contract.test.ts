import type { KubernetesObject } from '@capstan/plugin-api';
import { expect, test } from 'vitest';
import { checkRoute, renderRoute } from './render.ts';
import { anInput, aRoute } from './testing/builders.ts';
import { validateRoute } from './validate.ts';

// Each test has the id that contracts/route.yaml and contracts/traffic-split.yaml give to a feature: capability.yaml
// claims them by it.

function objectsOf(spec: object): KubernetesObject[] {
  const input = anInput(aRoute(spec));
  expect([...validateRoute(input.trait), ...checkRoute(input)]).toEqual([]);
  return renderRoute(input);
}

function virtualService(spec: object): unknown {
  return objectsOf(spec).find(({ kind }) => kind === 'VirtualService')?.['spec'];
}

const rule = (...rules: object[]) => ({ http: rules.map((one) => expect.objectContaining(one)) });
const destination = (host: string) => expect.objectContaining({ destination: expect.objectContaining({ host }) });
const BETA = { headers: { 'x-beta': { exact: 'on' } } };
const SHARES = { traffic: [{ weight: 90 }, { service: 'next', weight: 10 }] };

test('route/host', () => {
  expect(virtualService({})).toMatchObject({ hosts: ['shop.example.com'], gateways: ['istio-system/public'] });
});

test('route/path', () => {
  expect(virtualService({ path: '/cart' })).toMatchObject(rule({ match: [{ uri: { prefix: '/cart' } }] }));
});

test('route/header-match', () => {
  expect(virtualService({ match: BETA })).toMatchObject(rule({ match: [BETA] }));
});

test('route/weights', () => {
  expect(virtualService(SHARES)).toMatchObject({ http: [{ route: [{ weight: 90 }, destination('next')] }] });
});

test('route/timeouts', () => {
  expect(virtualService({ timeout: '3s' })).toMatchObject(rule({ timeout: '3s' }));
});

test('route/retries', () => {
  expect(virtualService({ retries: { attempts: 4 } })).toMatchObject(rule({ retries: { attempts: 4 } }));
});

test('route/rewrite', () => {
  const rewrite = { uri: '/v1', authority: 'a.example.com' };
  expect(virtualService({ rewrite })).toMatchObject(rule({ rewrite }));
});

test('route/headers', () => {
  const headers = { request: { set: { a: 'b' } }, response: { remove: ['c'] } };
  expect(virtualService({ headers })).toMatchObject(rule({ headers }));
});

test('route/cors', () => {
  const cors = { allowOrigins: [{ exact: 'https://example.com' }] };
  expect(virtualService({ cors })).toMatchObject(rule({ corsPolicy: cors }));
});

test('route/tls', () => {
  const gateway = objectsOf({ tls: { secretName: 'shop' } }).find(({ kind }) => kind === 'Gateway');
  const [https, http] = ((gateway?.['spec'] ?? {}) as { servers: object[] }).servers;
  expect(https).toMatchObject({ port: { number: 443, protocol: 'HTTPS' }, tls: { credentialName: 'shop' } });
  expect(http).toMatchObject({ port: { number: 80 }, tls: { httpsRedirect: true } });
});

test('traffic-split/weights', () => {
  expect(virtualService(SHARES)).toMatchObject({
    http: [{ route: [{ weight: 90 }, { destination: { host: 'next' }, weight: 10 }] }],
  });
});

test('traffic-split/header-match', () => {
  expect(virtualService({ traffic: [{ service: 'next', match: BETA }] })).toMatchObject(
    rule({ match: [BETA], route: [destination('next')] }, { route: [destination('frontend')] }),
  );
});

test('traffic-split/subsets', () => {
  const traffic = [
    { subset: 'v1', weight: 50 },
    { subset: 'v2', weight: 50 },
  ];
  const destinationRule = objectsOf({ traffic }).find(({ kind }) => kind === 'DestinationRule');
  expect(destinationRule?.['spec']).toMatchObject({
    host: 'frontend',
    subsets: [{ labels: { version: 'v1' } }, { labels: { version: 'v2' } }],
  });
});

test('traffic-split/mirror', () => {
  expect(virtualService({ traffic: [{ service: 'next', mirror: 20 }] })).toMatchObject(
    rule({ route: [destination('frontend')], mirrors: [expect.objectContaining({ percentage: { value: 20 } })] }),
  );
});
