import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { HELM_CODES } from './codes.ts';
import { createHelm } from './helm.ts';
import { aChart, aDirectory, CONFIG_MAP } from './testing/charts.ts';
import type { Helm } from './types.ts';

let helm: Helm;

beforeAll(async () => {
  helm = await createHelm();
});

async function aServer(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('template renders with the given values and takes lists apart', async () => {
  const list = 'apiVersion: v1\nkind: List\nitems:\n  - {apiVersion: v1, kind: Secret, metadata: {name: one}}\n';
  const chart = await aChart({ 'templates/a.yaml': CONFIG_MAP, 'templates/b.yaml': list, 'templates/c.yaml': '---\n' });
  const objects = await helm.template('web', chart, { values: { text: 'on: "it"\n- is' } });
  expect(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).sort()).toEqual([
    'ConfigMap/web',
    'Secret/one',
  ]);
  expect(objects.find(({ kind }) => kind === 'ConfigMap')?.['data']).toEqual({ text: 'on: "it"\n- is' });
});

test('YAML 1.2 is read: a bare = and on are text', async () => {
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: q}\ndata: {a: =, b: on}\n';
  const [object] = await helm.template('web', await aChart({ 'templates/a.yaml': text }));
  expect(object?.['data']).toEqual({ a: '=', b: 'on' });
});

test('template sees the Kubernetes version and the crds folder that it is told to', async () => {
  const crd = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b}\n';
  const version =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v}\ndata: {v: "{{ .Capabilities.KubeVersion }}"}\n';
  const chart = await aChart({ 'crds/a.yaml': crd, 'templates/a.yaml': version });
  const objects = await helm.template('web', chart, { kubeVersion: '1.34.2', includeCrds: true });
  expect(objects.map(({ kind }) => kind)).toEqual(['CustomResourceDefinition', 'ConfigMap']);
  expect(objects[1]?.['data']).toEqual({ v: 'v1.34.2' });
  expect((await helm.show.crds(chart)).map(({ metadata }) => metadata.name)).toEqual(['a.b']);
});

test('show chart and package name the version with its build part', async () => {
  const chart = await aChart({ 'templates/a.yaml': CONFIG_MAP }, 'appVersion: "7"\n');
  expect(await helm.show.chart(chart)).toEqual({ name: 'sample', version: '1.2.3+test', appVersion: '7' });
  const destination = await aDirectory();
  const archive = await helm.package(chart, { destination });
  expect(archive).toBe(join(destination, 'sample-1.2.3+test.tgz'));
  expect(await helm.show.chart(archive)).toMatchObject({ version: '1.2.3+test' });
});

test.each([
  ['a template that does not parse', { 'templates/a.yaml': 'a: {{ .Values' }, 'unclosed action'],
  ['a template that fails', { 'templates/a.yaml': 'a: {{ .Values.a.b.c }}' }, 'nil pointer'],
  ['a template that says no', { 'templates/a.yaml': '{{ fail "needs a name" }}' }, 'needs a name'],
  ['output that is no YAML', { 'templates/a.yaml': 'a: {b' }, 'YAML parse error on sample/templates/a.yaml'],
  ['a broken Chart.yaml', { 'Chart.yaml': 'name: [' }, 'Chart.yaml'],
  ['a dependency that is missing', {}, 'missing in charts/ directory: other'],
])('CHART_INVALID: %s', async (what, files, message) => {
  const dependency = 'dependencies: [{name: other, version: 1.0.0, repository: "https://example.com"}]\n';
  const chart = await aChart(files, what.includes('dependency') ? dependency : '');
  await expect(helm.template('web', chart)).rejects.toMatchObject({
    code: HELM_CODES.chartInvalid,
    message: expect.stringContaining(message),
  });
});

test('VALUES_INVALID says which value breaks the schema of the chart', async () => {
  const schema = JSON.stringify({ type: 'object', properties: { text: { type: 'string' } } });
  const chart = await aChart({ 'templates/a.yaml': CONFIG_MAP, 'values.schema.json': schema });
  await expect(helm.template('web', chart, { values: { text: 5 } })).rejects.toMatchObject({
    code: HELM_CODES.valuesInvalid,
    message: expect.stringContaining("at '/text': got number, want string"),
  });
});

test('CHART_NOT_FOUND: no directory, no repository, no such chart in it', async () => {
  const repository = await aServer((_request, response) => response.end('apiVersion: v1\nentries: {}\n'));
  for (const chart of [
    './not-there',
    { repository, name: 'sample' },
    { repository: 'http://127.0.0.1:1', name: 'x' },
  ]) {
    await expect(helm.show.chart(chart)).rejects.toMatchObject({ code: HELM_CODES.chartNotFound });
  }
});

test('a directory of the same name does not stand in for a chart of a repository', async () => {
  const here = await aDirectory();
  await mkdir(join(here, 'sample'));
  await writeFile(join(here, 'sample', 'Chart.yaml'), 'apiVersion: v2\nname: sample\nversion: 6.6.6\n');
  const repository = await aServer((_request, response) => response.end('apiVersion: v1\nentries: {}\n'));
  const before = process.cwd();
  process.chdir(here);
  onTestFinished(() => process.chdir(before));
  await expect(helm.show.chart({ repository, name: 'sample' })).rejects.toMatchObject({
    code: HELM_CODES.chartNotFound,
  });
});

test('a name that looks like a flag stays a name', async () => {
  const chart = await aChart({ 'templates/a.yaml': CONFIG_MAP });
  await expect(helm.template('--debug', chart)).rejects.toMatchObject({
    message: expect.stringContaining('invalid release name'),
  });
});

async function aKubeconfig(server: string): Promise<string> {
  const directory = await aDirectory();
  const kubeconfig = join(directory, 'config');
  const cluster = { name: 'c', cluster: { server } };
  const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
  const users = [{ name: 'u', user: { token: 't' } }];
  const config = { apiVersion: 'v1', kind: 'Config', clusters: [cluster], contexts: [context], users };
  await writeFile(kubeconfig, JSON.stringify({ ...config, 'current-context': 'c' }));
  return kubeconfig;
}

test('Helm acts as who it is told to', async () => {
  const seen: unknown[] = [];
  const server = await aServer(({ headers }, response) => {
    seen.push([headers['impersonate-user'], headers['impersonate-group']]);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ apiVersion: 'v1', kind: 'SecretList', metadata: {}, items: [] }));
  });
  const client = await createHelm({ kubeconfig: await aKubeconfig(server), asUser: 'jane', asGroups: ['dev', 'ops'] });
  expect(await client.list()).toEqual([]);
  expect(seen[0]).toEqual(['jane', 'dev, ops']);
});

test('KUBE_UNREACHABLE when nothing listens', async () => {
  const kubeconfig = await aKubeconfig('https://127.0.0.1:1');
  const client = await createHelm({ kubeconfig });
  await expect(client.list()).rejects.toMatchObject({ code: HELM_CODES.kubeUnreachable });
  const other = await createHelm({ kubeconfig, context: 'other' });
  await expect(other.list()).rejects.toMatchObject({
    message: expect.stringContaining('context "other" does not exist'),
  });
});

test('cancelling a call that hangs ends it and leaves no file behind', async () => {
  const directory = await aDirectory();
  const own = await createHelm({ env: { ...process.env, TMPDIR: directory } });
  const abort = new AbortController();
  const repository = await aServer(() => abort.abort());
  const call = own.template('web', { repository, name: 'sample' }, { signal: abort.signal, values: { password: 'x' } });
  await expect(call).rejects.toMatchObject({ code: HELM_CODES.cancelled, exit: 130 });
  expect(await readdir(directory)).toEqual([]);
});

const onLinux = test.runIf(process.platform === 'linux');

onLinux('a repository with a password works, and the password is in no argument', async () => {
  const commandLines: string[] = [];
  const authorized: boolean[] = [];
  const url = await aServer(async (request, response) => {
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      commandLines.push(await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''));
    }
    authorized.push(request.headers.authorization === `Basic ${Buffer.from('ann:s3cret-word').toString('base64')}`);
    response.end('apiVersion: v1\nentries: {}\n');
  });
  const client = await createHelm({ cacheDirectory: await aDirectory() });
  await client.repo.add('private', url, { username: 'ann', password: 's3cret-word' });
  expect(authorized).toEqual([true]);
  expect(commandLines.some((line) => line.includes('repo\0add'))).toBe(true);
  expect(commandLines.filter((line) => line.includes('s3cret-word'))).toEqual([]);
});

test.each([
  ['a repository', { repository: 'https://ann:s3cret@example.com', name: 'sample' }],
  ['an archive', 'https://ann:s3cret@example.com/sample.tgz'],
])('credentials in the address of %s are refused without being repeated', async (_what, chart) => {
  const error = await helm.show.chart(chart).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: HELM_CODES.credentialsInArgument });
  expect(String(error)).not.toContain('s3cret');
});

test("Helm's messages are passed on while it works", async () => {
  const lines: string[] = [];
  const chart = await aChart({ 'templates/a.yaml': CONFIG_MAP });
  await helm.template('web', chart, { onOutput: ({ text }) => lines.push(text) });
  expect(lines.join('\n')).toContain('Chart path');
});
