import type { KubernetesObject } from '@capstan/base';
import { type Schema, validateAgainstSchema } from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { builtinManifests } from './index.ts';
import { aWorkload, typeOf, workloadTypes } from './testing/builders.ts';

const manifests = builtinManifests();
const named = (kind: string) => manifests.filter((one) => one.kind === kind).map(({ metadata }) => metadata.name);

describe('the built-in manifests', () => {
  test('are CRDs, then Definitions', () => {
    const kinds = manifests.map(({ kind }) => kind);
    const lastCrd = kinds.lastIndexOf('CustomResourceDefinition');
    expect(kinds.slice(0, lastCrd + 1).every((kind) => kind === 'CustomResourceDefinition')).toBe(true);
    expect(kinds.slice(lastCrd + 1).every((kind) => kind.endsWith('Definition'))).toBe(true);
  });

  test('register the workloads of OAM v1alpha1 and v1alpha2, and those of Kubernetes', () => {
    expect(named('WorkloadDefinition')).toEqual([
      ...['webservices', 'workers', 'servers', 'singletonservers', 'singletonworkers', 'tasks', 'singletontasks'].map(
        (plural) => `${plural}.workloads.capstan.dev`,
      ),
      'containerizedworkloads.core.oam.dev',
      ...['deployments', 'statefulsets', 'daemonsets'].map((plural) => `${plural}.apps`),
      'jobs.batch',
      'cronjobs.batch',
    ]);
  });

  test('register traits and scopes under the names of the reference where it has them', () => {
    expect(named('TraitDefinition')).toEqual([
      'exposes.traits.capstan.dev',
      'volumes.traits.capstan.dev',
      'manualscalertraits.core.oam.dev',
      'horizontalpodautoscalers.autoscaling',
      'ingresses.networking.k8s.io',
    ]);
    expect(named('ScopeDefinition')).toEqual(['healthscopes.core.oam.dev', 'networkscopes.core.oam.dev']);
  });

  test.each<[string, object]>([
    ['manualscalertraits.core.oam.dev', { workloadRefPath: 'spec.workloadRef', extension: { owns: ['replicas'] } }],
    [
      'horizontalpodautoscalers.autoscaling',
      { workloadRefPath: 'spec.scaleTargetRef', extension: { target: 'child', owns: ['replicas'] } },
    ],
    ['healthscopes.core.oam.dev', { workloadRefsPath: 'spec.workloadRefs', allowComponentOverlap: true }],
    ['networkscopes.core.oam.dev', { workloadRefsPath: 'spec.workloadRefs', allowComponentOverlap: false }],
    [
      'containerizedworkloads.core.oam.dev',
      {
        childResourceKinds: [
          { apiVersion: 'apps/v1', kind: 'Deployment' },
          { apiVersion: 'v1', kind: 'Service' },
        ],
      },
    ],
    ['deployments.apps', { podSpecPath: 'spec.template.spec' }],
  ])('%s says %j', (name, spec) => {
    const definition = manifests.find(
      ({ kind, metadata }) => kind !== 'CustomResourceDefinition' && metadata.name === name,
    );
    expect(definition?.['spec']).toMatchObject({ definitionRef: { name }, ...spec });
  });

  test('tell of themselves in one line', () => {
    for (const { kind, metadata } of manifests) {
      if (kind === 'CustomResourceDefinition') continue;
      expect(metadata.annotations?.['capstan.dev/description'], metadata.name).toMatch(/^[A-Z].*\.$/);
    }
  });

  test('are new ones at each call', () => {
    (manifests[0] as KubernetesObject).metadata.name = 'changed';
    expect(builtinManifests()[0]?.metadata.name).toBe('webservices.workloads.capstan.dev');
  });
});

test('every field of every built-in type has a description for explain', () => {
  for (const manifest of builtinManifests()) {
    if (manifest.kind !== 'CustomResourceDefinition') continue;
    const [version] = (manifest['spec'] as { versions: { schema: { openAPIV3Schema: Schema } }[] }).versions;
    const { spec, status } = version?.schema.openAPIV3Schema.properties ?? {};
    expect([...undescribed(spec, 'spec'), ...undescribed(status, 'status')], manifest.metadata.name).toEqual([]);
  }
});

test.each(workloadTypes.map(({ crd }) => crd.spec.names.kind))('a misprint in a %s is found by its schema', (kind) => {
  const schema = typeOf(kind).crd.spec.versions[0]?.schema?.openAPIV3Schema ?? {};
  expect(validateAgainstSchema(aWorkload(kind), schema)).toEqual([]);
  const wrong = validateAgainstSchema(aWorkload(kind, { imgae: 'x' }), schema);
  expect(wrong.map(({ path }) => path)).toEqual(['spec.imgae']);
});

function undescribed(schema: Schema | undefined, path: string): string[] {
  const own = schema?.description?.endsWith('.') ? [] : [path];
  const fields = Object.entries(schema?.properties ?? schema?.items?.properties ?? {});
  return [...own, ...fields.flatMap(([name, field]) => undescribed(field, `${path}.${name}`))];
}
