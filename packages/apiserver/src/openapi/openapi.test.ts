import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { builtinResources } from '../builtin/resources.ts';
import { ResourceRegistry } from '../model/registry.ts';
import type { ApiResource } from '../model/resource.ts';
import type { SchemaNode } from '../model/schema.ts';
import { groupVersionName, groupVersionTag } from './names.ts';
import { OpenApi, type RemoteDocuments } from './openapi.ts';

type Plain = Record<string, unknown>;

/** A CRD's schema and what a real v1.35.4 server published for it; descriptions of built-in parts are left out. */
const recorded = JSON.parse(
  gunzipSync(readFileSync(new URL('./testdata/real-crd-document.json.gz', import.meta.url))).toString(),
) as { schema: SchemaNode; document: Plain; builtin: Plain };

const NOW = Date.parse('2026-01-02T03:04:05Z');

function aWidget(version = 'v1'): ApiResource {
  const [base] = builtinResources();
  if (!base) throw new Error('no built-in resources');
  const verbs = ['get', 'patch', 'update'] as const;
  return {
    ...base,
    source: 'crd',
    group: 'f.example.com',
    version,
    resource: 'widgets',
    kind: 'Widget',
    listKind: 'WidgetList',
    namespaced: true,
    verbs: ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'],
    schema: recorded.schema,
    subresources: [
      { name: 'status', verbs },
      { name: 'scale', verbs, kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } },
    ],
  };
}

function anOpenApi(remote?: RemoteDocuments) {
  const registry = new ResourceRegistry(builtinResources());
  const openApi = new OpenApi(registry, remote);
  const get = (path: string, more: Plain = {}) => openApi.answer({ path, now: NOW, ...more });
  const index = () =>
    (JSON.parse(get('/openapi/v3')?.body.toString() ?? '') as { paths: Record<string, { serverRelativeURL: string }> })
      .paths;
  const hashOf = (path: string) => new URL(index()[path]?.serverRelativeURL ?? '', 'x:/').searchParams.get('hash');
  return { registry, get, index, hashOf };
}

const { get, index, hashOf } = anOpenApi();

function documentOf(path: string): { paths: Record<string, Plain>; components: { schemas: Record<string, Plain> } } {
  return JSON.parse(get(`/openapi/v3/${path}`)?.body.toString() ?? 'null');
}

/** Without texts. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([name, field]) => name !== 'description' || typeof field !== 'string');
  return Object.fromEntries(fields.map(([name, field]) => [name, comparable(field)]));
}

describe('documents', () => {
  test('of every group version name only definitions that they hold', () => {
    for (const path of Object.keys(index())) {
      const document = documentOf(path);
      const names = new Set(Object.keys(document.components.schemas ?? {}));
      const text = get(`/openapi/v3/${path}`)?.body.toString() ?? '';
      for (const [, name = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) expect(names).toContain(name);
    }
  });

  test('have what kubectl and helm read', () => {
    const { paths, components } = documentOf('apis/apps/v1');
    const path = paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}'] as Record<string, Plain>;
    const patch = path['patch'] as {
      parameters: { name: string }[];
      requestBody: { content: Plain };
      'x-kubernetes-group-version-kind': Plain;
    };
    expect(patch.parameters.map(({ name }) => name)).toEqual(['dryRun', 'fieldManager', 'fieldValidation', 'force']);
    expect(Object.keys(patch.requestBody.content)).toContain('application/strategic-merge-patch+json');
    expect(Object.keys(patch.requestBody.content)).toContain('application/apply-patch+yaml');
    expect(patch['x-kubernetes-group-version-kind']).toEqual({ group: 'apps', version: 'v1', kind: 'Deployment' });
    const { schemas } = components;
    expect(schemas['io.k8s.api.apps.v1.Deployment']).toMatchObject({
      'x-kubernetes-group-version-kind': [{ group: 'apps', version: 'v1', kind: 'Deployment' }],
    });
    expect(schemas['io.k8s.api.core.v1.Container']).toMatchObject({
      properties: {
        ports: {
          'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
          'x-kubernetes-patch-merge-key': 'containerPort',
        },
      },
    });
  });

  test('of discovery, the version and OpenID stand beside those of group versions', () => {
    expect(Object.keys(index())).toEqual(
      expect.arrayContaining(['api', 'apis', 'apis/apps', 'version', 'openid/v1/jwks']),
    );
    expect(documentOf('apis/apps').paths).toMatchObject({ '/apis/apps/': { get: { operationId: 'getAppsAPIGroup' } } });
    expect(documentOf('openid/v1/jwks').components).not.toHaveProperty('schemas');
  });

  test('of a built-in group equal the real one but for texts', () => {
    expect(comparable(documentOf('apis/autoscaling/v1'))).toEqual(recorded.builtin);
  });

  test('of a CRD equal the real one but for the texts of built-in parts', () => {
    const { registry, get: live } = anOpenApi();
    registry.setCustom('widgets.f.example.com', [aWidget()]);
    const document = JSON.parse(
      live('/openapi/v3/apis/f.example.com/v1')?.body.toString() ?? '',
    ) as typeof recorded.document;
    expect(comparable(document)).toEqual(recorded.document);
    const { schemas } = document['components'] as { schemas: Record<string, Plain> };
    expect(schemas['com.example.f.v1.Widget']).toMatchObject({
      description: 'A widget is a thing.',
      properties: { spec: { properties: { color: { description: 'Its colour' } } } },
    });
  });
});

describe('URLs', () => {
  const path = '/openapi/v3/apis/apps/v1';

  test('of the index may be kept for a year', () => {
    const hash = hashOf('apis/apps/v1');
    const answer = get(path, { hash });
    expect(answer?.headers).toMatchObject({
      'cache-control': 'public, immutable',
      expires: 'Sat, 02 Jan 2027 03:04:05 UTC',
      etag: `"${hash}"`,
    });
    expect(get(path, { hash, ifNoneMatch: `"${hash}"` })).toMatchObject({ status: 304 });
  });

  test('without a hash are answered, but not to be kept', () => {
    expect(get(path)).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache, private' } });
  });

  test('with an old hash lead to the new one', () => {
    const location = `${path}?hash=${hashOf('apis/apps/v1')}`;
    expect(get(path, { hash: 'AAAA' })).toMatchObject({ status: 301, headers: { location } });
  });

  test('stay the same for groups that a change leaves alone', () => {
    const { registry, hashOf: hash, index: all } = anOpenApi();
    registry.setCustom('widgets.f.example.com', [aWidget('v1'), aWidget('v2')]);
    const before = { apps: hash('apis/apps/v1'), widgets: hash('apis/f.example.com/v1') };
    registry.setCustom('others.g.example.com', [{ ...aWidget(), group: 'g.example.com' }]);
    expect({ apps: hash('apis/apps/v1'), widgets: hash('apis/f.example.com/v1') }).toEqual(before);
    registry.setCustom('widgets.f.example.com', [aWidget('v1')]);
    expect(hash('apis/f.example.com/v1')).not.toBe(before.widgets);
    expect(all()).not.toHaveProperty(['apis/f.example.com/v2']);
  });

  test.each(['/openapi/v2', '/openapi/v3/', '/openapi/v3/apis/nope/v1'])('%s is a clean 404', (unknown) => {
    expect(get(unknown)).toMatchObject({ status: 404, body: Buffer.alloc(0) });
  });

  test('other paths are not of OpenAPI', () => {
    expect(get('/openapi')).toBe(undefined);
  });
});

test('what may be a number or a text says so, once', () => {
  const { registry, get: read } = anOpenApi();
  const intOrString = { 'x-kubernetes-int-or-string': true };
  const anyOf = [{ type: 'integer' as const }, { type: 'string' as const }];
  const other = [{ minimum: 1 }];
  const properties = {
    plain: intOrString,
    said: { ...intOrString, anyOf },
    saidWithMore: { ...intOrString, allOf: [{ anyOf }, { maximum: 3 }] },
    other: { ...intOrString, anyOf: other },
    items: { type: 'array' as const, items: intOrString },
  };
  registry.setCustom('widgets.f.example.com', [{ ...aWidget(), schema: { type: 'object', properties } }]);
  const { components } = JSON.parse(read('/openapi/v3/apis/f.example.com/v1')?.body.toString() ?? 'null');
  expect(components.schemas['com.example.f.v1.Widget'].properties).toMatchObject({
    plain: { ...intOrString, anyOf },
    said: properties.said,
    saidWithMore: properties.saidWithMore,
    other: { ...intOrString, anyOf: other, allOf: [{ anyOf }] },
    items: { type: 'array', items: { ...intOrString, anyOf } },
  });
  expect(components.schemas['com.example.f.v1.Widget'].properties.saidWithMore).not.toHaveProperty('anyOf');
});

test('clients that take only binary documents are refused', () => {
  const proto = 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf';
  expect(get('/openapi/v3/apis/apps/v1', { accept: proto })).toMatchObject({ status: 406 });
  expect(get('/openapi/v3/apis/apps/v1', { accept: `${proto}, */*` })).toMatchObject({ status: 200 });
});

test('documents of other servers are in the index', () => {
  const url = '/openapi/v3/apis/metrics.example.com/v1?hash=1';
  const { index: merged } = anOpenApi({ generation: 1, list: () => [{ path: 'apis/metrics.example.com/v1', url }] });
  expect(merged()['apis/metrics.example.com/v1']).toEqual({ serverRelativeURL: url });
});

test.each([
  ['', 'v1', 'CoreV1', 'core_v1'],
  ['apps', 'v1', 'AppsV1', 'apps_v1'],
  ['rbac.authorization.k8s.io', 'v1', 'RbacAuthorizationV1', 'rbacAuthorization_v1'],
  ['f.example.com', 'v1beta1', 'FExampleComV1beta1', 'fExampleCom_v1beta1'],
])('%s/%s is %s in operations, tagged %s', (group, version, name, tag) => {
  expect([groupVersionName(group, version), groupVersionTag(group, version)]).toEqual([name, tag]);
});
