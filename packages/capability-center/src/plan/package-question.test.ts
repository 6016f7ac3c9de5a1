import type { CapabilityInstall } from '@capstan/capability-model';
import { aPackage } from '@capstan/capability-model/testing';
import { expect, test } from 'vitest';
import { exportsFor } from './exports.ts';
import { packageQuestion } from './package-question.ts';
import type { ChosenPackage } from './resolution.ts';
import { FACTS } from './testing/a-plan.ts';

const prometheus = aPackage('prometheus', {
  provides: { apis: [{ group: 'monitoring.example.org', kind: 'Rule', served: ['v1'] }] },
  config: {
    schema: {
      type: 'object',
      properties: { host: { type: 'string', default: 'prometheus.local' }, port: { type: 'integer' } },
    },
    exports: [
      { name: 'host', from: 'host' },
      { name: 'port', from: 'port' },
      { name: 'scheme', value: 'http' },
    ],
  },
});
const flagger = aPackage('flagger', {
  requires: [{ package: 'prometheus', range: '*' }],
  install: {
    namespace: 'flagger',
    units: [
      {
        id: 'flagger',
        type: 'helm',
        release: 'flagger',
        chart: { repository: 'https://charts.example.org', name: 'flagger', version: '1.0.0' },
        valuesFrom: [{ from: 'host', of: 'prometheus', to: 'metricsServer' }],
      },
    ],
  },
});
const chosen = (metadata: typeof flagger, requires: readonly string[] = []): ChosenPackage => ({
  metadata,
  metadataDigest: 'sha256:x',
  center: 'test',
  why: '',
  goal: true,
  askedBy: { you: '*' },
  range: '*',
  requires,
  hops: [],
});
const both = [chosen(prometheus), chosen(flagger, ['prometheus'])];
const install = (values: Record<string, unknown>) =>
  ({ spec: { package: 'prometheus', version: '*', values } }) as unknown as CapabilityInstall;
const question = (kept: Record<string, unknown>) =>
  packageQuestion(both[1] as ChosenPackage, {
    state: {
      lock: { packages: {}, removed: {} },
      installs: new Map([['prometheus', install(kept)]]),
      journals: new Map(),
    },
    facts: FACTS,
    order: { operation: 'install', goals: [{ package: 'flagger' }], policy: {}, allowStandIns: false },
    resolution: { packages: both, changes: [], warnings: [] },
  });

test('a package gets what those that it needs export, with the values that they have', () => {
  expect(question({}).exported).toEqual({ prometheus: { host: 'prometheus.local', scheme: 'http' } });
  expect(question({ host: 'other', port: 80 }).exported).toEqual({
    prometheus: { host: 'other', port: 80, scheme: 'http' },
  });
});

test('charts see the APIs of what is installed before them', () => {
  expect(question({}).apiVersions).toEqual(['monitoring.example.org/v1', 'monitoring.example.org/v1/Rule']);
});

test('a contract stands for the package that provides it: one that is needed, the first by name', () => {
  const provides = { capabilities: [{ id: 'metrics', version: '1.0.0' }] };
  const exporting = (name: string) =>
    aPackage(name, { provides, config: { exports: [{ name: 'host', value: name }] } });
  const [unit] = flagger.install.units;
  const asking = aPackage('rollout', {
    requires: [{ capability: 'metrics', range: '>=1.0' }],
    install: { namespace: 'rollout', units: [{ ...unit, valuesFrom: [{ from: 'host', of: 'metrics', to: 'host' }] }] },
  });
  const packages = ['c', 'b', 'a'].map((name) => chosen(exporting(name)));
  const from = (...requires: string[]) => exportsFor(chosen(asking, requires), packages, () => ({}));
  expect(from('c', 'b')).toEqual({ metrics: { host: 'b' } });
  expect(from('c')).toEqual({ metrics: { host: 'c' } });
  expect(from()).toEqual({});
});
