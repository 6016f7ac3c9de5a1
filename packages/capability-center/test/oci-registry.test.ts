import { createHash, generateKeyPairSync, sign as signWith } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { OciCenter } from '../src/center/types.ts';
import { centerCache } from '../src/registry/cache.ts';
import { REGISTRY_ARTIFACT_TYPE } from '../src/registry/oci-source.ts';
import { publishToDirectory } from '../src/registry/publish-directory.ts';
import { readRegistry } from '../src/registry/read-registry.ts';
import type { Credentials } from '../src/registry/remote/credentials.ts';
import { testPackage } from '../src/testing/index.ts';
import { pushArtifact, registryLayers } from './testing/oci-push.ts';
import { buildOciRegistry, type OciRegistry, startOciRegistry } from './testing/oci-registry.ts';

let registry: OciRegistry;
let folder: string;
beforeAll(async () => {
  await buildOciRegistry();
  registry = await startOciRegistry();
  folder = await mkdtemp(join(tmpdir(), 'capstan-oci-test-'));
}, 300_000);
afterAll(async () => {
  await registry?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Publishes packages in a directory and pushes it as `oras push` would; answers the center and the manifest's digest. */
async function aPushed(name: string, versions: readonly string[], to = registry.host, authorization?: string) {
  const directory = join(folder, name);
  await publishToDirectory(
    directory,
    versions.map((version) => testPackage({ name: 'base', version })),
  );
  const artifact = { tag: 'latest', artifactType: REGISTRY_ARTIFACT_TYPE, layers: await registryLayers(directory) };
  const digest = await pushArtifact(`${to}/capstan/${name}`, artifact, authorization);
  const center: OciCenter = { name, type: 'oci', location: `oci://${to}/capstan/${name}`, mirrors: [] };
  return { center, digest, directory };
}

const aCache = () => centerCache(join(folder, `cache-${Math.random()}`));

const versionsOf = (content: Awaited<ReturnType<typeof readRegistry>>) =>
  content.entries.map(({ metadata }) => metadata.version);

test('an artifact as oras pushes it is read, by tag and by digest, and again after a newer push', async () => {
  const cache = aCache();
  const { center, digest } = await aPushed('plain', ['1.0.0', '1.1.0']);
  const first = await readRegistry(center, { cache });
  expect(versionsOf(first)).toEqual(['1.0.0', '1.1.0']);
  expect(first.source).toMatchObject({ digest, type: 'oci', ageMs: expect.any(Number) });
  await aPushed('plain', ['1.0.0', '1.1.0', '2.0.0']);
  expect(versionsOf(await readRegistry(center, { cache }))).toEqual(['1.0.0', '1.1.0', '2.0.0']);
  const pinned = { ...center, location: `${center.location}@${digest}` };
  expect(versionsOf(await readRegistry(pinned, { cache: aCache() }))).toEqual(['1.0.0', '1.1.0']);
});

test('what is no registry, and what is not there, is refused in words', async () => {
  const layers = [{ mediaType: 'text/plain', content: Buffer.from('hello') }];
  await pushArtifact(`${registry.host}/capstan/other`, { tag: 'latest', artifactType: 'text/other', layers });
  const center: OciCenter = { name: 'c', type: 'oci', location: `oci://${registry.host}/capstan/other`, mirrors: [] };
  await expect(readRegistry(center, { cache: aCache() })).rejects.toMatchObject({
    code: 'CAPSTAN_REGISTRY_UNREADABLE',
    message: expect.stringContaining('an artifact of type text/other'),
  });
  await expect(readRegistry({ ...center, location: `${center.location}:none` })).rejects.toMatchObject({
    message: expect.stringContaining('has no capstan/other:none'),
    exit: 3,
  });
});

test('a registry that is away is read from the cache, which tells its age; without a cache it is an error', async () => {
  const own = await startOciRegistry();
  onTestFinished(() => own.stop());
  const cache = aCache();
  const { center } = await aPushed('away', ['1.0.0'], own.host);
  const clock = { now: () => Date.parse('2030-01-01T00:00:00Z'), sleep: async () => {} };
  await readRegistry(center, { cache, clock });
  await own.stop();
  const later = { ...clock, now: () => Date.parse('2030-01-01T02:00:00Z') };
  const content = await readRegistry(center, { cache, clock: later });
  expect(versionsOf(content)).toEqual(['1.0.0']);
  expect(content.source).toMatchObject({ ageMs: 7_200_000, offline: 'the connection is refused' });
  await expect(readRegistry(center, { cache: aCache() })).rejects.toMatchObject({
    code: 'CAPSTAN_REGISTRY_UNREADABLE',
    exit: 3,
  });
});

test('a signed center is read with its key; unsigned and wrongly signed ones are refused with the key that is expected', async () => {
  const [ours, theirs] = [aKey(), aKey()];
  const { center, digest } = await aPushed('signed', ['1.0.0']);
  const policy = { ...center, verify: { keys: [ours.publicKey] } };
  await expect(readRegistry(policy, { cache: aCache() })).rejects.toMatchObject({
    code: 'CAPSTAN_REGISTRY_UNTRUSTED',
    exit: 5,
    message: expect.stringMatching(/center signed must be signed by key sha256:[0-9a-f]{16}, but it carries no/),
  });
  await cosign(registry.host, 'capstan/signed', digest, theirs);
  await expect(readRegistry(policy, { cache: aCache() })).rejects.toMatchObject({
    message: expect.stringContaining('none of its 1 signature is by that key'),
  });
  await cosign(registry.host, 'capstan/signed', digest, ours);
  const { source } = await readRegistry(policy, { cache: aCache() });
  expect(source.signedBy).toMatch(/^sha256:/);
  // The signature is of one manifest: what is pushed over it is not signed.
  await aPushed('signed', ['1.0.0', '6.6.6']);
  await expect(readRegistry(policy, { cache: aCache() })).rejects.toMatchObject({ code: 'CAPSTAN_REGISTRY_UNTRUSTED' });
});

test('a signature among the referrers counts too, with the tag schema of registries without the API', async () => {
  const key = aKey();
  const { center, digest } = await aPushed('referred', ['1.0.0']);
  await cosign(registry.host, 'capstan/referred', digest, key, true);
  const policy = { ...center, verify: { keys: [key.publicKey] } };
  expect(versionsOf(await readRegistry(policy, { cache: aCache() }))).toEqual(['1.0.0']);
});

test('basic authentication: with the right password it is read, else the error has no secret', async () => {
  const htpasswd = join(folder, 'htpasswd');
  // bcrypt of "open sesame", as `htpasswd -nbB robot 'open sesame'` prints it.
  await writeFile(htpasswd, `robot:${BCRYPT}\n`);
  const own = await startOciRegistry({ htpasswd: { realm: 'test', path: htpasswd } });
  onTestFinished(() => own.stop());
  const basic = `Basic ${Buffer.from('robot:open sesame').toString('base64')}`;
  const { center } = await aPushed('basic', ['1.0.0'], own.host, basic);
  const as = (credentials?: Credentials) =>
    readRegistry(center, { cache: aCache(), credentials: () => async () => credentials });
  expect(versionsOf(await as({ username: 'robot', password: 'open sesame' }))).toEqual(['1.0.0']);
  const refused = await as({ username: 'robot', password: 'hunter2-secret' }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'CAPSTAN_REGISTRY_UNREADABLE' });
  expect(JSON.stringify(refused) + String(refused) + String((refused as Error).stack)).not.toMatch(/hunter2|cm9ib3Q/);
  await expect(as()).rejects.toMatchObject({ message: expect.stringContaining('asks for credentials') });
});

test('token authentication: the token is got where the registry says, with the password for that host', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'ES256', use: 'sig' };
  const jwks = join(folder, 'jwks.json');
  await writeFile(jwks, JSON.stringify({ keys: [jwk] }));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://tokens');
    const basic = `Basic ${Buffer.from('robot:secret').toString('base64')}`;
    if (request.headers.authorization !== basic) return void response.writeHead(401).end();
    asked.push(url.searchParams.get('scope') ?? '');
    response.end(JSON.stringify({ token: aToken(privateKey, ['pull', 'push'], 'capstan/token') }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  const own = await startOciRegistry({ token: { realm, service: 'test', issuer: 'tests', jwks } });
  onTestFinished(() => own.stop());
  const bearer = `Bearer ${aToken(privateKey, ['pull', 'push'], 'capstan/token')}`;
  const { center } = await aPushed('token', ['1.0.0'], own.host, bearer);
  const as = (password: string) => ({
    cache: aCache(),
    credentials: () => async () => ({ username: 'robot', password }),
  });
  expect(versionsOf(await readRegistry(center, as('secret')))).toEqual(['1.0.0']);
  expect(asked[0]).toBe('repository:capstan/token:pull');
  await expect(readRegistry(center, as('wrong'))).rejects.toMatchObject({ code: 'CAPSTAN_REGISTRY_UNREADABLE' });
});

const BCRYPT = '$2a$05$UE9IboA6Jx5dQe1gvGOB..i.S8mqHFN49UYSNHR6ji5WfbFR0DL2u';

function aKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/** Signs a manifest's digest as cosign does, under its tag or as a referrer. */
async function cosign(host: string, repository: string, digest: string, key: ReturnType<typeof aKey>, refers = false) {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': `${host}/${repository}` },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
  const signature = signWith('sha256', payload, key.privateKey).toString('base64');
  const manifest = await fetch(`http://${host}/v2/${repository}/manifests/${digest}`, {
    headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
  });
  const size = (await manifest.arrayBuffer()).byteLength;
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const fallback = digest.replace(':', '-');
  const artifactType = 'application/vnd.dev.cosign.artifact.sig.v1+json';
  const pushed = await pushArtifact(`${host}/${repository}`, {
    tag: refers ? 'signature' : `${fallback}.sig`,
    artifactType,
    layers: [
      {
        mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
        content: payload,
        annotations: { 'dev.cosignproject.cosign/signature': signature },
      },
    ],
    ...(refers ? { subject: { mediaType, digest, size } } : {}),
  });
  if (!refers) return;
  const manifests = [{ mediaType, digest: pushed, size: 1, artifactType }];
  const indexType = 'application/vnd.oci.image.index.v1+json';
  await fetch(`http://${host}/v2/${repository}/manifests/${fallback}`, {
    method: 'PUT',
    headers: { 'content-type': indexType },
    body: JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }),
  });
}

function aToken(key: Parameters<typeof signWith>[2], actions: readonly string[], repository: string): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = encode({ alg: 'ES256', typ: 'JWT', kid: 'test' });
  const claims = encode({
    iss: 'tests',
    aud: 'test',
    sub: 'robot',
    iat: now,
    nbf: now - 60,
    exp: now + 300,
    jti: createHash('sha256').update(String(now)).digest('hex'),
    access: [{ type: 'repository', name: repository, actions }],
  });
  const signature = signWith('sha256', Buffer.from(`${header}.${claims}`), { key, dsaEncoding: 'ieee-p1363' } as never);
  return `${header}.${claims}.${signature.toString('base64url')}`;
}
