import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { builtinResources } from '../builtin/resources.ts';
import { ResourceRegistry } from '../model/registry.ts';
import type { ApiResource } from '../model/resource.ts';
import { Discovery } from './discovery.ts';
import type { RemoteGroups } from './groups.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const BETA = 'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';

/** What a real v1.35.4 server without CRDs answered. */
const recorded = JSON.parse(
  gunzipSync(readFileSync(new URL('./testdata/real-discovery.json.gz', import.meta.url))).toString(),
) as { documents: Record<string, object>; aggregated: Record<string, object> };

function aDiscovery(remote?: RemoteGroups) {
  const registry = new ResourceRegistry(builtinResources());
  const discovery = new Discovery({ registry, serverAddress: () => '127.0.0.1:45225', ...(remote && { remote }) });
  return { registry, discovery };
}

const { discovery } = aDiscovery();

function custom(group: string, version: string, resource: string, more: Partial<ApiResource> = {}): ApiResource {
  const [base] = builtinResources();
  if (!base) throw new Error('no built-in resources');
  const kind = `${resource[0]?.toUpperCase()}${resource.slice(1, -1)}`;
  return {
    ...base,
    source: 'crd',
    group,
    version,
    resource,
    kind,
    singular: resource.slice(0, -1),
    listKind: `${kind}List`,
    namespaced: true,
    shortNames: [],
    categories: [],
    verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
    subresources: [],
    storage: { group, version: 'v1', resource, kind, namespaced: true },
    ...more,
  };
}

describe('documents equal those of the real server, in their order', () => {
  test.each(Object.entries(recorded.documents))('%s', (path, document) => {
    expect(discovery.answer({ path })?.body.toString()).toBe(`${JSON.stringify(document)}\n`);
  });

  test.each(Object.entries(recorded.aggregated))('%s, aggregated', (path, document) => {
    const answer = discovery.answer({ path, accept: AGGREGATED });
    expect(answer?.body.toString()).toBe(`${JSON.stringify(document)}\n`);
    expect(answer?.headers).toMatchObject({ 'content-type': AGGREGATED, vary: 'Accept', 'cache-control': 'public' });
  });
});

describe('negotiation', () => {
  test('kubectl, which knows all forms, gets the aggregated one', () => {
    const answer = discovery.answer({ path: '/apis', accept: `${AGGREGATED},${BETA},application/json` });
    expect(answer?.document).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' });
  });

  test('a client that knows the beta form falls back to the old one', () => {
    const answer = discovery.answer({ path: '/apis', accept: `${BETA},application/json` });
    expect(answer?.document).toMatchObject({ kind: 'APIGroupList' });
  });

  test.each([
    ['/apis', BETA, 'only the following media types are accepted'],
    ['/apis', 'text/html', 'only the following media types are accepted'],
    ['/api/v1', 'text/html', '406: Not Acceptable\n\nAvailable representations: application/json'],
    ['/apis/apps', AGGREGATED, '406: Not Acceptable'],
  ])('%s as %s is refused', (path, accept, message) => {
    expect(() => discovery.answer({ path, accept })).toThrow(message);
  });

  test('nothing is sent again to a client that has it', () => {
    const first = discovery.answer({ path: '/apis', accept: AGGREGATED });
    const again = discovery.answer({ path: '/apis', accept: AGGREGATED, ifNoneMatch: first?.headers['etag'] });
    expect(first?.headers['etag']).toMatch(/^"[0-9A-F]{128}"$/);
    expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) });
  });

  test.each(['/api/v2', '/apis/nope', '/apis/apps/v9', '/apis/apps/v1/deployments', '/apis//v1', '/version'])(
    '%s is none of its paths',
    (path) => {
      expect(discovery.answer({ path })).toBe(undefined);
    },
  );
});

describe('CRDs', () => {
  const { registry, discovery: live } = aDiscovery();

  test('are there as soon as the registry has them, and gone with them', () => {
    expect(live.answer({ path: '/apis/f.example.com' })).toBe(undefined);
    const before = live.answer({ path: '/apis', accept: AGGREGATED })?.headers['etag'];
    registry.setCustom('widgets.f.example.com', [
      custom('f.example.com', 'v1alpha1', 'widgets'),
      custom('f.example.com', 'v1', 'widgets', {
        shortNames: ['wg'],
        categories: ['all'],
        subresources: [
          { name: 'status', verbs: ['get', 'patch', 'update'] },
          {
            name: 'scale',
            verbs: ['get', 'patch', 'update'],
            kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
          },
        ],
      }),
    ]);
    registry.setCustom('globals.f.example.com', [custom('f.example.com', 'v1beta1', 'globals', { namespaced: false })]);
    const group = live.answer({ path: '/apis/f.example.com' })?.document;
    expect(group).toMatchObject({
      versions: [{ version: 'v1' }, { version: 'v1beta1' }, { version: 'v1alpha1' }],
      preferredVersion: { groupVersion: 'f.example.com/v1', version: 'v1' },
    });
    expect(live.answer({ path: '/apis', accept: AGGREGATED })?.headers['etag']).not.toBe(before);
    // As recorded from the real server.
    const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
    const some = ['get', 'patch', 'update'];
    const shared = { singularName: '', namespaced: true };
    const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
    expect(live.answer({ path: '/apis/f.example.com/v1' })?.document).toEqual({
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: 'f.example.com/v1',
      resources: [
        {
          name: 'widgets',
          singularName: 'widget',
          namespaced: true,
          kind: 'Widget',
          verbs,
          shortNames: ['wg'],
          categories: ['all'],
          storageVersionHash: '9MZkgkFhPzU=',
        },
        { name: 'widgets/status', ...shared, kind: 'Widget', verbs: some },
        { name: 'widgets/scale', ...shared, ...scale, verbs: some },
      ],
    });
    registry.setCustom('widgets.f.example.com', []);
    registry.setCustom('globals.f.example.com', []);
    expect(live.answer({ path: '/apis/f.example.com' })).toBe(undefined);
  });
});

test('groups of other servers are merged in by priority; their resources are not answered here', () => {
  const { discovery: merged } = aDiscovery({
    generation: 1,
    list: () => [
      {
        group: 'metrics.example.com',
        version: 'v1',
        priority: { group: 17900, version: 5 },
        freshness: 'Stale',
        resources: [],
      },
      { group: 'apps', version: 'v1', priority: { group: 1, version: 1 }, freshness: 'Current', resources: [] },
      { group: 'apps', version: 'v2', priority: { group: 1, version: 50 }, freshness: 'Current', resources: [] },
    ],
  });
  const names = merged.groups().map((group) => group.name);
  expect(names.slice(0, 4)).toEqual(['apiregistration.k8s.io', '', 'metrics.example.com', 'apps']);
  expect(merged.answer({ path: '/apis/metrics.example.com' })?.document).toMatchObject({ kind: 'APIGroup' });
  expect(merged.answer({ path: '/apis/metrics.example.com/v1' })).toBe(undefined);
  expect(merged.answer({ path: '/apis/apps' })?.document).toMatchObject({ preferredVersion: { version: 'v2' } });
  expect(merged.answer({ path: '/apis/apps/v1' })?.document).toMatchObject({ resources: expect.any(Array) });
  const aggregated = merged.answer({ path: '/apis', accept: AGGREGATED })?.document as { items: object[] };
  expect(aggregated.items[1]).toEqual({
    metadata: { name: 'metrics.example.com' },
    versions: [{ version: 'v1', freshness: 'Stale' }],
  });
});
