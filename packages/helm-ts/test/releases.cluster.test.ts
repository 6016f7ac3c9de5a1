import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT } from '@capstan/base';
import { connect, type KubeClient } from '@capstan/sandbox/testing';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { createHelm, HELM_CODES, type Helm, type ReleaseFlags } from '../src/index.ts';
import { aChart, aDirectory, CONFIG_MAP } from '../src/testing/charts.ts';

/** A Deployment; with `blocked` no node is good enough for its pod. */
const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Release.Name }}"}
spec:
  replicas: 1
  selector: {matchLabels: {app: "{{ .Release.Name }}"}}
  template:
    metadata: {labels: {app: "{{ .Release.Name }}"}}
    spec:
      {{- if .Values.blocked }}
      nodeSelector: {no-such-node: "true"}
      {{- end }}
      containers: [{name: main, image: example.com/app:1}]
`;

const namespace = `helm-${Date.now().toString(36)}`;
let helm: Helm;
let client: KubeClient;

beforeAll(async () => {
  helm = await createHelm({ kubeconfig: inject('kubeconfig') });
  client = await connect({ kubeconfig: inject('kubeconfig') });
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
});

afterAll(async () => {
  await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
  client.close();
});

const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name });

test('a release from install to uninstall', async () => {
  const chart = await aChart({ 'templates/a.yaml': CONFIG_MAP, 'templates/b.yaml': DEPLOYMENT }, 'appVersion: "7"\n');
  const flags: ReleaseFlags = { namespace, wait: true, timeLimitMs: 30_000 };

  const installed = await helm.install('web', chart, { ...flags, values: { text: 'one' }, labels: { tier: 'a' } });
  expect(installed).toMatchObject({ name: 'web', namespace, revision: 1, status: 'deployed', values: { text: 'one' } });

  const upgraded = await helm.upgrade('web', chart, { ...flags, values: { text: 'two' }, description: 'second' });
  expect(upgraded).toMatchObject({ revision: 2, status: 'deployed', description: 'second' });

  expect(await helm.status('web', { namespace })).toMatchObject({ revision: 2, values: { text: 'two' } });
  expect(await helm.status('web', { namespace, revision: 1 })).toMatchObject({ status: 'superseded' });
  expect(await helm.list({ namespace, selector: 'tier=a' })).toEqual([
    expect.objectContaining({ name: 'web', namespace, chart: 'sample-1.2.3+test', appVersion: '7', revision: 2 }),
  ]);
  expect((await helm.history('web', { namespace })).map(({ revision, status }) => [revision, status])).toEqual([
    [1, 'superseded'],
    [2, 'deployed'],
  ]);
  expect(await helm.get.values('web', { namespace })).toEqual({ text: 'two' });
  const manifest = await helm.get.manifest('web', { namespace });
  expect(manifest.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Deployment']);

  await helm.uninstall('web', { namespace, wait: true });
  expect(await client.get(configMap('web'))).toBeUndefined();
  expect(await helm.list({ namespace, filter: '^web$' })).toEqual([]);
});

const HOOK = `apiVersion: v1
kind: ConfigMap
metadata: {name: hook, annotations: {helm.sh/hook: pre-delete}}
`;

test('a release goes back to an earlier revision, and all that Helm recorded of it can be read', async () => {
  const files = {
    'templates/a.yaml': CONFIG_MAP,
    'templates/h.yaml': HOOK,
    'templates/NOTES.txt': 'Use {{ .Release.Name }}.',
  };
  const chart = await aChart(files, 'appVersion: "7"\n');
  await helm.install('back', chart, { namespace, values: { text: 'one' } });
  await expect(helm.rollback('back', undefined, { namespace })).rejects.toMatchObject({
    code: HELM_CODES.releaseNotFound,
    message: 'helm rollback back: release back has no earlier revision',
  });
  await helm.upgrade('back', chart, { namespace, values: { text: 'two' } });
  const returned = await helm.rollback('back', undefined, { namespace, wait: true, timeLimitMs: 20_000 });
  expect(returned).toMatchObject({
    revision: 3,
    status: 'deployed',
    description: 'Rollback to 1',
    values: { text: 'one' },
  });
  expect(await client.get(configMap('back'))).toMatchObject({ data: { text: 'one' } });
  expect(await helm.rollback('back', 2, { namespace })).toMatchObject({ revision: 4, values: { text: 'two' } });
  await expect(helm.rollback('back', 77, { namespace })).rejects.toMatchObject({ code: HELM_CODES.releaseNotFound });
  await expect(helm.rollback('none', 1, { namespace })).rejects.toMatchObject({ code: HELM_CODES.releaseNotFound });

  expect(await helm.get.notes('back', { namespace })).toBe('Use back.');
  expect((await helm.get.hooks('back', { namespace })).map(({ metadata }) => metadata.name)).toEqual(['hook']);
  const metadata = {
    name: 'back',
    namespace,
    revision: 4,
    status: 'deployed',
    chart: 'sample',
    chartVersion: '1.2.3+test',
  };
  expect(await helm.get.metadata('back', { namespace })).toMatchObject({ ...metadata, applyMethod: 'server-side' });
  expect(await helm.get.all('back', { namespace })).toMatchObject({
    ...metadata,
    appVersion: '7',
    notes: 'Use back.',
    values: { text: 'two' },
    manifest: [{ kind: 'ConfigMap', data: { text: 'two' } }],
    hooks: [{ metadata: { name: 'hook' } }],
  });
  expect(await helm.get.all('back', { namespace, revision: 3 })).toMatchObject({
    revision: 3,
    values: { text: 'one' },
  });
  expect(await helm.get.values('back', { namespace, revision: 1 })).toEqual({ text: 'one' });
});

test('what is not there is RELEASE_NOT_FOUND, unless uninstall is told not to mind', async () => {
  const chart = await aChart({ 'templates/a.yaml': CONFIG_MAP });
  const none = { code: HELM_CODES.releaseNotFound, fields: expect.objectContaining({ release: 'none', namespace }) };
  await expect(helm.status('none', { namespace })).rejects.toMatchObject(none);
  await expect(helm.history('none', { namespace })).rejects.toMatchObject(none);
  await expect(helm.get.values('none', { namespace })).rejects.toMatchObject(none);
  await expect(helm.upgrade('none', chart, { namespace })).rejects.toMatchObject(none);
  await expect(helm.uninstall('none', { namespace })).rejects.toMatchObject(none);
  await helm.uninstall('none', { namespace, ignoreNotFound: true });
});

test('a second install is NAME_IN_USE, and a foreign object is OWNERSHIP with the owner', async () => {
  const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shared}\n';
  const chart = await aChart({ 'templates/a.yaml': text });
  await helm.install('first', chart, { namespace });
  await expect(helm.install('first', chart, { namespace })).rejects.toMatchObject({ code: HELM_CODES.nameInUse });
  await expect(helm.install('second', chart, { namespace })).rejects.toMatchObject({
    code: HELM_CODES.ownership,
    message: 'helm install second: configmap/shared exists and belongs to release first',
    fields: expect.objectContaining({ owner: 'first' }),
  });
});

test('what does not become ready is TIMED_OUT with the blocking object, in time; a later upgrade repairs it', async () => {
  const chart = await aChart({ 'templates/a.yaml': DEPLOYMENT });
  const started = Date.now();
  const install = helm.install('slow', chart, { namespace, wait: true, timeLimitMs: 3000, values: { blocked: true } });
  await expect(install).rejects.toMatchObject({
    code: HELM_CODES.timedOut,
    exit: EXIT.timedOut,
    fields: expect.objectContaining({
      blocking: [expect.objectContaining({ kind: 'Deployment', namespace, name: 'slow', status: 'InProgress' })],
    }),
  });
  expect(Date.now() - started).toBeLessThan(10_000);
  expect(await helm.status('slow', { namespace })).toMatchObject({ status: 'failed' });
  const repaired = await helm.upgrade('slow', chart, { namespace, install: true, wait: true, timeLimitMs: 30_000 });
  expect(repaired).toMatchObject({ status: 'deployed', revision: 2 });
});

test('a field of another manager is CONFLICT with its name, until forced', async () => {
  const chart = await aChart({ 'templates/a.yaml': CONFIG_MAP });
  await helm.install('owned', chart, { namespace, values: { text: 'one' } });
  const other = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name: 'owned' }, data: { text: 'x' } };
  await client.apply(other, { fieldManager: 'somebody-else', force: true });
  await expect(helm.upgrade('owned', chart, { namespace, values: { text: 'two' } })).rejects.toMatchObject({
    code: HELM_CODES.conflict,
    fields: expect.objectContaining({ manager: 'somebody-else', object: `${namespace}/owned`, paths: ['.data.text'] }),
  });
  await helm.upgrade('owned', chart, { namespace, values: { text: 'two' }, forceConflicts: true });
  expect((await client.get(configMap('owned')))?.['data']).toEqual({ text: 'two' });
});

test('a cancelled install is CANCELLED at once and leaves a release that an upgrade completes', async () => {
  const chart = await aChart({ 'templates/a.yaml': DEPLOYMENT });
  const abort = new AbortController();
  const install = helm.install('stopped', chart, {
    namespace,
    wait: true,
    values: { blocked: true },
    signal: abort.signal,
    onOutput: ({ text }) => text.includes('waiting for resource') && abort.abort(),
  });
  await expect(install).rejects.toMatchObject({ code: HELM_CODES.cancelled, exit: EXIT.interrupted });
  expect(await helm.status('stopped', { namespace })).toMatchObject({ status: 'failed' });
  const again = await helm.upgrade('stopped', chart, { namespace, install: true, wait: true, timeLimitMs: 30_000 });
  expect(again.status).toBe('deployed');
});

test('a release whose Helm was killed is PENDING_OPERATION until it is uninstalled', async () => {
  const chart = await aChart({ 'templates/a.yaml': DEPLOYMENT });
  const args = ['install', 'killed', chart, `--namespace=${namespace}`, '--set=blocked=true', '--wait'];
  const killed = spawn(helm.binary.path, args, { env: { ...process.env, KUBECONFIG: inject('kubeconfig') } });
  const ended = new Promise((resolve) => killed.once('exit', resolve));
  const status = () => helm.status('killed', { namespace }).catch(() => undefined);
  await expect.poll(async () => (await status())?.status, { timeout: 10_000 }).toBe('pending-install');
  killed.kill('SIGKILL');
  await ended;

  const pending = { code: HELM_CODES.pendingOperation, exit: EXIT.blocked };
  await expect(helm.install('killed', chart, { namespace })).rejects.toMatchObject(pending);
  await expect(helm.upgrade('killed', chart, { namespace, install: true })).rejects.toMatchObject(pending);
  await helm.uninstall('killed', { namespace, wait: true });
  expect(await helm.install('killed', chart, { namespace, wait: true })).toMatchObject({ status: 'deployed' });
});

test('a missing right is FORBIDDEN and says which', async () => {
  const config = parse(await readFile(inject('kubeconfig'), 'utf8'));
  for (const { user } of config.users) user.as = 'nobody';
  const kubeconfig = join(await aDirectory(), 'config');
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  const nobody = await createHelm({ kubeconfig });
  await expect(nobody.list({ namespace })).rejects.toMatchObject({
    code: HELM_CODES.forbidden,
    exit: EXIT.forbidden,
    message: `helm list: nobody may not list secrets in namespace ${namespace}`,
  });
});

test('a kind that the cluster does not know is KIND_UNKNOWN, a refused object OBJECT_INVALID', async () => {
  const unknown = await aChart({
    'templates/a.yaml': 'apiVersion: a.example.com/v1\nkind: Thing\nmetadata: {name: a}\n',
  });
  // The kind is named where the cluster has OpenAPI v2; unit tests have both texts.
  await expect(helm.install('unknown', unknown, { namespace })).rejects.toMatchObject({ code: HELM_CODES.kindUnknown });
  const field = await aChart({ 'templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nspex: 1\n' });
  await expect(helm.install('refused', field, { namespace })).rejects.toMatchObject({ code: HELM_CODES.objectInvalid });
});
