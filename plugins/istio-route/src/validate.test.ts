import { expect, test } from 'vitest';
import { aRoute } from './testing/builders.ts';
import { SOUND_SPECS, WRONG_SPECS } from './testing/wrong-specs.ts';
import { validateRoute } from './validate.ts';
import { validateVirtualService } from './virtual-service.ts';

test.each(WRONG_SPECS)('%s is refused by name', (_what, spec, path) => {
  expect(validateRoute(aRoute(spec)).map((problem) => problem.path)).toEqual([path]);
});

test.each(SOUND_SPECS)('%s is sound', (_what, spec) => {
  expect(validateRoute(aRoute(spec))).toEqual([]);
});

test.each<[string, object, string[]]>([
  ['a host twice', { hosts: ['a.example.com', 'a.example.com'] }, ['spec.hosts[1]']],
  [
    'a subset with two sets of labels',
    {
      traffic: [
        { subset: 'v1', weight: 50 },
        { subset: 'v1', labels: { track: 'new' }, weight: 50 },
      ],
    },
    ['spec.traffic[1].labels'],
  ],
  ['what a file says as null', { traffic: null, tls: null, timeout: null }, []],
])('%s, which a file may have', (_what, spec, paths) => {
  expect(validateRoute(aRoute(spec)).map(({ path }) => path)).toEqual(paths);
});

const ROUTE = [{ route: [{ destination: { host: 'a' } }] }];

test.each<[string, object, string[]]>([
  ['a sound one', { hosts: ['a'], http: ROUTE }, []],
  ['one for TCP', { hosts: ['a'], tcp: ROUTE }, []],
  ['one that redirects', { hosts: ['a'], http: [{ redirect: { uri: '/b' } }] }, []],
  ['nothing', {}, ['spec.hosts', 'spec.http']],
  ['every host in the mesh', { hosts: ['*'], http: ROUTE }, ['spec.hosts']],
  ['every host at a gateway', { hosts: ['*'], gateways: ['a/b'], http: ROUTE }, []],
  ['a rule that leads nowhere', { hosts: ['a'], http: [...ROUTE, { timeout: '1s' }] }, ['spec.http[1]']],
])('a raw VirtualService: %s', (_what, spec, paths) => {
  const object = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name: 'a', namespace: 'shop' },
    spec,
  };
  expect(validateVirtualService(object).map(({ path }) => path)).toEqual(paths);
});
