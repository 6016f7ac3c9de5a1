import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHelm, type Helm } from '@capstan/helm-ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packArchive } from '../src/bundle/pack.ts';
import { chartAccess } from '../src/center/chart-access.ts';
import { resolveChart } from '../src/center/resolve-chart.ts';
import { centerCache } from '../src/registry/cache.ts';
import { pushArtifact, sha256 } from './testing/oci-push.ts';
import { type OciRegistry, startOciRegistry } from './testing/oci-registry.ts';

const basic = `Basic ${Buffer.from('robot:open sesame').toString('base64')}`;
const login = { username: 'robot', password: 'open sesame' };
const chart = { repository: 'https://charts.example.org/stable', name: 'web', version: '1.2.0' };

let folder: string;
let helm: Helm;
let registry: OciRegistry;
let archive: string;
let repository: { readonly url: string; readonly asked: string[]; secret: boolean; stop(): void };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capstan-charts-'));
  helm = await createHelm({ cacheDirectory: join(folder, 'helm') });
  const source = join(folder, 'source', 'web');
  await mkdir(join(source, 'templates'), { recursive: true });
  await writeFile(join(source, 'Chart.yaml'), 'apiVersion: v2\nname: web\nversion: 1.2.0\n');
  await writeFile(join(source, 'templates', 'a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n');
  archive = await helm.package(source, { destination: join(folder, 'packed') });
  registry = await startOciRegistry();
  const content = await readFile(archive);
  await pushArtifact(`${registry.host}/mirror/stable/web`, {
    tag: '1.2.0',
    artifactType: 'application/vnd.cncf.helm.config.v1+json',
    config: {
      mediaType: 'application/vnd.cncf.helm.config.v1+json',
      content: Buffer.from('{"name":"web","version":"1.2.0"}'),
    },
    layers: [{ mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', content }],
  });
  repository = await aRepository(content);
}, 300_000);
afterAll(async () => {
  repository?.stop();
  await registry?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A chart repository on a web server that may ask for a password. */
async function aRepository(content: Buffer) {
  const state = { secret: false };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (state.secret && request.headers.authorization !== basic) return void response.writeHead(401).end();
    if (request.url?.endsWith('index.yaml')) {
      const entry = {
        name: 'web',
        version: '1.2.0',
        apiVersion: 'v2',
        digest: sha256(content).slice(7),
        urls: ['web-1.2.0.tgz'],
      };
      response.end(JSON.stringify({ apiVersion: 'v1', entries: { web: [entry] } }));
    } else response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, { url, asked, stop: () => void server.close() });
}

const aCache = () => centerCache(join(folder, `cache-${Math.random()}`));
const mirrorTo = (to: string) => [{ name: 'site', from: 'https://charts.example.org', to }];

test('one chart has one digest, from a web repository, an OCI registry and an archive in a directory', async () => {
  const access = () => chartAccess({ helm, cache: aCache() });
  const web = await resolveChart({ ...chart, repository: repository.url }, [], access());
  const oci = await resolveChart(chart, mirrorTo(`oci://${registry.host}/mirror`), access());
  const near = await resolveChart(chart, [{ name: 'near', directory: join(folder, 'packed') }], access());
  expect(web).toMatchObject({ version: '1.2.0', standIn: false, repository: repository.url });
  expect(oci).toMatchObject({ mirror: 'site', repository: chart.repository });
  expect([oci.digest, near.digest]).toEqual([web.digest, web.digest]);
  const pinned = { ...chart, digest: sha256(await readFile(archive)) };
  for (const digest of [pinned.digest, web.digest]) {
    const found = await resolveChart({ ...chart, digest }, mirrorTo(`oci://${registry.host}/mirror`), access());
    expect(found.archive?.digest).toBe(pinned.digest);
  }
  const other = resolveChart({ ...chart, digest: `sha256:${'0'.repeat(64)}` }, [], {
    ...access(),
    fetch: async () => ({ path: web.path }),
  });
  await expect(other).rejects.toMatchObject({ message: expect.stringContaining('its package pins sha256:000') });
});

test('what was fetched once is there when its repository is away', async () => {
  const access = chartAccess({ helm, cache: aCache() });
  const wanted = { ...chart, repository: repository.url };
  const first = await resolveChart(wanted, [], access);
  repository.asked.splice(0);
  expect(await resolveChart(wanted, [], access)).toEqual(first);
  expect(repository.asked).toEqual([]);
  // What was changed in the cache is not used.
  await writeFile(join(first.path, 'templates', 'a.yaml'), 'changed: true\n');
  expect(await resolveChart(wanted, [], access)).toEqual(first);
  expect(repository.asked).not.toEqual([]);
});

test('a mirror that stands for a repository is asked in its place only', async () => {
  const access = chartAccess({ helm, cache: aCache() });
  const empty = join(folder, 'empty');
  await mkdir(empty, { recursive: true });
  await expect(resolveChart(chart, mirrorTo(empty), access)).rejects.toMatchObject({
    code: 'CAPSTAN_CHART_UNAVAILABLE',
    message: expect.stringContaining('mirror site, which stands for its repository, lacks it'),
  });
  await expect(resolveChart(chart, mirrorTo(`oci://${registry.host}/nowhere`), access)).rejects.toMatchObject({
    code: 'CAPSTAN_CHART_UNAVAILABLE',
    message: expect.stringContaining('mirror site stands for its repository'),
  });
});

test('credentials reach the repository and neither arguments nor errors', async () => {
  repository.secret = true;
  // In place of Helm: tells its arguments, then runs it.
  const spy = join(folder, 'helm-spy');
  const log = join(folder, 'arguments.log');
  await writeFile(spy, `#!/bin/sh\necho "$@" >> ${log}\nexec ${helm.binary.path} "$@"\n`, { mode: 0o755 });
  const spied = await createHelm({ binary: spy, cacheDirectory: join(folder, 'helm') });
  const wanted = { ...chart, repository: repository.url };
  const credentials = async () => login;
  const found = await resolveChart(wanted, [], chartAccess({ helm: spied, cache: aCache(), credentials }));
  expect(found.digest).toMatch(/^sha256:/);
  expect(await readFile(log, 'utf8')).toContain('pull');
  expect(await readFile(log, 'utf8')).not.toMatch(/sesame|cm9ib3Q/);
  const wrong = chartAccess({
    helm,
    cache: aCache(),
    credentials: async () => ({ ...login, password: 'hunter2-secret' }),
  });
  const error = await resolveChart(wanted, [], wrong).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'CAPSTAN_CHART_UNAVAILABLE' });
  expect(`${JSON.stringify(error)} ${String((error as Error).stack)}`).not.toMatch(/hunter2/);
  repository.secret = false;
});

test('an archive with files beside its chart is refused', async () => {
  const stray = join(folder, 'stray');
  await mkdir(stray, { recursive: true });
  const bytes = await packArchive([
    { path: 'web/Chart.yaml', bytes: Buffer.from('name: web\nversion: 1.2.0\n') },
    { path: 'other/Chart.yaml', bytes: Buffer.from('name: other\n') },
  ]);
  await writeFile(join(stray, 'web-1.2.0.tgz'), bytes);
  const access = chartAccess({ cache: aCache() });
  await expect(resolveChart(chart, [{ name: 'stray', directory: stray }], access)).rejects.toMatchObject({
    code: 'CAPSTAN_ARCHIVE_INVALID',
    message: expect.stringContaining('outside of the folder web'),
  });
  await cp(archive, join(stray, 'web-1.2.0.tgz'));
  expect((await resolveChart(chart, [{ name: 'stray', directory: stray }], access)).version).toBe('1.2.0');
});
