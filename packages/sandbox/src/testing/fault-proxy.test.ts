import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '@capstan/kube/pki';
import { expect, onTestFinished, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { startFaultProxy } from './fault-proxy.ts';

interface Answer {
  readonly status: number | undefined;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/** A server behind a proxy; `served` lists what reached it. Paths with `watch` are never answered to the end. */
async function aProxy() {
  const served: string[] = [];
  const authority = await createAuthority('upstream-ca');
  const leaf = await authority.issue({ commonName: 'upstream', names: ['127.0.0.1'], usage: 'server' });
  const upstream = createServer({ cert: leaf.certificate, key: leaf.key }, async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    served.push(`${request.method} ${request.url} ${body}`.trim());
    response.write(`token ${request.headers.authorization}`);
    if (!request.url?.includes('watch')) response.end();
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const directory = await mkdtemp(join(tmpdir(), 'capstan-'));
  const kubeconfig = join(directory, 'kubeconfig');
  const cluster = {
    server: `https://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    'certificate-authority-data': Buffer.from(authority.certificate).toString('base64'),
  };
  await writeFile(
    kubeconfig,
    stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
      clusters: [{ name: 'k', cluster }],
      users: [{ name: 'u', user: { token: 'secret' } }],
    }),
  );
  const proxy = await startFaultProxy({ kubeconfig });
  onTestFinished(async () => {
    await proxy.stop();
    upstream.closeAllConnections();
    upstream.close();
    await rm(directory, { recursive: true });
  });
  const config = parse(await readFile(proxy.kubeconfig, 'utf8'));
  const { server, 'certificate-authority-data': ca } = config.clusters[0].cluster;
  const headers = { authorization: `Bearer ${config.users[0].user.token}` };
  const ask = (path: string, body?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const options = {
        method: body === undefined ? 'GET' : 'POST',
        ca: Buffer.from(ca, 'base64'),
        headers,
        agent: false,
      } as const;
      const sent = httpsRequest(`${server}${path}`, options, (response) => {
        const { statusCode: status, headers } = response;
        response.toArray().then((chunks) => {
          resolve({ status, retryAfter: headers['retry-after'], body: Buffer.concat(chunks).toString() });
        }, reject);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  return { proxy, served, ask };
}

test('without faults requests pass, with their bodies and credentials', async () => {
  const { proxy, served, ask } = await aProxy();
  expect(await ask('/api/v1/pods?limit=5', 'a pod')).toMatchObject({ status: 200, body: 'token Bearer secret' });
  expect(served).toEqual(['POST /api/v1/pods?limit=5 a pod']);
  expect(proxy.requests[0]).toMatchObject({ method: 'POST', path: '/api/v1/pods' });
  expect(proxy.requests[0]?.query.get('limit')).toBe('5');
});

test('a status is answered as often as was asked for and only where it matches', async () => {
  const { proxy, served, ask } = await aProxy();
  const action = { type: 'status', status: 429, retryAfterSeconds: 2 } as const;
  const fault = proxy.inject({ match: ({ path }) => path === '/busy', action, times: 2 });
  const answers = [await ask('/idle'), await ask('/busy'), await ask('/busy'), await ask('/busy')];
  expect(answers.map(({ status }) => status)).toEqual([200, 429, 429, 200]);
  expect(answers[1]?.retryAfter).toBe('2');
  expect(JSON.parse(answers[1]?.body ?? '')).toMatchObject({ kind: 'Status', reason: 'TooManyRequests', code: 429 });
  expect(fault.hits).toBe(2);
  expect(served).toEqual(['GET /idle', 'GET /busy']);
});

test('a reset keeps the request from the server, a lost response does not', async () => {
  const { proxy, served, ask } = await aProxy();
  proxy.inject({ match: ({ path }) => path === '/one', action: { type: 'reset' } });
  proxy.inject({ match: ({ path }) => path === '/two', action: { type: 'lose-response' } });
  await expect(ask('/one')).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(ask('/two')).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(served).toEqual(['GET /two']);
});

test('a slow request arrives after its delay', async () => {
  const { proxy, ask } = await aProxy();
  proxy.inject({ match: () => true, action: { type: 'slow', ms: 60 } });
  const began = performance.now();
  expect((await ask('/')).status).toBe(200);
  expect(performance.now() - began).toBeGreaterThanOrEqual(59);
});

test('a held request is passed on as soon as it may be, unless its client has left', async () => {
  const { proxy, served, ask } = await aProxy();
  const released = Promise.withResolvers<void>();
  const action = { type: 'hold', until: released.promise } as const;
  const held = proxy.inject({ match: () => true, action, times: 2 });
  const [left, stayed] = [expect(ask('/left')).rejects.toMatchObject({ code: 'ECONNRESET' }), ask('/stayed')];
  await expect.poll(() => held.hits).toBe(2);
  proxy.cut(({ path }) => path === '/left');
  await left;
  expect(served).toEqual([]);
  released.resolve();
  expect((await stayed).status).toBe(200);
  expect(served).toEqual(['GET /stayed']);
});

test('a watch can be cut in the middle or be told that it is too old', async () => {
  const { proxy, ask } = await aProxy();
  proxy.inject({ match: ({ query }) => query.has('old'), action: { type: 'watch-expired' } });
  expect(JSON.parse((await ask('/pods?watch&old')).body)).toMatchObject({ type: 'ERROR', object: { code: 410 } });
  const watching = ask('/pods?watch');
  const cut = async () => {
    while (proxy.cut(({ query }) => query.has('watch')) === 0) await new Promise(setImmediate);
  };
  await Promise.all([expect(watching).rejects.toThrow(), cut()]);
});

test('a removed fault hits nothing', async () => {
  const { proxy, ask } = await aProxy();
  proxy
    .inject({ match: () => true, action: { type: 'status', status: 500 }, times: Number.POSITIVE_INFINITY })
    .remove();
  expect((await ask('/')).status).toBe(200);
});
