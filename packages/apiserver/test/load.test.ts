import type { IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { Agent, request } from 'node:https';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RunningServer } from '../src/server.ts';
import { startServer } from '../src/server.ts';

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const KEY = 'configmaps.';
const SECONDS = 1000;
const MEGABYTE = 2 ** 20;
/**
 * What a server may keep of a flood, however long it is and however many watches there are: 32 MB of JSON of the past, the
 * objects of its last events, and what waits in the connections of clients that do not read.
 */
const KEPT_MEGABYTES = 64;

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function started(): Promise<RunningServer> {
  const running = await startServer({});
  ends.push(() => running.server.close());
  return running;
}

/** Begins a request; resolves when the head of the answer is there. The body is left to the caller. */
function begin({ server }: RunningServer, path: string, agent: Agent | false = false): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${server.token}` };
    const sent = request(`${server.url}${path}`, { agent, ca: server.ca, headers }, resolve);
    sent.on('error', reject).end();
    ends.push(() => sent.destroy());
  });
}

/** A watch whose events are counted, or one that is never read. */
async function watching(running: RunningServer, from: number, read: boolean): Promise<{ readonly seen: number }> {
  const response = await begin(running, `${CONFIG_MAPS}?watch=true&resourceVersion=${from}`);
  const counter = { seen: 0 };
  response.on('error', () => {});
  if (!read) return counter;
  response.on('data', (bytes: Buffer) => {
    for (let at = bytes.indexOf('\n'); at >= 0; at = bytes.indexOf('\n', at + 1)) counter.seen += 1;
  });
  return counter;
}

/** Writes ConfigMaps of a size as fast as the event loop lets others have their turn too. */
async function flood({ assembly: { store } }: RunningServer, events: number, bytes: number): Promise<void> {
  const data = { text: 'x'.repeat(bytes) };
  for (let index = 0; index < events; index++) {
    const name = `flood-${index % 100}`;
    const metadata = { name, namespace: 'default', uid: name };
    const expected = store.get(KEY, 'default', name)?.revision ?? 0;
    const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata, data };
    store.write({ key: KEY, namespace: 'default', name, expected, object });
    if (index % 100 === 99) await new Promise(setImmediate);
  }
}

function aliveMegabytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MEGABYTE;
}

const within = { timeout: 10 * SECONDS, interval: 5 };

/** What keeps the process running now and did not before, by kind. */
function addedSince(before: readonly string[]): string[] {
  const left = [...before];
  return process.getActiveResourcesInfo().filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0 && name !== 'Immediate';
  });
}

test('a server that is closed leaves nothing behind', async () => {
  const before = process.getActiveResourcesInfo();
  const running = await started();
  const watch = (await begin(running, `${CONFIG_MAPS}?watch=true`)).toArray();
  await (await begin(running, '/version')).toArray();
  await running.server.close();
  await watch;
  const deadline = Date.now() + 10 * SECONDS;
  while (addedSince(before).length > 0 && Date.now() < deadline) await new Promise(setImmediate);
  expect(addedSince(before)).toEqual([]);
});

describe('watches', () => {
  test('a client that does not read is ended, and keeps nothing from the others', async () => {
    const running = await started();
    const { hub, store } = running.assembly;
    await watching(running, store.revision, false);
    const reader = await watching(running, store.revision, true);
    expect(hub.size).toBe(2);
    // Together far more than the connection of the silent one and what the server keeps for it can take.
    for (let round = 1; round <= 10; round++) {
      await flood(running, 100, 64 * 1024);
      await vi.waitFor(() => expect(reader.seen).toBe(round * 100), within);
    }
    expect(hub.size).toBe(1);
  });

  test(`20,000 events and 50 watches leave less than ${KEPT_MEGABYTES} MB`, async () => {
    const running = await started();
    const { revision } = running.assembly.store;
    const before = aliveMegabytes();
    const watches = await Promise.all(
      Array.from({ length: 50 }, (_, index) => watching(running, revision, index % 10 === 0)),
    );
    await flood(running, 20_000, 1_000);
    const readers = watches.filter((_, index) => index % 10 === 0);
    await vi.waitFor(() => expect(readers.map(({ seen }) => seen)).toEqual(Array(5).fill(20_000)), within);
    expect(aliveMegabytes() - before).toBeLessThan(KEPT_MEGABYTES);
  });
});

describe('connections', () => {
  test('100 at once are answered', async () => {
    const running = await started();
    const agent = new Agent({ keepAlive: true, maxSockets: 100 });
    ends.push(() => agent.destroy());
    const paths = ['/version', '/api/v1/namespaces', '/apis/apps/v1', '/openapi/v3'];
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => {
        const response = await begin(running, paths[index % paths.length] ?? '', agent);
        const size = (await response.toArray()).reduce((sum: number, chunk: Buffer) => sum + chunk.length, 0);
        return { status: response.statusCode, isWhole: size === Number(response.headers['content-length']) };
      }),
    );
    expect(answers).toEqual(Array(300).fill({ status: 200, isWhole: true }));
  });

  test('a body that is too large is refused over HTTP/2 too', async () => {
    const { server } = await started();
    const session = connect(server.url, { ca: server.ca });
    ends.push(() => session.destroy());
    const head = { ':method': 'POST', ':path': CONFIG_MAPS, authorization: `Bearer ${server.token}` };
    const sent = session.request(head);
    const status = new Promise((resolve) => sent.on('response', (headers) => resolve(headers[':status'])));
    sent.resume().end(Buffer.alloc(8 * MEGABYTE, ' '));
    expect(await status).toBe(413);
  });
});
