import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createAuthority, createClientCertificate, createServerCertificate } from '../src/pki/certificate.ts';
import { startTestServer, type TestServer } from '../src/testing/index.ts';
import { type Api, apiOf } from './clients/api.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

describe('HTTP', () => {
  const clientAuthority = createAuthority('clients');
  let server: TestServer;
  let api: Api;

  beforeAll(async () => {
    const authority = createAuthority('server');
    const tls = { ...createServerCertificate(authority, ['127.0.0.1']), ca: authority.certificate };
    server = await startTestServer({ tls, clientCa: clientAuthority.certificate });
    api = apiOf(server);
    await api.call('POST', CONFIG_MAPS, { metadata: { name: 'a', labels: { x: '1' } }, data: { key: 'value' } });
  });
  afterAll(async () => {
    api.close();
    await server.stop();
  });

  /** A request with a client certificate instead of the token. */
  function withCertificate(pair: { certificate: string; key: string }, path: string): Promise<[number, string]> {
    return new Promise((resolve, reject) => {
      const { certificate: cert, key } = pair;
      const sent = request({ host: '127.0.0.1', port: server.port, path, ca: server.ca, cert, key }, async (answer) => {
        resolve([answer.statusCode ?? 0, Buffer.concat(await answer.toArray()).toString()]);
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  test('HTTP/2 is spoken beside HTTP/1.1', async () => {
    const session = connectHttp2(server.url, { ca: server.ca });
    onTestFinished(() => session.destroy());
    const stream = session.request({ ':path': `${CONFIG_MAPS}/a`, authorization: `Bearer ${server.token}` });
    const headers = new Promise<Record<string, unknown>>((resolve) => stream.on('response', resolve));
    const body = Buffer.concat(await stream.toArray()).toString();
    expect((await headers)[':status']).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ kind: 'ConfigMap', data: { key: 'value' } });
  });

  test('every answer has its audit id and is not to be cached', async () => {
    const { headers } = await api.call('GET', CONFIG_MAPS, undefined, { 'audit-id': 'mine' });
    expect(headers).toMatchObject({ 'audit-id': 'mine', 'cache-control': 'no-cache, private' });
  });

  test('a client certificate names user and groups; one of nobody known, and a wrong token, are refused', async () => {
    const master = createClientCertificate(clientAuthority, { commonName: 'root', organizations: ['system:masters'] });
    expect((await withCertificate(master, CONFIG_MAPS))[0]).toBe(200);
    const plain = createClientCertificate(clientAuthority, { commonName: 'ada', organizations: ['devs'] });
    const [status, text] = await withCertificate(plain, CONFIG_MAPS);
    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({
      message:
        'configmaps is forbidden: User "ada" cannot list resource "configmaps" in API group "" in the namespace "default"',
    });
    const stranger = createClientCertificate(createAuthority('others'), { commonName: 'eve' });
    expect((await withCertificate(stranger, CONFIG_MAPS))[0]).toBe(401);
    const wrong = await api.call('GET', CONFIG_MAPS, undefined, { authorization: 'Bearer wrong' });
    expect(wrong.body).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' });
    const nobody = await api.call('GET', '/healthz', undefined, { authorization: '' });
    expect([nobody.status, nobody.body]).toEqual([200, 'ok']);
  });

  test.each([
    ['/healthz', 'ok'],
    ['/readyz?verbose', '[+]ping ok\n[+]log ok\n[+]etcd ok\n[+]shutdown ok\nreadyz check passed\n'],
    ['/livez/ping', 'ok'],
    ['/livez?verbose&exclude=etcd', '[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\nlivez check passed\n'],
  ])('GET %s', async (path, expected) => {
    expect((await api.call('GET', path)).body).toBe(expected);
  });

  test.each([
    ['GET', '/nothing', 404, '404 page not found\n'],
    ['GET', '/apis/nothing.example.com/v1/things', 404, '404 page not found\n'],
    ['GET', '/readyz/nothing', 404, '404 page not found\n'],
    ['GET', '/%zz', 400, '400 Bad Request'],
    ['GET', '/api/v1/nothing', 404, 'the server could not find the requested resource'],
    ['GET', `${CONFIG_MAPS}/a/b`, 404, 'the server could not find the requested resource'],
    ['GET', '/api/v1/namespaces/default/nodes', 404, 'the server could not find the requested resource'],
    ['PUT', CONFIG_MAPS, 405, 'the server does not allow this method on the requested resource'],
    ['POST', `${CONFIG_MAPS}/a`, 405, 'the server does not allow this method on the requested resource'],
    ['POST', '/api/v1/configmaps', 405, 'the server does not allow this method on the requested resource'],
    ['OPTIONS', CONFIG_MAPS, 405, 'the server does not allow this method on the requested resource'],
    ['GET', `${CONFIG_MAPS}/none`, 404, 'configmaps "none" not found'],
  ])('%s %s is answered with %d', async (method, path, code, message) => {
    const { status, body } = await api.call(method, path);
    expect(status).toBe(code);
    expect(typeof body === 'string' ? body : body.message).toBe(message);
  });

  test('HEAD has no body', async () => {
    expect(await api.call('HEAD', CONFIG_MAPS)).toMatchObject({ status: 405, body: '' });
  });

  test.each([
    ['application/yaml', /^apiVersion: v1\ndata:\n {2}key: value\nkind: ConfigMap\n/],
    ['application/json;as=Table;v=v1;g=meta.k8s.io', '"columnDefinitions":[{"name":"Name"'],
    ['application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', '{"kind":"PartialObjectMetadata"'],
    ['application/vnd.kubernetes.protobuf,application/json', '{"kind":"ConfigMap","apiVersion":"v1"'],
  ])('an object as %s', async (accept, expected) => {
    const { status, body } = await api.call('GET', `${CONFIG_MAPS}/a`, undefined, { accept });
    expect(status).toBe(200);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    if (typeof expected === 'string') expect(text).toContain(expected);
    else expect(text).toMatch(expected);
  });

  test('what the client does not take is not served; what it sends must be readable', async () => {
    const refused = await api.call('GET', CONFIG_MAPS, undefined, { accept: 'text/html' });
    expect([refused.status, refused.body.reason]).toEqual([406, 'NotAcceptable']);
    const unknown = await api.call('POST', CONFIG_MAPS, 'x', { 'content-type': 'text/plain' });
    expect([unknown.status, unknown.body.reason]).toEqual([415, 'UnsupportedMediaType']);
    const big = await api.call('POST', CONFIG_MAPS, 'x'.repeat(3 * 1024 * 1024 + 1));
    expect([big.status, big.body.message]).toEqual([413, 'Request entity too large: limit is 3145728']);
    const patch = await api.call('PATCH', `${CONFIG_MAPS}/a`, '{}', { 'content-type': 'text/plain' });
    expect([patch.status, patch.body.message]).toEqual([415, '415: Unsupported Media Type']);
  });

  test('bodies of YAML, and of fields that do not exist: warned of, refused or ignored', async () => {
    const yaml = 'metadata:\n  name: "$"\nnothing: 1\n';
    const send = (name: string, query: string) =>
      api.call('POST', `${CONFIG_MAPS}?${query}`, yaml.replace('$', name), { 'content-type': 'application/yaml' });
    const warned = await send('warned', '');
    expect([warned.status, warned.headers['warning']]).toEqual([201, '299 - "unknown field \\"nothing\\""']);
    const strict = await send('strict', 'fieldValidation=Strict');
    expect(strict.body.message).toContain('strict decoding error: unknown field "nothing"');
    const ignored = await send('ignored', 'fieldValidation=Ignore');
    expect([ignored.status, ignored.headers['warning']]).toEqual([201, undefined]);
  });

  test('large answers are compressed for those who take it', async () => {
    const data = { text: 'x'.repeat(200_000) };
    await api.call('POST', CONFIG_MAPS, { metadata: { name: 'large' }, data });
    const answer = await new Promise<{ encoding: unknown; body: Buffer }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${server.token}`, 'accept-encoding': 'gzip' };
      const path = `${CONFIG_MAPS}/large`;
      const sent = request({ host: '127.0.0.1', port: server.port, path, ca: server.ca, headers }, async (got) => {
        resolve({ encoding: got.headers['content-encoding'], body: Buffer.concat(await got.toArray()) });
      });
      sent.on('error', reject);
      sent.end();
    });
    expect(answer.encoding).toBe('gzip');
    expect(answer.body.length).toBeLessThan(10_000);
    expect(JSON.parse(gunzipSync(answer.body).toString()).data).toEqual(data);
  });

  test('a server that is closed answers no more and ends its watches', async () => {
    const own = await startTestServer();
    const watching = apiOf(own);
    const ended = new Promise<void>((resolve) => {
      const headers = { authorization: `Bearer ${own.token}` };
      const path = `${CONFIG_MAPS}?watch=1`;
      const sent = request({ host: '127.0.0.1', port: own.port, path, ca: own.ca, headers }, (answer) => {
        answer.resume();
        answer.on('close', resolve);
        own.stop().catch(() => {});
      });
      sent.end();
    });
    await ended;
    await own.stop();
    await expect(watching.call('GET', '/version')).rejects.toThrow('ECONNREFUSED');
    watching.close();
  });
});
