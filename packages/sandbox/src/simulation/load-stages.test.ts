import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadStages } from './load-stages.ts';

const stage = (name: string, kind: string, apiVersion = 'example.com/v1') => `apiVersion: kwok.x-k8s.io/v1alpha1
kind: Stage
metadata: { name: ${name} }
spec:
  resourceRef: { apiGroup: ${apiVersion}, kind: ${kind} }
  next: { patches: [{ subresource: status, root: status, template: "phase: ${name}" }] }
`;

async function stagesOf(files: Record<string, string>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'capstan-stages-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const stages = await loadStages({ charts: [join(folder, 'charts')], stages: join(folder, 'stages') });
  return stages.map(({ name }) => name).sort();
}

test('of two versions of a chart the newer one plays a kind, and the older one what only it has', async () => {
  const names = await stagesOf({
    'charts/keda/2.9.0/simulation/all.yaml': `${stage('old-thing', 'Thing', 'example.com/v1beta1')}---\n${stage('old-gone', 'Gone')}`,
    'charts/keda/2.20.2/simulation/thing.yaml': `${stage('new-thing', 'Thing')}---\n${stage('new-thing-too', 'Thing')}`,
    'charts/keda/2.21.0/Chart.yaml': 'name: keda',
  });
  expect(names).toEqual(['new-thing', 'new-thing-too', 'old-gone']);
});

test('charts of other names and loose stages are played beside them', async () => {
  const names = await stagesOf({
    'charts/keda/2.20.2/simulation/thing.yaml': stage('keda', 'Thing'),
    'charts/flagger/1.0.0/simulation/thing.yaml': stage('flagger', 'Canary'),
    'stages/mine.yaml': stage('mine', 'Thing'),
  });
  expect(names).toEqual(['flagger', 'keda', 'mine']);
});
