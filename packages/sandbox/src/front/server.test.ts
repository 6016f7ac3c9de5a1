import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { silentLogger } from '@capstan/base';
import { createAuthority, type KeyedCertificate } from '@capstan/kube/pki';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Attachment } from '../attach/attachment.ts';
import { startFront } from './server.ts';

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

const SERVICE = 'hooks.shop.svc';

async function aFront(chart: { certificate?: KeyedCertificate; fails?: boolean; attached?: Attachment } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-'));
  const authority = await createAuthority('test');
  const socket = join(directory, 'front.sock');
  const findChartCertificate = () =>
    chart.fails ? Promise.reject(new Error('no API server')) : Promise.resolve(chart.certificate);
  const findAttachment = async (address: string) => (address === '10.96.7.7:443' ? chart.attached : undefined);
  const front = await startFront({ socket, authority, findChartCertificate, findAttachment, log: silentLogger });
  onTestFinished(async () => {
    await front.close();
    await rm(directory, { recursive: true });
  });
  return { socket, ca: authority.certificate };
}

/** What the API server does: CONNECT to an address that nobody has. */
function tunnel(socketPath: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ socketPath, method: 'CONNECT', path: '10.96.7.7:443' });
    sent.on('connect', (response, socket) => {
      if (response.statusCode === 200) resolve(socket);
      else reject(new Error(`CONNECT got ${response.statusCode}`));
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function ask(
  front: { socket: string; ca: string },
  options: RequestOptions & { body?: object; servername?: string; verify?: boolean },
): Promise<Answer> {
  const socket = await tunnel(front.socket);
  const { body, servername, verify = true, ...request } = options;
  const secure = connectTls({ socket, ca: front.ca, rejectUnauthorized: verify, ...(servername && { servername }) });
  return answerOf(httpsRequest({ ...request, createConnection: () => secure }), body);
}

function answerOf(sent: ReturnType<typeof httpRequest>, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    sent.on('error', reject);
    sent.on('response', async (response: IncomingMessage) => {
      const chunks = await response.toArray();
      resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() });
    });
    sent.end(body && JSON.stringify(body));
  });
}

test('an admission review is allowed with a warning that names the Service', async () => {
  const front = await aFront();
  const body = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: { uid: 'u1', object: {} } };
  const answer = await ask(front, { method: 'POST', path: '/validate?timeout=10s', servername: SERVICE, body });
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toEqual({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: { uid: 'u1', allowed: true, warnings: [`answered by the sandbox: nothing serves ${SERVICE}`] },
  });
});

test('a conversion changes the apiVersion and nothing else', async () => {
  const front = await aFront();
  const objects = [{ apiVersion: 'a.b/v1', kind: 'Thing', spec: { size: 1 } }];
  const request = { uid: 'u2', desiredAPIVersion: 'a.b/v2', objects };
  const body = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', request };
  const answer = await ask(front, { method: 'POST', path: '/convert', servername: SERVICE, body });
  expect(JSON.parse(answer.body).response).toEqual({
    uid: 'u2',
    convertedObjects: [{ apiVersion: 'a.b/v2', kind: 'Thing', spec: { size: 1 } }],
    result: { status: 'Success' },
  });
});

test('the availability check of an APIService, which names no server, gets an empty resource list', async () => {
  const front = await aFront();
  const answer = await ask(front, { path: '/apis/external.metrics.k8s.io/v1beta1', verify: false });
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toMatchObject({ kind: 'APIResourceList', resources: [] });
});

test.each([
  ['GET', '/apis', 406],
  ['GET', '/openapi/v2', 404],
  ['GET', '/apis/external.metrics.k8s.io/v1beta1/namespaces/x/metric', 503],
  ['GET', '/', 503],
  ['POST', '/anything', 503],
])('%s %s gets %d', async (method, path, status) => {
  const front = await aFront();
  const answer = await ask(front, { method, path, servername: SERVICE });
  expect(answer.status).toBe(status);
  if (status === 503) expect(JSON.parse(answer.body).message).toContain(SERVICE);
});

test('a Service that is called without TLS is unavailable too', async () => {
  const { socket } = await aFront();
  const stream = await tunnel(socket);
  const answer = await answerOf(httpRequest({ createConnection: () => stream, headers: { host: 'web.shop:80' } }));
  expect(answer.status).toBe(503);
  expect(answer.body).toContain('nothing serves web.shop');
});

test("a chart's own certificate is served where there is one, and ours when looking for it fails", async () => {
  const other = await createAuthority('chart');
  const certificate = await other.issue({ commonName: SERVICE, names: [SERVICE], usage: 'server' });
  const { socket } = await aFront({ certificate });
  const options = { path: '/', servername: SERVICE };
  expect((await ask({ socket, ca: other.certificate }, options)).status).toBe(503);
  expect((await ask(await aFront({ fails: true }), options)).status).toBe(503);
});

test('a body beyond the limit is refused', async () => {
  const front = await aFront();
  const body = { text: 'x'.repeat(17 * 1024 * 1024) };
  const answer = await ask(front, { method: 'POST', path: '/', servername: SERVICE, body });
  expect(answer.status).toBe(413);
});

describe('a Service that is attached to a process', () => {
  async function aProcess(): Promise<Attachment> {
    const local = createServer((request, response) => response.end(`the process got ${request.method} ${request.url}`));
    await new Promise<void>((resolve) => local.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      local.closeAllConnections();
      local.close();
    });
    const { port } = local.address() as AddressInfo;
    return { namespace: 'shop', service: 'hooks', host: '127.0.0.1', hostPort: port, tls: 'end' };
  }

  test('that speaks plain HTTP gets requests whose TLS ended at the front', async () => {
    const front = await aFront({ attached: await aProcess() });
    const answer = await ask(front, { method: 'POST', path: '/validate', servername: SERVICE, body: {} });
    expect(answer).toEqual({ status: 200, body: 'the process got POST /validate' });
  });

  test('that speaks for itself gets every byte', async () => {
    const { socket } = await aFront({ attached: { ...(await aProcess()), tls: 'pass' } });
    const stream = await tunnel(socket);
    const answer = await answerOf(httpRequest({ createConnection: () => stream, path: '/x' }));
    expect(answer).toEqual({ status: 200, body: 'the process got GET /x' });
  });

  test('that is not there is named in the refusal', async () => {
    const attached = { ...(await aProcess()), hostPort: 1 };
    await expect(tunnel((await aFront({ attached })).socket)).rejects.toThrow('CONNECT got 502');
  });
});

test('the next call of a client is a new connection, which may have to go somewhere else', async () => {
  const { socket, ca } = await aFront();
  const stream = await tunnel(socket);
  const secure = connectTls({ socket: stream, ca, servername: SERVICE });
  const sent = httpsRequest({ path: '/', headers: { connection: 'keep-alive' }, createConnection: () => secure });
  const response = new Promise<IncomingMessage>((resolve) => sent.once('response', resolve));
  sent.end();
  expect((await response).headers.connection).toBe('close');
});
