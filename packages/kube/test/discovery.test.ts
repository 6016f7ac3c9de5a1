import { describe, expect, test } from 'vitest';
import { json, loopback } from './loopback.ts';

const WIDGET = { apiVersion: 'example.dev/v1', kind: 'Widget' };

function aggregated(groups: readonly object[]): object {
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items: groups };
}

const widgets = {
  metadata: { name: 'example.dev' },
  versions: [
    {
      version: 'v1',
      freshness: 'Current',
      resources: [
        {
          resource: 'widgets',
          responseKind: { group: 'example.dev', version: 'v1', kind: 'Widget' },
          scope: 'Namespaced',
          singularResource: 'widget',
          verbs: ['get'],
          shortNames: ['wd'],
          subresources: [{ subresource: 'status' }],
        },
      ],
    },
  ],
};

const AGGREGATED_TYPE = { 'Content-Type': 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' };

describe('aggregated discovery', () => {
  test('a miss asks again once, with the ETag, and finds what was added', async () => {
    let added = false;
    const server = await loopback(({ path, headers }, response) => {
      const etag = path === '/api' || !added ? '"old"' : '"new"';
      if (headers['if-none-match'] === etag) return response.writeHead(304).end();
      const groups = path === '/apis' && added ? [widgets] : [];
      json(response, 200, aggregated(groups), { ...AGGREGATED_TYPE, ETag: etag });
    });
    const client = await server.client();
    expect(await client.discovery.find(WIDGET)).toBeUndefined();
    expect(server.requests).toHaveLength(2);
    added = true;
    expect(await client.discovery.find(WIDGET)).toMatchObject({
      resource: 'widgets',
      namespaced: true,
      shortNames: ['wd'],
      subresources: ['status'],
    });
    expect(server.requests).toHaveLength(4);
    expect(await client.discovery.findByName('widgets.example.dev')).toMatchObject({ kind: 'Widget' });
    expect(server.requests).toHaveLength(4);
  });

  test('many look-ups at once share one load, and one refresh for those that came after its start', async () => {
    const server = await loopback((_request, response) => json(response, 200, aggregated([]), AGGREGATED_TYPE));
    const client = await server.client();
    await Promise.all(Array.from({ length: 10 }, () => client.discovery.find(WIDGET)));
    expect(server.requests).toHaveLength(4);
  });

  test('a look-up after an invalidation does not make do with an answer that was asked for before it', async () => {
    const held: (() => void)[] = [];
    let added = false;
    const server = await loopback(({ path }, response) => {
      const groups = path === '/apis' && added ? [widgets] : [];
      const answer = () => json(response, 200, aggregated(groups), AGGREGATED_TYPE);
      if (added) answer();
      else held.push(answer);
    });
    const client = await server.client();
    const early = client.discovery.find(WIDGET);
    await expect.poll(() => held.length).toBe(2);
    added = true;
    client.discovery.invalidate();
    expect(await client.discovery.find(WIDGET)).toBeDefined();
    for (const answer of held) answer();
    expect(await early).toBeUndefined();
    expect(await client.discovery.find(WIDGET)).toBeDefined();
    expect(server.requests).toHaveLength(4);
  });

  test('a group whose API service is dead is named and hides nothing', async () => {
    const dead = {
      metadata: { name: 'metrics.dev' },
      versions: [{ version: 'v1', freshness: 'Stale', resources: [] }],
    };
    const server = await loopback(({ path }, response) =>
      json(response, 200, aggregated(path === '/apis' ? [dead, widgets] : []), AGGREGATED_TYPE),
    );
    const client = await server.client();
    expect(await client.discovery.find(WIDGET)).toBeDefined();
    expect(await client.discovery.failures()).toEqual([
      { groupVersion: 'metrics.dev/v1', reason: 'its API service does not answer' },
    ]);
  });
});

describe('legacy discovery', () => {
  test('is used where the server knows no other; failing groups are named; subresources belong to their resource', async () => {
    const groups = [
      { versions: [{ groupVersion: 'example.dev/v1' }] },
      { versions: [{ groupVersion: 'broken.dev/v1' }] },
    ];
    const resources = [
      { name: 'widgets', kind: 'Widget', namespaced: true, verbs: ['get'] },
      { name: 'widgets/scale', kind: 'Scale', namespaced: true },
    ];
    const answers: Record<string, object> = {
      '/apis': { kind: 'APIGroupList', groups },
      '/apis/example.dev/v1': { kind: 'APIResourceList', groupVersion: 'example.dev/v1', resources },
    };
    const server = await loopback(({ path }, response) => {
      if (path.startsWith('/api/') || path === '/api') return 'discovery';
      return answers[path] ? json(response, 200, answers[path]) : json(response, 503, { message: 'no endpoints' });
    });
    const client = await server.client();
    expect(await client.discovery.find(WIDGET)).toMatchObject({ singular: 'widget', subresources: ['scale'] });
    expect(await client.discovery.findByName('configmaps')).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
    const [failure] = await client.discovery.failures();
    expect(failure).toMatchObject({ groupVersion: 'broken.dev/v1', reason: expect.stringContaining('no endpoints') });
  });
});
