import { ManualClock } from '@capstan/base/testing';
import { describe, expect, test } from 'vitest';
import { configMap, failure, json, loopback } from './loopback.ts';

const CM = { apiVersion: 'v1', kind: 'ConfigMap' };
const reference = { ...CM, name: 'a', namespace: 'web' };

/** A server that answers the n-th request outside discovery with the n-th answer, and all later ones with the last. */
function inTurn(...answers: ((response: Parameters<Parameters<typeof loopback>[0]>[1]) => unknown)[]) {
  let count = 0;
  return loopback(({ path }, response) => {
    if (path === '/api' || path === '/apis' || path === '/api/v1') return 'discovery';
    const answer = answers[Math.min(count, answers.length - 1)]!;
    count += 1;
    return answer(response);
  });
}

describe('retries', () => {
  test('a read is tried again after a connection reset', async () => {
    const server = await inTurn(
      (response) => response.destroy(),
      (response) => json(response, 200, configMap('a')),
    );
    const client = await server.client();
    await expect(client.get(reference)).resolves.toMatchObject({ metadata: { name: 'a' } });
    expect(server.calls()).toHaveLength(2);
  });

  test('a create is not: it may have been done', async () => {
    const server = await inTurn((response) => response.destroy());
    const client = await server.client();
    await expect(client.create(configMap('a'))).rejects.toMatchObject({ code: 'CAPSTAN_KUBE_UNREACHABLE' });
    expect(server.calls()).toEqual(['POST /api/v1/namespaces/web/configmaps']);
  });

  test('429 is waited out for as long as Retry-After says, also for a create', async () => {
    const clock = new ManualClock();
    const server = await inTurn(
      (response) => json(response, 429, failure(429, 'TooManyRequests', 'slow down'), { 'Retry-After': '7' }),
      (response) => json(response, 201, configMap('a')),
    );
    const client = await server.client({ clock });
    const created = client.create(configMap('a'));
    await expect.poll(() => clock.sleeps).toEqual([7000]);
    expect(server.calls()).toHaveLength(1);
    await clock.advance(7000);
    await expect(created).resolves.toMatchObject({ kind: 'ConfigMap' });
  });

  test('a plain 500 is an error at once', async () => {
    const server = await inTurn((response) => json(response, 500, failure(500, 'InternalError', 'boom')));
    const client = await server.client();
    await expect(client.get(reference)).rejects.toMatchObject({ code: 'CAPSTAN_KUBE_FAILED', fields: { status: 500 } });
    expect(server.calls()).toHaveLength(1);
  });
});

describe('limits', () => {
  test('a server that does not answer ends with exit 6', async () => {
    const server = await loopback(() => undefined);
    const client = await server.client({ timeoutMs: 50 });
    await expect(client.version()).rejects.toMatchObject({ code: 'CAPSTAN_KUBE_TIMEOUT', exit: 6 });
  });

  test('a port where nobody listens is unreachable, naming server and context', async () => {
    const server = await loopback(() => undefined);
    const client = await server.client();
    await server.stop();
    await expect(client.version()).rejects.toMatchObject({
      code: 'CAPSTAN_KUBE_UNREACHABLE',
      exit: 3,
      message: expect.stringContaining(`context "test" at ${server.url}`),
      hint: expect.stringContaining('is the cluster running?'),
    });
  });

  test('an abort ends a request with the reason of the signal', async () => {
    const server = await inTurn(() => undefined);
    const client = await server.client();
    const abort = new AbortController();
    const get = client.get(reference, { signal: abort.signal });
    await expect.poll(() => server.calls()).toHaveLength(1);
    abort.abort(new Error('enough'));
    await expect(get).rejects.toThrow('enough');
  });
});

describe('answers', () => {
  test('pages of a list are joined and items get their kind', async () => {
    const page = (name: string, rest: string) => (response: Parameters<typeof json>[0]) =>
      json(response, 200, { metadata: { resourceVersion: '9', continue: rest }, items: [{ metadata: { name } }] });
    const server = await inTurn(page('a', 'more'), page('b', ''));
    const client = await server.client();
    const { items, resourceVersion } = await client.list(CM);
    expect(items.map((item) => [item.kind, item.metadata.name])).toEqual([
      ['ConfigMap', 'a'],
      ['ConfigMap', 'b'],
    ]);
    expect(resourceVersion).toBe('9');
    expect(server.requests.at(-1)?.query.get('continue')).toBe('more');
  });

  const rbac =
    'configmaps "a" is forbidden: User "jane" cannot patch resource "configmaps" in API group "" in the namespace "web"';
  const denial = 'admission webhook "validate.example.org" denied the request: the reference cannot have path "a..b"';
  const managed = {
    details: {
      causes: [
        { reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using v1', field: '.data.x' },
        { reason: 'FieldManagerConflict', message: 'conflict with "kubectl" using v1', field: '.data.y' },
      ],
    },
  };
  const invalid = { details: { causes: [{ reason: 'FieldValueInvalid', message: 'bad', field: 'spec.port' }] } };
  const errors = [
    { status: 401, body: failure(401, 'Unauthorized', 'Unauthorized'), code: 'UNAUTHORIZED', exit: 3, fields: {} },
    {
      status: 403,
      body: failure(403, 'Forbidden', rbac),
      code: 'FORBIDDEN',
      exit: 4,
      fields: { verb: 'patch', resource: 'configmaps', group: '', namespace: 'web', user: 'jane' },
    },
    { status: 403, body: failure(403, 'Forbidden', 'exceeded quota: small'), code: 'FORBIDDEN', exit: 5, fields: {} },
    { status: 403, body: failure(403, 'Forbidden', denial), code: 'FORBIDDEN', exit: 5, fields: {} },
    {
      status: 404,
      body: failure(404, 'NotFound', 'namespaces "web" not found'),
      code: 'NOT_FOUND',
      exit: 1,
      fields: {},
    },
    {
      status: 409,
      body: failure(409, 'Conflict', 'Apply failed', managed),
      code: 'FIELD_CONFLICT',
      exit: 5,
      fields: { managers: [{ manager: 'kubectl', fields: ['.data.x', '.data.y'] }] },
    },
    {
      status: 409,
      body: failure(409, 'AlreadyExists', 'exists'),
      code: 'CONFLICT',
      exit: 5,
      fields: { reason: 'AlreadyExists' },
    },
    { status: 410, body: failure(410, 'Expired', 'too old'), code: 'EXPIRED', exit: 1, fields: {} },
    {
      status: 422,
      body: failure(422, 'Invalid', 'spec.port: bad', invalid),
      code: 'INVALID',
      exit: 2,
      fields: { causes: [{ field: 'spec.port', message: 'bad', reason: 'FieldValueInvalid' }] },
    },
    {
      status: 500,
      body: failure(
        500,
        '',
        'failed to create typed patch object (web/a; /v1, Kind=ConfigMap): .dat: field not declared in schema',
      ),
      code: 'INVALID',
      exit: 2,
      fields: {},
    },
  ];
  test.each(errors)('$status becomes $code with exit $exit', async ({ status, body, code, exit, fields }) => {
    const server = await inTurn((response) => json(response, status, body));
    const client = await server.client();
    await expect(client.apply(configMap('a'))).rejects.toMatchObject({
      code: `CAPSTAN_KUBE_${code}`,
      exit,
      fields: { status: expect.any(Number), object: 'configmap/web/a', ...fields },
    });
  });

  test('an apply names its manager, asks for strict validation and leaves managedFields out', async () => {
    const server = await inTurn((response) => json(response, 200, configMap('a')));
    const client = await server.client();
    const object = configMap('a');
    await client.apply({ ...object, metadata: { ...object.metadata, managedFields: [{}] } }, { dryRun: true });
    const { method, query, body, headers } = server.requests.at(-1)!;
    expect(method).toBe('PATCH');
    expect(headers['content-type']).toBe('application/apply-patch+yaml');
    expect(Object.fromEntries(query)).toEqual({
      fieldManager: 'capstan',
      dryRun: 'All',
      fieldValidation: 'Strict',
      force: 'false',
    });
    expect(JSON.parse(body).metadata).not.toHaveProperty('managedFields');
  });
});
