import { createHash } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { HELM_CODES } from './codes.ts';
import { createHelm } from './helm.ts';
import { aChart, aDirectory, CONFIG_MAP } from './testing/charts.ts';
import { KEYRING, PROVENANCE, SIGNED_CHART } from './testing/signed-chart.ts';
import type { Helm } from './types.ts';

const ANN = { username: 'ann', password: 's3cret-word' };

let helm: Helm;
let home: string;

beforeAll(async () => {
  helm = await createHelm();
});

/** A chart repository with version 1.2.3+test of the chart `sample`; `allows` decides which requests are answered. */
async function aRepository(allows: (request: IncomingMessage) => boolean | Promise<boolean> = () => true) {
  const directory = await aDirectory();
  const chart = await aChart({ 'templates/a.yaml': CONFIG_MAP });
  const archive = await helm.package(chart, { destination: directory });
  const server = createServer(async (request, response) => {
    if (!(await allows(request))) {
      response.statusCode = 401;
      response.setHeader('WWW-Authenticate', 'Basic realm="charts"');
      return response.end();
    }
    if (request.url === '/index.yaml') return response.end(INDEX);
    if (request.url?.startsWith('/sample-')) return response.end(await readFile(archive));
    response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const INDEX = `apiVersion: v1
entries:
  sample:
    - {apiVersion: v2, name: sample, version: 1.2.3+test, appVersion: "7", description: One map, urls: [sample-1.2.3+test.tgz]}
    - {apiVersion: v2, name: sample, version: 2.0.0-rc.1, description: One map, urls: [sample-2.tgz]}
`;

const isAnn = ({ headers }: IncomingMessage) =>
  headers.authorization === `Basic ${Buffer.from(`${ANN.username}:${ANN.password}`).toString('base64')}`;

/** A client whose Helm home is empty. */
async function aClient(): Promise<Helm> {
  home = await aDirectory();
  return createHelm({ binary: helm.binary.path, cacheDirectory: home });
}

describe('pull', () => {
  test('fetches an archive of a repository and says its digest', async () => {
    const repository = await aRepository();
    const destination = join(await aDirectory(), 'charts');
    const pulled = await helm.pull({ repository, name: 'sample', version: '1.2.3+test' }, { destination });
    expect(pulled).toEqual({
      path: join(destination, 'sample-1.2.3+test.tgz'),
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(await readdir(destination)).toEqual(['sample-1.2.3+test.tgz']);
    expect(await helm.show.chart(pulled.path)).toMatchObject({ name: 'sample', version: '1.2.3+test' });
  });

  test('with credentials leaves no trace of them in arguments, files or errors', async () => {
    const commandLines: string[] = [];
    const repository = await aRepository(async (request) => {
      commandLines.push(...(await argumentsOfAll()));
      return isAnn(request);
    });
    const client = await aClient();
    const chart = { repository, name: 'sample' };
    const destination = await aDirectory();
    await client.pull(chart, { destination, credentials: ANN });
    expect(commandLines.some((line) => line.includes('repo\0add'))).toBe(process.platform === 'linux');
    expect(commandLines.filter((line) => line.includes(ANN.password))).toEqual([]);
    expect(await readdir(join(home, 'helm-home', 'calls'))).toEqual([]);
    expect(await client.repo.list()).toEqual([]);

    const refused = await client
      .pull(chart, { destination, credentials: { username: 'ann', password: 'wr0ng-word' } })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: HELM_CODES.unauthorized, exit: 4 });
    expect(JSON.stringify(refused)).not.toContain('wr0ng-word');
    const nobody = client.pull(chart, { destination });
    await expect(nobody).rejects.toMatchObject({ code: HELM_CODES.unauthorized });
  });

  test('refuses an archive that is too large and leaves nothing behind', async () => {
    const destination = await aDirectory();
    const chart = { repository: await aRepository(), name: 'sample' };
    const pulled = helm.pull(chart, { destination, maxBytes: 10 });
    await expect(pulled).rejects.toMatchObject({ code: HELM_CODES.outputTooLarge });
    expect(await readdir(destination)).toEqual([]);
  });

  test.each([
    ['a version that is not there', { version: '9.0.0' }],
    ['another chart', { name: 'other' }],
  ])('CHART_NOT_FOUND: %s', async (_what, chart) => {
    const repository = await aRepository();
    const pulled = helm.pull({ repository, name: 'sample', ...chart }, { destination: await aDirectory() });
    await expect(pulled).rejects.toMatchObject({ code: HELM_CODES.chartNotFound });
  });
});

describe('repositories of a client', () => {
  test('are added, searched, used, updated, listed and removed', async () => {
    const client = await aClient();
    const url = await aRepository();
    expect(await client.repo.list()).toEqual([]);
    expect(await client.search.repo('sample')).toEqual([]);
    await client.repo.add('mine', url);
    await client.repo.update(['mine']);
    expect(await client.repo.list()).toEqual([{ name: 'mine', url }]);
    const found = { name: 'mine/sample', version: '1.2.3+test', appVersion: '7', description: 'One map' };
    expect(await client.search.repo('sample')).toEqual([found]);
    expect(await client.search.repo(undefined, { versions: true, devel: true })).toHaveLength(2);
    expect(await client.search.repo('nothing-like-it')).toEqual([]);
    const destination = await aDirectory();
    expect(await client.pull('mine/sample', { destination })).toMatchObject({
      path: join(destination, 'sample-1.2.3+test.tgz'),
    });
    await client.repo.remove('mine');
    expect(await client.repo.list()).toEqual([]);
    await expect(client.repo.remove('mine')).rejects.toMatchObject({ code: HELM_CODES.repositoryNotFound });
    await expect(client.pull('mine/sample', { destination })).rejects.toMatchObject({
      code: HELM_CODES.repositoryNotFound,
    });
  });
});

describe('lint', () => {
  test('answers findings, not failures', async () => {
    const chart = await aChart({ 'templates/a.yaml': CONFIG_MAP });
    expect(await helm.lint(chart)).toEqual({
      ok: true,
      findings: [
        { severity: 'info', path: 'Chart.yaml', text: 'icon is recommended' },
        { severity: 'info', path: 'values.yaml', text: 'file does not exist' },
      ],
    });
    await writeFile(join(chart, 'templates', 'a.yaml'), CONFIG_MAP.replace('.Values.text', '.Values.text.inner'));
    const report = await helm.lint(chart);
    expect(report.ok).toBe(false);
    expect(report.findings.at(-1)).toMatchObject({ severity: 'error', text: expect.stringContaining('nil pointer') });
    expect((await helm.lint(chart, { values: { text: { inner: 'a' } } })).ok).toBe(true);
  });

  test('CHART_NOT_FOUND where there is none', async () => {
    await expect(helm.lint(join(await aDirectory(), 'x'))).rejects.toMatchObject({ code: HELM_CODES.chartNotFound });
  });
});

async function argumentsOfAll(): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}

describe('verify', () => {
  async function aSignedChart(): Promise<{ readonly archive: string; readonly keyring: string }> {
    const directory = await aDirectory();
    const archive = join(directory, 'signed-1.0.0.tgz');
    await writeFile(archive, Buffer.from(SIGNED_CHART, 'base64'));
    await writeFile(`${archive}.prov`, PROVENANCE);
    const keyring = join(directory, 'keys.gpg');
    await writeFile(keyring, Buffer.from(KEYRING, 'base64'));
    return { archive, keyring };
  }

  test('says who signed an archive', async () => {
    const { archive, keyring } = await aSignedChart();
    expect(await helm.verify(archive, { keyring })).toEqual({
      signedBy: ['Chart Signer <signer@example.org>'],
      fingerprint: 'C52226ECAB348E94DB865E66FB0585BC8CCBF083',
      digest: `sha256:${createHash('sha256').update(Buffer.from(SIGNED_CHART, 'base64')).digest('hex')}`,
    });
  });

  test.each<[string, (archive: string, keyring: string) => Promise<void>]>([
    ['an archive that was changed', (archive) => writeFile(archive, 'other')],
    [
      'a provenance file that was changed',
      (archive) => writeFile(`${archive}.prov`, PROVENANCE.replace('1.0.0', '1.0.1')),
    ],
    ['no provenance file', (archive) => rm(`${archive}.prov`)],
    ['a keyring without the signer', (_archive, keyring) => writeFile(keyring, '')],
    ['no keyring', (_archive, keyring) => rm(keyring)],
  ])('VERIFICATION_FAILED: %s', async (_what, spoil) => {
    const { archive, keyring } = await aSignedChart();
    await spoil(archive, keyring);
    await expect(helm.verify(archive, { keyring })).rejects.toMatchObject({ code: HELM_CODES.verificationFailed });
  });
});
