import { createServer, request } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthority, createServerCertificate } from '../src/pki/certificate.ts';
import { startTestServer, type TestServer } from '../src/testing/index.ts';

interface Review {
  apiVersion: string;
  kind: string;
  request: {
    uid: string;
    operation: string;
    object: { metadata: { name: string }; data?: Record<string, string> } | null;
    oldObject: object | null;
    dryRun: boolean;
    userInfo: { username: string };
    desiredAPIVersion?: string;
    objects?: { apiVersion: string; spec?: object }[];
  };
}

interface Answer {
  status: number;
  body: Record<string, unknown> & { message?: string; data?: Record<string, string> };
  warnings: string;
}

const SERVICE = 'hooks.default.svc';

/** A webhook server of this process, reached as a Service through the dialer and by its URL. */
describe('webhooks', () => {
  const authority = createAuthority('hooks-ca');
  const leaf = createServerCertificate(authority, [SERVICE, '127.0.0.1']);
  const caBundle = Buffer.from(authority.certificate).toString('base64');
  const seen: Review[] = [];
  let respond: (review: Review) => object | string = () => ({ allowed: true });
  const hooks = createServer({ cert: leaf.certificate, key: leaf.key }, async (incoming, outgoing) => {
    const review = JSON.parse(Buffer.concat(await incoming.toArray()).toString()) as Review;
    seen.push(review);
    const response = respond(review);
    if (typeof response === 'string') return outgoing.writeHead(500).end(response);
    const { apiVersion, kind } = review;
    outgoing.setHeader('content-type', 'application/json');
    outgoing.end(JSON.stringify({ apiVersion, kind, response: { uid: review.request.uid, ...response } }));
  });
  let server: TestServer;
  let port = 0;

  beforeAll(async () => {
    await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve));
    port = (hooks.address() as AddressInfo).port;
    server = await startTestServer({ dialService: async () => connect(port, '127.0.0.1') });
    await call('POST', '/api/v1/namespaces/default/services', {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hooks' },
      spec: { ports: [{ port: 443 }] },
    });
  });
  afterAll(async () => {
    await server.stop();
    hooks.closeAllConnections();
    hooks.close();
  });
  beforeEach(async () => {
    seen.length = 0;
    respond = () => ({ allowed: true });
    for (const kind of ['mutating', 'validating']) {
      await call('DELETE', `/apis/admissionregistration.k8s.io/v1/${kind}webhookconfigurations`);
    }
  });

  function call(method: string, path: string, body?: object, type = 'application/json'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${server.token}`, 'content-type': type };
      const sent = request(
        `${server.url}${path}`,
        { method, ca: server.ca, agent: false, headers },
        async (response) => {
          const text = Buffer.concat(await response.toArray()).toString();
          const warnings = String(response.headers['warning'] ?? '');
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text), warnings });
        },
      );
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  }

  async function register(kind: 'Mutating' | 'Validating', more: object = {}): Promise<void> {
    const answer = await call(
      'POST',
      `/apis/admissionregistration.k8s.io/v1/${kind.toLowerCase()}webhookconfigurations`,
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: `${kind}WebhookConfiguration`,
        metadata: { name: 'test' },
        webhooks: [
          {
            name: 'test.example.com',
            clientConfig: { service: { namespace: 'default', name: 'hooks', path: '/ask' }, caBundle },
            rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'] }],
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
            ...more,
          },
        ],
      },
    );
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  }

  let count = 0;
  const create = (data: Record<string, string> = {}, query = '') =>
    call('POST', `/api/v1/namespaces/default/configmaps${query}`, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `c${count++}` },
      data,
    });

  test('a mutating webhook changes the object, and its warnings reach the client', async () => {
    await register('Mutating');
    const patch = [{ op: 'add', path: '/data/added', value: 'yes' }];
    const encoded = Buffer.from(JSON.stringify(patch)).toString('base64');
    respond = () => ({ allowed: true, patchType: 'JSONPatch', patch: encoded, warnings: ['mind the gap'] });
    const answer = await create({ own: 'yes' });
    expect(answer).toMatchObject({ status: 201, body: { data: { own: 'yes', added: 'yes' } } });
    expect(answer.warnings).toContain('mind the gap');
    expect(seen[0]?.request).toMatchObject({
      operation: 'CREATE',
      kind: { group: '', version: 'v1', kind: 'ConfigMap' },
      resource: { group: '', version: 'v1', resource: 'configmaps' },
      namespace: 'default',
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    });
  });

  test('a validating webhook refuses creation, change and deletion, each with the objects that it needs', async () => {
    const name = `c${count}`;
    await create({ size: 'small' });
    await register('Validating');
    respond = () => ({ allowed: false, status: { code: 403, message: 'not today', reason: 'Forbidden' } });
    const message = 'admission webhook "test.example.com" denied the request: not today';
    expect(await create()).toMatchObject({ status: 403, body: { message, reason: 'Forbidden' } });
    const path = `/api/v1/namespaces/default/configmaps/${name}`;
    const patched = await call('PATCH', path, { data: { size: 'big' } }, 'application/merge-patch+json');
    expect(patched.status).toBe(403);
    expect((await call('DELETE', path)).status).toBe(403);
    expect(
      seen.map(({ request: { operation, object, oldObject } }) => [operation, object !== null, oldObject !== null]),
    ).toEqual([
      ['CREATE', true, false],
      ['UPDATE', true, true],
      ['DELETE', false, true],
    ]);
    expect((await call('GET', path)).body.data).toEqual({ size: 'small' });
  });

  test('a webhook that fails: Fail refuses and says why, Ignore goes on', async () => {
    respond = () => 'out of order';
    await register('Validating');
    expect(await create()).toMatchObject({
      status: 500,
      body: {
        message:
          'Internal error occurred: failed calling webhook "test.example.com": failed to call webhook: an error on the server ("out of order") has prevented the request from succeeding',
      },
    });
    await call('DELETE', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations');
    await register('Validating', { failurePolicy: 'Ignore' });
    expect((await create()).status).toBe(201);
  });

  test.each([
    ['a Service that is not there', { service: { namespace: 'default', name: 'gone' } }, 'service "gone" not found'],
    [
      'a port that it does not have',
      { service: { namespace: 'default', name: 'hooks', port: 444 } },
      'no service port 444 found for service "hooks"',
    ],
    [
      'a certificate of nobody',
      { service: { namespace: 'default', name: 'hooks' } },
      'tls: failed to verify certificate',
    ],
    ['nobody at the URL', { url: 'https://127.0.0.1:1/x' }, 'Post "https://127.0.0.1:1/x?timeout=10s"'],
  ])('%s', async (_name, clientConfig, message) => {
    await register('Validating', { clientConfig });
    expect((await create()).body.message).toContain(message);
  });

  test('a URL is called too', async () => {
    await register('Validating', { clientConfig: { url: `https://127.0.0.1:${port}/by-url`, caBundle } });
    expect((await create()).status).toBe(201);
    expect(seen).toHaveLength(1);
  });

  test('one that does not answer in time fails', async () => {
    const never = createServer({ cert: leaf.certificate, key: leaf.key }, () => {});
    await new Promise<void>((resolve) => never.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(never.address() as AddressInfo).port}/`;
    await register('Validating', { clientConfig: { url, caBundle }, timeoutSeconds: 1 });
    expect((await create()).body.message).toContain('context deadline exceeded');
    never.closeAllConnections();
    never.close();
  });

  test('a dry run asks only webhooks without side effects', async () => {
    await register('Validating');
    expect((await create({}, '?dryRun=All')).status).toBe(201);
    expect(seen[0]?.request.dryRun).toBe(true);
    await call('DELETE', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations');
    await register('Validating', { sideEffects: 'NoneOnDryRun', objectSelector: { matchLabels: { other: 'yes' } } });
    expect((await create({}, '?dryRun=All')).status).toBe(201);
    expect(seen).toHaveLength(1);
  });

  test('a webhook that wants to see later changes is asked again, once', async () => {
    const webhook = (name: string, reinvocationPolicy: string) => ({
      name,
      clientConfig: { service: { namespace: 'default', name: 'hooks', path: `/${name}` }, caBundle },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      reinvocationPolicy,
    });
    await call('POST', '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'two' },
      webhooks: [webhook('first.example.com', 'IfNeeded'), webhook('second.example.com', 'Never')],
    });
    respond = ({ request: { object } }) => {
      const patch = [{ op: 'add', path: '/data/rounds', value: `${Number(object?.data?.['rounds'] ?? 0) + 1}` }];
      return { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patch)).toString('base64') };
    };
    expect((await create({ own: 'yes' })).body.data).toEqual({ own: 'yes', rounds: '3' });
    expect(seen).toHaveLength(3);
  });

  test('a conversion webhook moves objects between the versions of a CRD', async () => {
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const version = (name: string, storage: boolean) => ({ name, served: true, storage, schema });
    const created = await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'boxes.hooks.example.com' },
      spec: {
        group: 'hooks.example.com',
        scope: 'Namespaced',
        names: { plural: 'boxes', singular: 'box', kind: 'Box', listKind: 'BoxList' },
        versions: [version('v1', true), version('v2', false)],
        conversion: {
          strategy: 'Webhook',
          webhook: {
            clientConfig: { service: { namespace: 'default', name: 'hooks', path: '/convert' }, caBundle },
            conversionReviewVersions: ['v1'],
          },
        },
      },
    });
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    respond = ({ request: { desiredAPIVersion, objects = [] } }) => ({
      result: { status: 'Success' },
      convertedObjects: objects.map((object) => ({
        ...object,
        apiVersion: desiredAPIVersion,
        spec: { ...object.spec, by: 'hook' },
      })),
    });
    const base = '/apis/hooks.example.com';
    const box = { apiVersion: 'hooks.example.com/v1', kind: 'Box', metadata: { name: 'b' }, spec: { size: 1 } };
    expect((await call('POST', `${base}/v1/namespaces/default/boxes`, box)).status).toBe(201);
    const found = await call('GET', `${base}/v2/namespaces/default/boxes/b`);
    expect(found.body).toMatchObject({ apiVersion: 'hooks.example.com/v2', spec: { size: 1, by: 'hook' } });
  });
});
