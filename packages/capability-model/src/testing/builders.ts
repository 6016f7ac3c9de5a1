import type { JsonObject, KubernetesObject } from '@capstan/base';
import { digestOf } from '../canonical.ts';
import { type CapabilityPackage, PACKAGE_API_VERSION, PACKAGE_KIND } from '../package.ts';
import type { PackageSource } from '../package-source.ts';
import { parsePackage, parsePackageSource } from '../package-validation.ts';

const minimal = (name: string): JsonObject => ({
  apiVersion: PACKAGE_API_VERSION,
  kind: PACKAGE_KIND,
  name,
  version: '1.0.0',
  upstream: { name, version: '1.0.0' },
  summary: `The package ${name}`,
  install: {
    namespace: name,
    units: [
      {
        id: name,
        type: 'helm',
        chart: { repository: 'https://charts.example.org', name, version: '1.0.0' },
        release: name,
      },
    ],
  },
});

/** A valid published package for tests; fields given replace those of the minimal one. */
export function aPackage(name: string, fields: JsonObject = {}): CapabilityPackage {
  return parsePackage({ ...minimal(name), ...fields }, { strict: true });
}

/** A valid package source for tests. */
export function aPackageSource(name: string, fields: JsonObject = {}): PackageSource {
  return parsePackageSource({ ...minimal(name), ...fields });
}

/** A friendly trait: its CRD, its Definition, and the offers of both as a published package carries them. */
export function aTrait(singular: string) {
  const kind = singular.charAt(0).toUpperCase() + singular.slice(1);
  const name = `${singular}s.traits.capstan.dev`;
  const crd: KubernetesObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name },
    spec: {
      group: 'traits.capstan.dev',
      scope: 'Namespaced',
      names: { kind, plural: `${singular}s`, singular, shortNames: [singular.slice(0, 2)] },
      versions: [{ name: 'v1alpha1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  };
  const definition: KubernetesObject = {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'TraitDefinition',
    metadata: { name },
    spec: { definitionRef: { name } },
  };
  return {
    name,
    crd,
    definition,
    crdOffer: {
      name,
      from: 'package',
      kind,
      singular,
      shortNames: [singular.slice(0, 2)],
      scope: 'Namespaced',
      served: ['v1alpha1'],
      storage: 'v1alpha1',
      digest: digestOf(crd),
      object: crd,
    },
    definitionOffer: {
      name,
      role: 'trait',
      shortName: singular,
      kind,
      digest: digestOf(definition),
      object: definition,
    },
  };
}
