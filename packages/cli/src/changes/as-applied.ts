import type { KubernetesObject } from '@capstan/base';
import {
  applySchemaDefaults,
  type Component,
  type CustomResourceDefinition,
  oamCustomResourceDefinitions,
  type Schema,
} from '@capstan/oam-model';
import { appliedChanges, fieldChanges } from './field-changes.ts';
import { fieldOwners, noLongerOwned, ownersOfField } from './managed-fields.ts';

/**
 * An object of a file as it would stand in the cluster: what the API server fills in and what others own comes from the
 * live object, and the generation counts up where the spec differs. The whole spec is the file's, with the defaults of
 * its kind where that is one of OAM's.
 */
export function asApplied<T extends KubernetesObject>(
  stated: T,
  live: KubernetesObject | undefined,
  manager: string,
): T {
  const schema = schemaOf(stated, oamCustomResourceDefinitions());
  const desired = schema ? applySchemaDefaults(stated, schema) : stated;
  if (!live) return { ...desired, metadata: { ...desired.metadata, generation: 1 } };
  const { uid, resourceVersion, creationTimestamp, generation = 1, ownerReferences, finalizers } = live.metadata;
  const changed = fieldChanges(live['spec'], desired['spec']).length > 0;
  return {
    ...desired,
    metadata: {
      ...desired.metadata,
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(ownerReferences ? { ownerReferences } : {}),
      ...(finalizers ? { finalizers } : {}),
      generation: changed ? generation + 1 : generation,
      labels: merged(desired, live, manager, 'labels'),
      annotations: merged(desired, live, manager, 'annotations'),
    },
    ...('status' in live ? { status: live['status'] } : {}),
  };
}

/** A component as it would stand in the cluster, with the revision that its new spec would get. */
export function componentAsApplied(desired: Component, live: Component | undefined, manager: string): Component {
  const applied = asApplied(desired, live, manager);
  const { generation = 1, name } = applied.metadata;
  const latest = live?.status?.latestRevision;
  if (latest && generation === live?.metadata.generation) return applied;
  const revision = (latest?.revision ?? 0) + 1;
  const latestRevision = { name: `${name}-v${revision}`, revision };
  return { ...applied, status: { ...applied.status, observedGeneration: generation, latestRevision } };
}

/** What applying an object of a file would change in the live one. */
export function documentChanges(desired: KubernetesObject, live: KubernetesObject, manager: string, schema?: Schema) {
  return appliedChanges(live, schema ? applySchemaDefaults(desired, schema) : desired, manager);
}

/** The schema of an object's kind, if one of the CRDs has it. */
export function schemaOf(
  { apiVersion, kind }: KubernetesObject,
  crds: readonly CustomResourceDefinition[],
): Schema | undefined {
  const crd = crds.find(
    ({ spec }) => spec.names.kind === kind && spec.versions.some(({ name }) => apiVersion === `${spec.group}/${name}`),
  );
  return crd?.spec.versions.find(({ name }) => apiVersion.endsWith(`/${name}`))?.schema?.openAPIV3Schema;
}

function merged(
  desired: KubernetesObject,
  live: KubernetesObject,
  manager: string,
  field: 'labels' | 'annotations',
): Record<string, string> {
  const owners = ownersOfField(ownersOfField(fieldOwners(live, manager), 'metadata'), field);
  const dropped = new Set(noLongerOwned(owners));
  const kept = Object.entries(live.metadata[field] ?? {}).filter(([name]) => !dropped.has(name));
  return { ...Object.fromEntries(kept), ...desired.metadata[field] };
}
