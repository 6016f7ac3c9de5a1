import { Agent } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../src/testing/index.ts';
import { fuzzedRequest, send } from './requests.ts';

const REQUESTS = Number(process.env['CAPSTAN_FUZZED_REQUESTS'] ?? 5_000);
const WARM_UP = 1_000;
/** Objects that the requests leave behind, caches that fill, and what the collector has not found yet. */
const GROWTH_MB = 60;

describe('whatever is sent', () => {
  const defects: Readonly<Record<string, unknown>>[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let server: TestServer;

  beforeAll(async () => {
    server = await startTestServer({
      log: (event) => {
        if (event['message'] === 'defect') defects.push(event);
      },
    });
  });
  afterAll(async () => {
    agent.destroy();
    await server.stop();
  });

  const answered = fc.asyncProperty(fuzzedRequest, async (fuzzed) => {
    const answer = await send(server, fuzzed, agent);
    expect(defects).toEqual([]);
    expect(answer.status).toBeGreaterThanOrEqual(200);
    // 500 is the real server's own answer to some wrong patches, and 501 that of what a simulation does not have.
    if (answer.status >= 500) expect([500, 501, 503, 504]).toContain(answer.status);
    if (answer.status >= 400 && answer.type.startsWith('application/json') && answer.body !== '') {
      expect(JSON.parse(answer.body)).toMatchObject({ kind: 'Status', code: answer.status });
    }
  });

  test(`${REQUESTS} requests: an answer each time, no defect, no leak`, {
    timeout: REQUESTS * 20 + 30_000,
  }, async () => {
    await fc.assert(answered, { numRuns: WARM_UP, seed: 1 });
    const before = heapMegabytes();
    await fc.assert(answered, {
      numRuns: Math.max(1, REQUESTS - WARM_UP),
      seed: Number(process.env['CAPSTAN_SEED'] ?? 2),
    });
    expect(heapMegabytes() - before).toBeLessThan(GROWTH_MB);
  });

  test.each([
    ['nothing that is HTTP', 'hello\r\n\r\n'],
    ['a version that is none', 'GET / HTTP/9.9\r\n\r\n'],
    ['no host', 'GET /version HTTP/1.1\r\n\r\n'],
    ['a header without a colon', 'GET /version HTTP/1.1\r\nhost: x\r\nbroken\r\n\r\n'],
    ['two lengths', 'POST /version HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello'],
    ['headers without an end', `GET /version HTTP/1.1\r\nhost: x\r\nlong: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['a chunk that is none', 'POST /version HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
  ])('%s: a 4xx and the end', async (_name, text) => {
    const answer = await overTls(server, text);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  test('bytes that are not TLS end the connection, and the server goes on', async () => {
    const { connect: connectPlain } = await import('node:net');
    const socket = connectPlain(server.port, '127.0.0.1', () => socket.end('GET / HTTP/1.1\r\n\r\n'));
    await new Promise((resolve) =>
      socket
        .on('close', resolve)
        .on('error', () => {})
        .resume(),
    );
    const ready = { method: 'GET', path: '/readyz', query: [], type: undefined, accept: undefined, body: undefined };
    expect((await send(server, ready, agent)).status).toBe(200);
  });

  test('a body beyond the limit is refused before it is read', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', data: { x: 'x'.repeat(4_000_000) } });
    const fuzzed = { method: 'POST', path, query: [], type: 'application/json', accept: undefined, body };
    const answer = await send(server, fuzzed, agent);
    expect(answer).toMatchObject({ status: 413 });
    expect(JSON.parse(answer.body)).toMatchObject({ kind: 'Status', reason: 'RequestEntityTooLarge' });
  });
});

/** What comes back for these bytes until the server ends the connection. */
function overTls(server: TestServer, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket: TLSSocket = connect({ host: '127.0.0.1', port: server.port, ca: server.ca, timeout: 10_000 }, () => {
      socket.write(text);
    });
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('timeout', () => socket.destroy(new Error('the server neither answered nor ended the connection')));
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)));
    socket.on('close', () => resolve(answer));
  });
}

function heapMegabytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}
