import type { KubernetesObject, ObjectReference } from '@capstan/base';
import { type CapabilityPackage, helmUnits, type Probe } from '@capstan/capability-model';
import { definitionsOf } from '../plan/definitions.ts';

/** One Helm release of a package. */
export interface ReleaseName {
  readonly release: string;
  readonly namespace: string;
}

/** An installed package as it was put in force: what its health is measured by. */
export interface HealthSubject {
  readonly name: string;
  readonly metadata: CapabilityPackage;
  readonly releases: readonly ReleaseName[];
  /** With the marks of their package. */
  readonly definitions: readonly KubernetesObject[];
  readonly probes: readonly Probe[];
  /** Names of the CRDs that the package brings. */
  readonly crds: readonly string[];
  /** Those of them that its programs make once they run. */
  readonly runtimeCrds: readonly string[];
  /** Packages that it needs. */
  readonly requires: readonly string[];
}

/** The subject that follows from a package's metadata and its place in the lock. */
export function subjectOf(metadata: CapabilityPackage, requires: readonly string[]): HealthSubject {
  return {
    name: metadata.name,
    metadata,
    releases: helmUnits(metadata).map(({ release, namespace }) => ({
      release,
      namespace: namespace ?? metadata.install.namespace,
    })),
    definitions: definitionsOf(metadata),
    probes: metadata.health.probes,
    crds: metadata.install.crds.map(({ name }) => name),
    runtimeCrds: metadata.install.crds.filter(({ from }) => from === 'runtime').map(({ name }) => name),
    requires,
  };
}

/** Reference of a CRD. */
export function crdReference(name: string): ObjectReference {
  return { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name };
}
