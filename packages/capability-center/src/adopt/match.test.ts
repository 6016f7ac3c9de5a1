import type { DetectRule } from '@capstan/capability-model';
import { aPackage } from '@capstan/capability-model/testing';
import { describe, expect, test } from 'vitest';
import { matchInstalled, repositoryOf } from './match.ts';
import type { CrdFact, DetectionFacts, HelmReleaseRecord, WorkloadFact } from './types.ts';

const RULES: readonly DetectRule[] = [
  { chart: 'keda', versionFrom: 'chart', confidence: 'certain' },
  { image: 'ghcr.io/kedacore/keda', versionFrom: 'image', confidence: 'likely' },
  { crd: 'scaledobjects.keda.sh', versionFrom: 'none', confidence: 'possible' },
];

const keda = (version: string, detect = RULES) => {
  const base = aPackage('keda', { version, upstream: { name: 'keda', version } });
  const [unit] = base.install.units;
  if (unit?.type !== 'helm') throw new Error('the builder makes a Helm unit');
  const units = [{ ...unit, chart: { ...unit.chart, name: 'keda', version } }];
  return { ...base, install: { ...base.install, units }, ...(detect.length > 0 ? { detect } : {}) };
};

const CATALOG = [keda('2.19.0'), keda('2.20.2')];

const release = (more: Partial<HelmReleaseRecord> = {}): HelmReleaseRecord => ({
  name: 'keda',
  namespace: 'keda',
  revision: 3,
  status: 'deployed',
  chart: { name: 'keda', version: '2.19.0' },
  objects: [],
  crds: ['scaledobjects.keda.sh'],
  keptCrds: [],
  ...more,
});

const operator = (more: Partial<WorkloadFact> = {}): WorkloadFact => ({
  reference: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'keda', name: 'keda-operator' },
  labels: { app: 'keda-operator' },
  images: ['ghcr.io/kedacore/keda:2.20.2'],
  ...more,
});

const crd = (more: Partial<CrdFact> = {}): CrdFact => ({ name: 'scaledobjects.keda.sh', ...more });

const facts = (more: Partial<DetectionFacts>): DetectionFacts => ({
  releases: [],
  workloads: [],
  crds: [],
  installed: [],
  ...more,
});

describe('what others installed', () => {
  test('is found by its Helm release, with version, certainty and evidence, and can be taken over', () => {
    const found = matchInstalled(
      facts({ releases: [release()], workloads: [operator({ release: 'keda/keda' })], crds: [crd()] }),
      CATALOG,
    );
    expect(found).toMatchObject([
      {
        package: 'keda',
        version: '2.19.0',
        offered: '2.19.0',
        confidence: 'certain',
        adoptable: true,
        evidence: [
          'Helm release keda/keda of chart keda 2.19.0',
          'deployment/keda/keda-operator runs ghcr.io/kedacore/keda:2.20.2',
          'CRD scaledobjects.keda.sh',
        ],
        workloads: [],
      },
    ]);
    expect(found[0]?.obstacle).toBeUndefined();
  });

  test.each<[string, Partial<DetectionFacts>, Record<string, unknown>]>([
    [
      'applied by kubectl: known by its image, but not adoptable',
      { workloads: [operator()], crds: [crd()] },
      {
        version: '2.20.2',
        confidence: 'likely',
        adoptable: false,
        obstacle: expect.stringContaining('no Helm release'),
      },
    ],
    ['CRDs alone: possible, of no version', { crds: [crd()] }, { confidence: 'possible', adoptable: false }],
    [
      'under another release name',
      { releases: [release({ name: 'autoscaler' })] },
      { adoptable: false, obstacle: expect.stringContaining('keda/autoscaler') },
    ],
    [
      'in another namespace',
      { releases: [release({ namespace: 'kube-system' })] },
      { adoptable: false, obstacle: expect.stringContaining('kube-system/keda') },
    ],
    [
      'of a version that no center offers',
      { releases: [release({ chart: { name: 'keda', version: '2.10.0' } })] },
      { version: '2.10.0', adoptable: false, obstacle: 'no center offers its version 2.10.0' },
    ],
    [
      'half installed',
      { releases: [release({ status: 'failed' })] },
      { adoptable: false, obstacle: 'release keda/keda is in state failed' },
    ],
    [
      'twice',
      { releases: [release(), release({ namespace: 'other' })] },
      { adoptable: false, obstacle: 'there are 2 releases of chart keda' },
    ],
    [
      'from a stand-in chart',
      { releases: [release({ chart: { name: 'keda', version: '2.20.2+standin' } })] },
      { offered: '2.20.2', adoptable: true },
    ],
  ])('%s', (_what, more, expected) => {
    expect(matchInstalled(facts(more), CATALOG)).toMatchObject([expected]);
  });

  test.each<[string, Partial<DetectionFacts>]>([
    ['an empty cluster', {}],
    ['another image whose name begins alike', { workloads: [operator({ images: ['ghcr.io/kedacore/keda-other:1'] })] }],
    [
      'a release of ours',
      { releases: [release({ package: 'keda' })], workloads: [operator({ release: 'keda/keda' })] },
    ],
    ['CRDs that we applied', { crds: [crd({ package: 'keda' })] }],
    ['CRDs that stayed where the package is installed', { crds: [crd()], installed: ['keda'] }],
    ['a release that was uninstalled with its history kept', { releases: [release({ status: 'uninstalled' })] }],
  ])('is not %s', (_what, more) => {
    expect(matchInstalled(facts(more), CATALOG)).toEqual([]);
  });

  test('is found by charts and CRDs where the package has no rules', () => {
    const found = matchInstalled(facts({ releases: [release()] }), [keda('2.19.0', [])]);
    expect(found).toMatchObject([{ confidence: 'likely', adoptable: true }]);
  });

  test('is the same in whatever order it is read', () => {
    const releases = [release(), release({ name: 'x', chart: { name: 'other', version: '1.0.0' } })];
    const one = matchInstalled(facts({ releases, workloads: [operator()], crds: [crd()] }), CATALOG);
    const other = matchInstalled(
      facts({ releases: releases.toReversed(), workloads: [operator()], crds: [crd()] }),
      CATALOG.toReversed(),
    );
    expect(other).toEqual(one);
  });
});

test.each([
  ['ghcr.io/kedacore/keda:2.20.2', 'ghcr.io/kedacore/keda'],
  ['localhost:5000/keda', 'localhost:5000/keda'],
  ['localhost:5000/keda:1@sha256:abc', 'localhost:5000/keda'],
  ['keda', 'keda'],
])('the repository of %s is %s', (image, repository) => {
  expect(repositoryOf(image)).toBe(repository);
});
