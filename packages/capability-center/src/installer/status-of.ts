import {
  type CapabilityInstallStatus,
  configuredValues,
  exportedValues,
  type ProbeStatus,
} from '@capstan/capability-model';
import type { PackagePlan } from '../plan/types.ts';
import { helmUnitPlans } from '../plan/types.ts';

type Status = Omit<CapabilityInstallStatus, 'conditions' | 'phase' | 'observedGeneration'>;

/** The status of an installation as its plan describes it. */
export function statusOf(
  planned: PackagePlan,
  planDigest: string,
  published: boolean,
  probes: readonly ProbeStatus[] = [],
): Status {
  const { metadata } = planned;
  const offers = metadata.provides.definitions;
  return {
    version: planned.version,
    release: planned.release,
    center: planned.center,
    packageDigest: planned.metadataDigest,
    planDigest,
    capabilities: metadata.provides.capabilities.map(({ id, version, features }) => ({
      id,
      version,
      features: [...features],
    })),
    definitions: offers.map(({ name, role, kind, needs }) => ({
      name,
      role,
      kind,
      published,
      ...(needs === undefined ? {} : { capability: needs }),
    })),
    probes: [...probes],
    units: helmUnitPlans(planned.units).map(({ id, release, namespace, chart }) => ({
      id,
      type: 'helm',
      release,
      namespace,
      chart: chart.name,
      chartVersion: chart.version,
      standIn: chart.standIn,
      chartDigest: chart.digest,
    })),
    crds: planned.crds.map(({ name, from, digest }) => ({ name, from, digest })),
    namespace: { name: planned.namespace.name, created: planned.namespace.action === 'create' },
    standIn: helmUnitPlans(planned.units).some(({ chart }) => chart.standIn),
    requires: [...planned.requires],
    ...(published ? { exports: exportedValues(metadata, configuredValues(metadata, planned.values)) } : {}),
  };
}
