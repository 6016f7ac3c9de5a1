import type { KindReference } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { aWorkloadDefinition } from '../../test/builders.ts';
import type { TraitDefinition, TraitDefinitionSpec, WorkloadDefinition } from '../kinds/index.ts';
import { appliesTo, workloadTarget } from './applicability.ts';
import { traitConflict } from './conflicts.ts';
import { targetOfDefinition } from './type-entries.ts';

const webservice: WorkloadDefinition = {
  apiVersion: 'core.oam.dev/v1alpha2',
  kind: 'WorkloadDefinition',
  metadata: { name: 'web', labels: { tier: 'web' } },
  spec: {
    definitionRef: { name: 'webservices.workloads.capstan.dev' },
    childResourceKinds: [
      { apiVersion: 'apps/v1', kind: 'Deployment' },
      { apiVersion: 'v1', kind: 'Service' },
    ],
  },
};
const target = workloadTarget(webservice, { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService' });

function aTrait(
  spec: Partial<TraitDefinitionSpec>,
  name = 'autoscales.traits.capstan.dev',
  labels = {},
): TraitDefinition {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'TraitDefinition',
    metadata: { name, labels },
    spec: { definitionRef: { name }, ...spec },
  };
}

describe('appliesTo', () => {
  const child = { extension: { target: 'child' } };
  test.each<[string, Partial<TraitDefinitionSpec>, boolean]>([
    ['no list', {}, true],
    ['an empty list', { appliesToWorkloads: [] }, true],
    ['everything', { appliesToWorkloads: ['x.y', '*'] }, true],
    ['the group', { appliesToWorkloads: ['*.workloads.capstan.dev'] }, true],
    ['another group', { appliesToWorkloads: ['*.capstan.dev'] }, false],
    ['a bare group', { appliesToWorkloads: ['workloads.capstan.dev'] }, false],
    ['the CRD', { appliesToWorkloads: ['webservices.workloads.capstan.dev'] }, true],
    ['the Definition', { appliesToWorkloads: ['web'] }, true],
    ['group, version and kind', { appliesTo: ['workloads.capstan.dev/v1alpha1.WebService'] }, true],
    ['another version', { appliesTo: ['workloads.capstan.dev/v1.WebService'] }, false],
    ['the alias beside the list', { appliesToWorkloads: ['x.y'], appliesTo: ['web'] }, true],
    ['a child without target', { appliesToWorkloads: ['deployments.apps'] }, false],
    ['a child', { appliesToWorkloads: ['statefulsets.apps', 'deployments.apps'], ...child }, true],
    ['the group of a child', { appliesToWorkloads: ['*.apps'], ...child }, true],
    ['group, version and kind of a child', { appliesToWorkloads: ['apps/v1.Deployment'], ...child }, true],
    ['a core child', { appliesToWorkloads: ['services.'], ...child }, true],
    ['no child of that kind', { appliesToWorkloads: ['statefulsets.apps'], ...child }, false],
    ['group, version and kind of the core group', { appliesToWorkloads: ['v1.Service'], ...child }, true],
    [
      "kind, group and version, the form of the reference's schema",
      { appliesTo: ['webservice.workloads.capstan.dev/v1alpha1'] },
      true,
    ],
    ['labels of the WorkloadDefinition', { appliesToWorkloads: ['labelSelector:tier=web,!old'] }, true],
    ['other labels', { appliesToWorkloads: ['labelSelector:tier=db'] }, false],
    ['a broken selector', { appliesToWorkloads: ['labelSelector:tier='.repeat(2)] }, false],
    ['an unknown target', { appliesToWorkloads: ['deployments.apps'], extension: { target: 'chid' } }, false],
  ])('%s', (_what, spec, allowed) => {
    expect(appliesTo(aTrait(spec), target)).toMatchObject({
      allowed,
      source: { kind: 'TraitDefinition', name: 'autoscales.traits.capstan.dev' },
    });
  });

  test('a core group is matched by no group rule', () => {
    const core = { ...webservice, spec: { definitionRef: { name: 'pods.' } } };
    expect(appliesTo(aTrait({ appliesToWorkloads: ['*.'] }), workloadTarget(core)).allowed).toBe(false);
  });

  test('says which child the trait works on, and why', () => {
    const verdict = appliesTo(aTrait({ appliesToWorkloads: ['services.', '*.apps'], ...child }), target);
    expect(verdict).toMatchObject({
      child: { kind: 'Deployment' },
      rule: 'autoscales.traits.capstan.dev applies to *.apps, and web makes a Deployment',
    });
  });

  test('without a list the first child is the target', () => {
    expect(appliesTo(aTrait(child), target).child).toMatchObject({ kind: 'Deployment' });
    expect(appliesTo(aTrait({}), target)).not.toHaveProperty('child');
  });

  test('what describes its pods itself is the target, whatever it makes', () => {
    const service = aWorkloadDefinition('services.serving.knative.dev', {
      podSpecPath: 'spec.template.spec',
      childResourceKinds: [{ apiVersion: 'serving.knative.dev/v1', kind: 'Configuration' }],
    });
    const named = aTrait({ appliesToWorkloads: ['services.serving.knative.dev'], ...child });
    expect(appliesTo(named, workloadTarget(service))).toMatchObject({ allowed: true });
    expect(appliesTo(named, workloadTarget(service))).not.toHaveProperty('child');
  });

  test('a refusal names what the trait applies to and what the workload makes', () => {
    expect(appliesTo(aTrait({ appliesToWorkloads: ['statefulsets.apps'], ...child }), target).rule).toBe(
      'autoscales.traits.capstan.dev applies to statefulsets.apps; web is none of them or makes one of them (it makes Deployment, Service)',
    );
  });
});

const conflict = (one: TraitDefinition, other: TraitDefinition, kind?: KindReference) =>
  traitConflict(
    { definition: one, target: targetOfDefinition(one, kind) },
    { definition: other, target: targetOfDefinition(other, kind) },
  );

describe('conflictsWith', () => {
  const other = aTrait({}, 'rollouts.traits.capstan.dev', { role: 'traffic' });
  test.each([
    ['rollouts.traits.capstan.dev', false],
    ['*.traits.capstan.dev', false],
    ['*.capstan.dev', true],
    ['*', false],
    ['labelSelector:role=traffic', false],
    ['labelSelector:role==traffic', false],
    ['labelSelector:role=traffic,tier=x', true],
    ['labelSelector:role', false],
    ['labelSelector:!role', true],
    ['labelSelector:', true],
    ['routes.traits.capstan.dev', true],
  ])('%s: allowed %s, from either side', (entry, allowed) => {
    const trait = aTrait({ conflictsWith: [entry] });
    expect(conflict(trait, other).allowed).toBe(allowed);
    expect(conflict(other, trait)).toMatchObject({
      allowed,
      ...(allowed ? {} : { source: { name: trait.metadata.name, field: 'spec.conflictsWith[0]' } }),
    });
  });

  test('group, version and kind name a type, also under its old name', () => {
    const trait = aTrait({ conflictsWith: ['autoscaling/v2beta2.HorizontalPodAutoscaler'] });
    const hpa = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' };
    expect(conflict(trait, other, hpa).allowed).toBe(false);
    expect(conflict(trait, other, { ...hpa, apiVersion: 'autoscaling/v1' }).allowed).toBe(true);
  });

  test('a trait that excludes all others may stand twice, one that names itself may not', () => {
    const all = aTrait({ conflictsWith: ['*'] });
    const itself = aTrait({ conflictsWith: ['autoscales.traits.capstan.dev'] });
    expect(conflict(all, all).allowed).toBe(true);
    expect(conflict(itself, itself).allowed).toBe(false);
  });
});
