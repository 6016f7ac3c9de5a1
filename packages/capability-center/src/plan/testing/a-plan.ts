import type { JsonObject } from '@capstan/base';
import { aPackage } from '@capstan/capability-model/testing';
import type { PlanFacts } from '../facts.ts';
import { planDigest } from '../plan-digest.ts';
import { planInputs } from '../plan-inputs.ts';
import type { HelmUnitPlan, InstallGoal, InstallPlan, PackagePlan } from '../types.ts';

/** A planned package for tests; fields given replace those of the minimal one. */
export function aPlannedPackage(
  name: string,
  fields: Partial<PackagePlan> = {},
  metadata: JsonObject = {},
): PackagePlan {
  return {
    name,
    version: '1.0.0',
    release: 0,
    center: 'test',
    metadataDigest: `sha256:${name}`,
    action: 'install',
    why: 'you asked for it',
    goal: true,
    askedBy: { you: '*' },
    range: '*',
    requires: [],
    values: {},
    valuesFrom: 'defaults',
    namespace: { name, action: 'create' },
    units: [aUnit(name)],
    crds: [],
    definitions: [],
    permissions: [],
    permissionDelta: { added: [], removed: [], undeclared: [] },
    images: [],
    certificate: { rollback: 'possible', reasons: [] },
    metadata: aPackage(name, metadata),
    ...fields,
  };
}

/** A planned Helm release with one ConfigMap. */
export function aUnit(name: string, fields: Partial<HelmUnitPlan> = {}): HelmUnitPlan {
  return {
    id: name,
    type: 'helm',
    release: name,
    namespace: name,
    action: 'install',
    chart: {
      name,
      version: '1.0.0',
      repository: 'https://charts.example.org',
      digest: `sha256:${name}`,
      standIn: false,
    },
    digest: `unit-${name}`,
    objects: [{ object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: name, name }, action: 'create' }],
    hooks: [],
    after: [],
    timeoutSeconds: 60,
    ...fields,
  };
}

/** The facts of a small simulated cluster. */
export const FACTS: PlanFacts = {
  cluster: { context: 'sandbox', uid: 'cluster-1', version: 'v1.35.4', simulated: true },
  arch: ['amd64'],
  os: ['linux'],
  reason: 'it is a test',
  apiVersions: [],
  apis: [],
};

/** A plan for packages, with the digest that it has. */
export function aPlan(
  packages: readonly PackagePlan[],
  fields: Partial<InstallPlan> & { facts?: Partial<PlanFacts['cluster']> } = {},
): InstallPlan {
  const { facts, ...rest } = fields;
  const goals: readonly InstallGoal[] = rest.goals ?? packages.map(({ name }) => ({ package: name }));
  const order = { operation: 'install', goals, allowStandIns: false } as const;
  const cluster = { ...FACTS.cluster, ...facts };
  const inputs = planInputs({
    order,
    packages,
    state: { lock: { packages: {}, removed: {} } },
    facts: { ...FACTS, cluster },
  });
  return {
    apiVersion: 'capstan.dev/v1alpha1',
    kind: 'InstallPlan',
    operation: 'install',
    digest: planDigest(inputs),
    cluster,
    goals,
    allowStandIns: false,
    resolution: { changes: [] },
    packages,
    applications: [],
    certificate: { rollback: 'possible', reasons: [] },
    blockers: [],
    warnings: [],
    inputs,
    changes: true,
    ...rest,
  };
}
