import type { KubernetesObject } from '@capstan/base';
import { COMPONENT_LABEL, CONTROLLER_REVISION, snapshotOf } from '@capstan/core';
import type { KubeClient } from '@capstan/kube';
import { type ApplicationConfiguration, type Component, componentNameOf } from '@capstan/oam-model';
import { type FieldChange, fieldChanges } from '../changes/field-changes.ts';

/** A revision of a component and what becomes of it in an application. */
export interface RevisionRow {
  readonly component: string;
  /** Name of the ControllerRevision, `web-v2`. */
  readonly revision: string;
  readonly number: number;
  readonly createdAt: string;
  /** The application's workload is made from it. */
  readonly runs: boolean;
  /** The application names it, so that later changes of the component do not reach it. */
  readonly pinned: boolean;
  /** The component's newest. */
  readonly latest: boolean;
  /** A workload of it still runs beside the one that `runs`, as rollouts leave it. */
  readonly retained: boolean;
  /** What differs from the revision before; absent for the oldest that is kept. */
  readonly changes?: readonly FieldChange[];
}

/** The revisions of an application's components: what becomes of each, oldest first, and the snapshots by name. */
export interface ApplicationRevisions {
  readonly rows: readonly RevisionRow[];
  readonly snapshots: ReadonlyMap<string, Component>;
}

/** Reads the revisions of an application's components. */
export async function readRevisions(
  client: KubeClient,
  application: ApplicationConfiguration,
  signal: AbortSignal,
): Promise<ApplicationRevisions> {
  const names = [...new Set(application.spec.components.map(componentNameOf))];
  if (names.length === 0) return { rows: [], snapshots: new Map() };
  const { namespace = '' } = application.metadata;
  const labelSelector = `${COMPONENT_LABEL} in (${names.join(',')})`;
  const { items } = await client.list(CONTROLLER_REVISION, { namespace, labelSelector, signal });
  const rows = names.flatMap((name) => {
    const own = items.filter(({ metadata }) => metadata.labels?.[COMPONENT_LABEL] === name);
    return revisionRows(application, name, own);
  });
  const snapshots = items.flatMap((object) => {
    const component = snapshotOf(object);
    return component ? [[object.metadata.name, component] as const] : [];
  });
  return { rows, snapshots: new Map(snapshots) };
}

/** The rows of one component. Pure. */
export function revisionRows(
  application: ApplicationConfiguration,
  component: string,
  revisions: readonly KubernetesObject[],
): RevisionRow[] {
  const { workloads = [], historyWorkloads = [] } = application.status ?? {};
  const running = new Set(workloads.map(({ componentRevisionName }) => componentRevisionName));
  const retained = new Set(historyWorkloads.map(({ revision }) => revision));
  const pinned = new Set(application.spec.components.map(({ revisionName }) => revisionName));
  const sorted = revisions.toSorted((one, other) => numberOf(one) - numberOf(other));
  let before: Component | undefined;
  return sorted.map((object, index) => {
    const { name, creationTimestamp } = object.metadata;
    const snapshot = snapshotOf(object);
    const changes = before && snapshot && fieldChanges(before.spec, snapshot.spec);
    before = snapshot;
    return {
      component,
      revision: name,
      number: numberOf(object),
      createdAt: creationTimestamp ?? '',
      runs: running.has(name),
      pinned: pinned.has(name),
      latest: index === sorted.length - 1,
      retained: retained.has(name),
      ...(changes ? { changes } : {}),
    };
  });
}

function numberOf(revision: KubernetesObject): number {
  const { revision: number } = revision as { revision?: unknown };
  return typeof number === 'number' ? number : 0;
}
