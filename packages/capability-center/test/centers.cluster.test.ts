import { generateKeyPairSync, sign } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { createHelm, type Helm } from '@capstan/helm-ts';
import { connect, ensureNamespace, type KubeClient } from '@capstan/kube';
import { startControlPlane, type TestControlPlane } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packArchive } from '../src/bundle/pack.ts';
import {
  addCenter,
  type CenterRecord,
  type CredentialsReference,
  credentialsOf,
  executeInstall,
  listCenters,
  loadBundle,
  loginCenter,
  openCenter,
  planInstall,
  readCenters,
  removeCenter,
  syncCenters,
  writeBundle,
} from '../src/index.ts';
import { readArchive } from '../src/registry/archive.ts';
import { centerCache } from '../src/registry/cache.ts';
import { TEST_REPOSITORY, type TestPackage, writeTestCenter } from '../src/testing/index.ts';
import { prepareCluster } from './testing/cluster.ts';
import { sha256 } from './testing/oci-push.ts';

const PACKAGES: readonly TestPackage[] = [
  { name: 'store', version: '1.0.0', chart: { crds: [{ kind: 'Thing' }] } },
  { name: 'store', version: '1.1.0', chart: { crds: [{ kind: 'Thing' }] } },
  { name: 'shop', needs: { store: '^1.0.0' } },
];
const PASSWORD = 'open sesame';
const LIMITS = { files: 1000, bytes: 64 * 1024 * 1024 };

let plane: TestControlPlane;
let client: KubeClient;
let helm: Helm;
let folder: string;
let bundled: string;
let site: Awaited<ReturnType<typeof aSite>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capstan-centers-'));
  bundled = join(folder, 'bundled');
  await writeTestCenter(bundled, { packages: [{ name: 'other' }] });
  plane = await startControlPlane();
  client = await connect({ kubeconfig: plane.kubeconfig });
  helm = await createHelm({ kubeconfig: plane.kubeconfig });
  await prepareCluster(client);
  site = await aSite();
  const data = { username: 'robot', password: PASSWORD };
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  await ensureNamespace(client, 'secrets');
  await client.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'robot', namespace: 'secrets' },
    data: Object.fromEntries(encoded),
  });
});
afterAll(async () => {
  site?.stop();
  client?.close();
  await plane?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A web server with a signed registry and the charts of its packages, all behind a password. */
async function aSite() {
  const directory = join(folder, 'site');
  const { charts } = await writeTestCenter(directory, { packages: PACKAGES });
  const entries: Record<string, object[]> = {};
  for (const { name, version = '1.0.0' } of PACKAGES) {
    const archive = await helm.package(join(charts, name, version), { destination: join(directory, 'packed') });
    const digest = sha256(await readFile(archive)).slice(7);
    const urls = [`${name}-${version}.tgz`];
    entries[name] = [...(entries[name] ?? []), { apiVersion: 'v2', name, version, digest, urls }];
  }
  await writeFile(join(directory, 'packed', 'index.yaml'), JSON.stringify({ apiVersion: 'v1', entries }));
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const index = await readFile(join(directory, 'index.json'));
  await writeFile(join(directory, 'index.json.sig'), sign('sha256', index, privateKey).toString('base64'));
  const authorization = `Basic ${Buffer.from(`robot:${PASSWORD}`).toString('base64')}`;
  const server = createServer(async (request, response) => {
    if (request.headers.authorization !== authorization) return void response.writeHead(401).end();
    const content = await readFile(join(directory, request.url ?? '')).catch(() => undefined);
    response.writeHead(content ? 200 : 404).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const center: CenterRecord = {
    name: 'site',
    type: 'http',
    location: url,
    mirrors: [{ name: 'charts', from: TEST_REPOSITORY, to: `${url}/packed` }],
    priority: 5,
    credentials: { secretRef: { namespace: 'secrets', name: 'robot' } },
    verify: { keys: [publicKey.export({ type: 'spki', format: 'pem' }).toString()] },
  };
  return {
    center,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const managing = (cache = 'cache') => ({ bundled, cache: centerCache(join(folder, cache)) });
const contextWith = (cache = 'cache') =>
  openCenter({ client, helm, bundledRegistry: bundled, cacheDirectory: join(folder, cache) });

describe('centers of a cluster', () => {
  test('what cannot be read, or is not signed as asked, is not recorded', async () => {
    const { credentials: _, ...open } = site.center;
    await expect(addCenter(client, open, managing('none'))).rejects.toMatchObject({
      code: 'CAPSTAN_REGISTRY_UNREADABLE',
      message: expect.stringContaining('asks for credentials'),
    });
    const missing = { ...site.center, credentials: { secretRef: { namespace: 'secrets', name: 'nobody' } } };
    await expect(addCenter(client, missing, managing('none'))).rejects.toMatchObject({
      code: 'CAPSTAN_CENTER_CREDENTIALS_MISSING',
    });
    const { publicKey } = generateKeyPairSync('ed25519');
    const keys = [publicKey.export({ type: 'spki', format: 'pem' }).toString()];
    await expect(addCenter(client, { ...site.center, verify: { keys } }, managing('none'))).rejects.toMatchObject({
      code: 'CAPSTAN_REGISTRY_UNTRUSTED',
    });
    expect((await readCenters(client, { bundled })).map(({ name }) => name)).toEqual(['capstan']);
  });

  test('the first one leaves the registry that comes with Capstan beside it', async () => {
    const added = await addCenter(client, site.center, managing());
    expect(added).toMatchObject({ packages: 3, keptBundled: true, source: { signedBy: expect.any(String) } });
    const listed = await listCenters(client, managing());
    expect(listed.map(({ record, packages }) => [record.name, packages])).toEqual([
      ['site', 3],
      ['capstan', 1],
    ]);
    expect(listed[0]?.ageMs).toBeLessThan(60_000);
    expect(JSON.stringify(listed)).not.toContain(PASSWORD);
    expect(await syncCenters(client, managing())).toMatchObject([
      { center: 'site', added: [], packages: 3 },
      { center: 'capstan', added: [] },
    ]);
    await expect(syncCenters(client, { ...managing(), name: 'sit' })).rejects.toMatchObject({
      code: 'CAPSTAN_CENTER_UNKNOWN',
      hint: 'Did you mean site?',
    });
  });

  test('a login of its host opens a center that names no credentials', async () => {
    const host = new URL(site.center.location).host;
    const { credentials: _, ...open } = site.center;
    await loginCenter(client, host, { username: 'robot', password: PASSWORD });
    expect(await addCenter(client, open, managing('login'))).toMatchObject({ packages: 3 });
    const secrets = await client.list({ apiVersion: 'v1', kind: 'Secret' }, { namespace: SYSTEM_NAMESPACE });
    const login = secrets.items.find(({ metadata }) => metadata.name.startsWith('capstan-login-'));
    await client.delete({
      apiVersion: 'v1',
      kind: 'Secret',
      namespace: SYSTEM_NAMESPACE,
      name: login?.metadata.name ?? '',
    });
    await addCenter(client, site.center, managing());
  });
});

test('credentials come from a token, from an image pull secret or from the environment', async () => {
  const host = new URL(site.center.location).host;
  const docker = JSON.stringify({ auths: { [host]: { auth: Buffer.from('robot:x').toString('base64') } } });
  const secrets = { docker: { '.dockerconfigjson': docker }, token: { token: 't' }, neither: { key: 'v' } };
  for (const [name, data] of Object.entries(secrets)) {
    const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
    const metadata = { name, namespace: 'secrets' };
    await client.apply({ apiVersion: 'v1', kind: 'Secret', metadata, data: Object.fromEntries(encoded) });
  }
  const found = (credentials: CredentialsReference, asked = host) =>
    credentialsOf(
      { ...site.center, credentials },
      { client, env: { A_USERNAME: 'u', A_PASSWORD: 'p', B_TOKEN: 'b' } },
    )(asked);
  const secret = (name: string) => ({ secretRef: { namespace: 'secrets', name } });
  expect(await found(secret('docker'))).toEqual({ username: 'robot', password: 'x' });
  expect(await found(secret('token'))).toEqual({ token: 't' });
  expect(await found({ env: 'A' })).toEqual({ username: 'u', password: 'p' });
  expect(await found({ env: 'B' })).toEqual({ token: 'b' });
  expect(await found({ env: 'A' }, 'elsewhere.example.org')).toBeUndefined();
  for (const missing of [secret('neither'), { env: 'C' }]) {
    await expect(found(missing)).rejects.toMatchObject({ code: 'CAPSTAN_CENTER_CREDENTIALS_MISSING', exit: 5 });
  }
});

describe('a bundle', () => {
  const goals = [{ package: 'shop' }];
  const file = () => join(folder, 'shop.tar');
  let digest: string;

  test('is written with everything that the plan takes; the same plan makes the same bytes', async () => {
    const context = await contextWith();
    digest = (await planInstall(context, { goals })).digest;
    const options = { goals, bundled, cacheDirectory: join(folder, 'cache') };
    const written = await writeBundle(context, { ...options, file: file() });
    expect(written.list.plan.digest).toBe(digest);
    expect(written.list.packages.map(({ name, version }) => `${name}@${version}`)).toEqual([
      'store@1.1.0',
      'shop@1.0.0',
    ]);
    expect(written.list.images.map(({ ref }) => ref).length).toBeGreaterThan(0);
    await writeBundle(await contextWith('other-cache'), { ...options, file: join(folder, 'again.tar') });
    expect(sha256(await readFile(join(folder, 'again.tar')))).toBe(written.digest);
    const text = (await readFile(file())).toString('latin1');
    expect(text).not.toMatch(/sesame|127\.0\.0\.1|capstan-centers-/);
  });

  test('that was changed on the way is refused and records nothing', async () => {
    const files = await readArchive(await readFile(file()), LIMITS, 'shop.tar');
    const into = join(folder, 'refused');
    const refused = async (change: typeof files, code = 'CAPSTAN_BUNDLE_INVALID') => {
      const changed = join(folder, 'changed.tar');
      await writeFile(changed, await packArchive(change));
      await expect(loadBundle(client, changed, { ...managing('none'), into })).rejects.toMatchObject({ code });
    };
    const edited = (path: RegExp, edit: (text: string) => string) =>
      files.map((each) =>
        path.test(each.path) ? { ...each, bytes: Buffer.from(edit(each.bytes.toString('latin1')), 'latin1') } : each,
      );
    await refused(edited(/packages\/store/, (text) => text.replace('store', 'stole')));
    await refused(files.filter(({ path }) => !path.endsWith('.tgz')));
    await refused([...files, { path: 'more.txt', bytes: Buffer.from('x') }]);
    await refused(edited(/^bundle\.json$/, () => '{'));
    // Without its signatures it is not what the policy of the recorded center asks for.
    const list = JSON.parse(String(files[0]?.bytes)) as { files: Record<string, string> };
    delete list.files['signatures/site.json'];
    const unsigned = files.filter(({ path }) => path !== 'signatures/site.json');
    await refused(
      unsigned.map((each) =>
        each.path === 'bundle.json' ? { ...each, bytes: Buffer.from(JSON.stringify(list)) } : each,
      ),
      'CAPSTAN_REGISTRY_UNTRUSTED',
    );
    expect((await readCenters(client, { bundled })).map(({ name }) => name)).toEqual(['site', 'capstan']);
  });

  test('gives the same plan where nothing else can be reached, and installs', async () => {
    site.stop();
    const loaded = await loadBundle(client, file(), { ...managing('offline'), into: join(folder, 'loaded') });
    expect(loaded.signed).toEqual([{ center: 'site', signedBy: expect.stringMatching(/^sha256:/) }]);
    expect(readdirSync(join(folder, 'loaded'))).toHaveLength(1);
    const context = await contextWith('offline');
    expect(context.catalog.warnings).toMatchObject([
      { center: 'site', hides: 'every package that only site offers', error: { code: 'CAPSTAN_REGISTRY_UNREADABLE' } },
    ]);
    const plan = await planInstall(context, { goals });
    expect(plan.digest).toBe(digest);
    expect(plan.blockers).toEqual([]);
    const { packages } = await executeInstall(context, plan);
    expect(packages.map(({ name }) => name).sort()).toEqual(['shop', 'store']);
  });

  test('whose center is removed leaves what was installed from it, which can still be planned', async () => {
    const { record } = await loadBundle(client, file(), { ...managing('offline'), into: join(folder, 'loaded') });
    expect(await removeCenter(client, record.name, managing())).toMatchObject({
      installed: ['shop', 'store'],
      left: ['site', 'capstan'],
    });
    const plan = await planInstall(await contextWith('offline'), { goals });
    expect(plan.packages.map(({ name, version, action }) => `${name} ${version} ${action}`)).toEqual([
      'store 1.1.0 none',
      'shop 1.0.0 none',
    ]);
    const other = planInstall(await contextWith('empty'), { goals: [{ package: 'unheard' }] });
    await expect(other).rejects.toMatchObject({
      code: 'CAPSTAN_REGISTRY_UNREADABLE',
      message: expect.stringContaining('No center that can be read offers unheard. The center site cannot be read'),
      exit: 3,
    });
    // A name that is near one of those that are there may still be a package of the center that is away.
    const near = planInstall(await contextWith('empty'), { goals: [{ package: 'shops' }] });
    await expect(near).rejects.toMatchObject({
      code: 'CAPSTAN_REGISTRY_UNREADABLE',
      hint: expect.stringMatching(/^Did you mean .*shop/),
    });
  });
});
