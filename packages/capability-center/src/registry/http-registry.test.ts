import { generateKeyPairSync, sign } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCapstanError } from '@capstan/base';
import { aPackage } from '@capstan/capability-model/testing';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { HttpCenter } from '../center/types.ts';
import { centerCache } from './cache.ts';
import { loadCatalog } from './catalog.ts';
import { publishToDirectory } from './publish-directory.ts';
import { readRegistry } from './read-registry.ts';
import { fetchBounded } from './remote/http.ts';

const secret = { username: 'robot', password: 'open sesame' };
const basic = `Basic ${Buffer.from('robot:open sesame').toString('base64')}`;

async function listen(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'capstan-http-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** A web server with a registry of these versions of keda, and what it was asked for. */
async function aServer(versions: readonly string[], allow: (request: IncomingMessage) => boolean = () => true) {
  const folder = await aFolder();
  const publish = (more: readonly string[]) =>
    publishToDirectory(
      folder,
      more.map((version) => aPackage('keda', { version })),
    );
  await publish(versions);
  const asked: string[] = [];
  const { url, server } = await listen(async (request, response) => {
    if (!allow(request)) return void response.writeHead(401).end();
    const path = (request.url ?? '').replace(/^\/registry\//, '');
    const etag = path === 'index.json' ? `"${(await readFile(join(folder, path), 'utf8')).length}"` : undefined;
    asked.push(path);
    if (etag !== undefined && request.headers['if-none-match'] === etag) return void response.writeHead(304).end();
    const stream = createReadStream(join(folder, path));
    stream.once('error', () => response.writeHead(404).end());
    stream.once('open', () => {
      if (etag !== undefined) response.setHeader('etag', etag);
      stream.pipe(response);
    });
  });
  const center: HttpCenter = { name: 'web', type: 'http', location: `${url}/registry`, mirrors: [] };
  return { center, server, asked, folder, publish, cache: centerCache(await aFolder()) };
}

test('an index that did not change and documents that are known are not sent again', async () => {
  const { center, asked, cache, publish } = await aServer(['2.19.0']);
  expect((await readRegistry(center, { cache })).entries).toHaveLength(1);
  expect(asked.splice(0)).toEqual(['index.json', 'packages/keda/2.19.0.json']);
  expect((await readRegistry(center, { cache })).entries).toHaveLength(1);
  expect(asked.splice(0)).toEqual(['index.json']);
  await publish(['2.20.2']);
  expect((await readRegistry(center, { cache })).entries).toHaveLength(2);
  expect(asked).toEqual(['index.json', 'packages/keda/2.20.2.json']);
});

test('a damaged cache is no harm', async () => {
  const { center, cache, asked } = await aServer(['2.19.0']);
  const index = (await readRegistry(center, { cache })).source.digest;
  const { entries } = await readRegistry(center, { cache });
  const digest = entries[0]?.digest ?? '';
  await cache.keepText('documents', `${digest.replace(':', '-')}.json`, '{"name": "evil"}');
  asked.splice(0);
  const again = await readRegistry(center, { cache });
  expect(again.entries).toEqual(entries);
  expect(again.source.digest).toBe(index);
  expect(asked).toContain('packages/keda/2.19.0.json');
});

test('a dead center is read from the cache with a warning that tells the age; others go on', async () => {
  const { center, server, cache } = await aServer(['2.19.0']);
  const directory = await aFolder();
  await publishToDirectory(directory, [aPackage('flagger')]);
  const other = { name: 'local', type: 'directory', location: directory, mirrors: [] } as const;
  const at = (time: string) => ({ now: () => Date.parse(time), sleep: async () => {} });
  await loadCatalog([center, other], { cache, clock: at('2030-01-01T00:00:00Z') });
  server.closeAllConnections();
  server.close();
  const catalog = await loadCatalog([center, other], { cache, clock: at('2030-01-04T00:00:00Z') });
  expect(catalog.entries.map(({ metadata }) => metadata.name)).toEqual(['flagger', 'keda']);
  expect(catalog.warnings).toEqual([
    {
      center: 'web',
      message: 'The center web cannot be read: the connection is refused. What it offered 3 days ago is used.',
      hides: 'what web published after 2030-01-01T00:00:00.000Z',
    },
  ]);
  expect(catalog.sources.find((source) => source.center === 'web')).toMatchObject({ ageMs: 3 * 86_400_000 });
  const empty = await loadCatalog([center, other], {
    cache: centerCache(await aFolder()),
    installed: [{ package: 'keda', center: 'web' }],
  });
  expect(empty.entries.map(({ metadata }) => metadata.name)).toEqual(['flagger']);
  expect(empty.warnings[0]?.hides).toBe('every package that only web offers, among them keda (installed from it)');
});

test('with credentials it is read; without them the error says so and nothing of the cache is used', async () => {
  let password = basic;
  const { center, cache } = await aServer(['2.19.0'], ({ headers }) => headers.authorization === password);
  const credentials = () => async () => secret;
  expect((await readRegistry(center, { cache, credentials })).entries).toHaveLength(1);
  await expect(readRegistry(center, { cache })).rejects.toMatchObject({
    code: 'CAPSTAN_REGISTRY_UNREADABLE',
    message: expect.stringContaining('asks for credentials'),
    exit: 3,
  });
  password = 'changed';
  const error = await readRegistry(center, { cache, credentials }).catch((thrown: unknown) => thrown);
  expect(`${JSON.stringify(error)} ${String((error as Error).stack)}`).not.toMatch(/sesame|cm9ib3Q/);
});

test('credentials do not follow a redirect to another host, and are not sent without TLS', async () => {
  const seen: (string | undefined)[] = [];
  const { url: target } = await listen((request, response) => {
    seen.push(request.headers.authorization);
    response.end('{}');
  });
  const { url } = await listen((request, response) => {
    const location = request.url === '/near' ? '/here' : `${target}/there`;
    if (request.url === '/here') response.end(request.headers.authorization);
    else response.writeHead(302, { location }).end();
  });
  const limits = { maxBytes: 1000, timeoutMs: 5000, authorization: basic };
  expect((await fetchBounded({ ...limits, url: `${url}/near` })).body.toString()).toBe(basic);
  await fetchBounded({ ...limits, url: `${url}/far` });
  expect(seen).toEqual([undefined]);
  await expect(fetchBounded({ ...limits, url: 'http://registry.example.org/' })).rejects.toThrow('has no TLS');
});

test('reads have limits: size, compressed size, time, redirects', async () => {
  const { gzipSync } = await import('node:zlib');
  const { url } = await listen((request, response) => {
    if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else if (request.url === '/zip')
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1e6)));
    else if (request.url === '/slow') response.write('x');
    else response.end('x'.repeat(5000));
  });
  const read = (path: string, timeoutMs = 5000) => fetchBounded({ url: `${url}${path}`, maxBytes: 2048, timeoutMs });
  await expect(read('/large')).rejects.toThrow('larger than 2 KiB');
  await expect(read('/zip')).rejects.toThrow('larger than 2 KiB');
  await expect(read('/loop')).rejects.toThrow('redirects more than 5 times');
  await expect(read('/slow', 100)).rejects.toThrow('did not answer within 0.1 s');
  const controller = new AbortController();
  const aborted = fetchBounded({ url: `${url}/slow`, maxBytes: 10, timeoutMs: 5000, signal: controller.signal });
  controller.abort(new Error('interrupted'));
  await expect(aborted).rejects.toThrow('interrupted');
});

test('a signed index is read, whatever else lies beside it is refused', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { center, cache, folder, publish } = await aServer(['2.19.0']);
  const keys = [publicKey.export({ type: 'spki', format: 'pem' }).toString()];
  const policy = { ...center, verify: { keys } };
  await expect(readRegistry(policy, { cache })).rejects.toMatchObject({
    code: 'CAPSTAN_REGISTRY_UNTRUSTED',
    hint: expect.stringContaining('index.json.sig'),
  });
  const index = await readFile(join(folder, 'index.json'));
  await writeFile(join(folder, 'index.json.sig'), sign(null, index, privateKey).toString('base64'));
  expect((await readRegistry(policy, { cache })).source.signedBy).toMatch(/^sha256:/);
  await publish(['6.6.6']);
  await expect(readRegistry(policy, { cache })).rejects.toMatchObject({ code: 'CAPSTAN_REGISTRY_UNTRUSTED' });
});

test('whatever a server answers, it is read or refused with a reason', async () => {
  let index = '';
  let document = '';
  const { url } = await listen(
    (request, response) => void response.end(request.url === '/index.json' ? index : document),
  );
  const center: HttpCenter = { name: 'web', type: 'http', location: url, mirrors: [] };
  const folder = await aFolder();
  const digest = fc.constantFrom(`sha256:${'0'.repeat(64)}`, 'sha256:x', 1);
  const version = fc.record({
    version: fc.constantFrom('1.0.0', '../1', '1.0.0-../x', 7),
    release: fc.oneof(fc.nat(3), fc.constant(-1)),
    digest,
  });
  const packages = fc.dictionary(
    fc.constantFrom('keda', '../etc', '__proto__', 'constructor', 'a/b'),
    fc.oneof(fc.array(version), fc.json()),
  );
  const indexes = fc.oneof(
    fc.string(),
    fc.json(),
    packages.map((listed) =>
      JSON.stringify({ apiVersion: 'registry.capstan.dev/v1', kind: 'CapabilityIndex', packages: listed }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(indexes, fc.oneof(fc.string(), fc.json()), async (text, other) => {
      index = text;
      document = other;
      await readRegistry(center, { cache: centerCache(folder) }).catch((error: unknown) => {
        if (!isCapstanError(error)) throw error;
        expect(error.code).toMatch(/^CAPSTAN_REGISTRY_(CORRUPT|UNREADABLE)$/);
      });
    }),
    { numRuns: 200 },
  );
});
