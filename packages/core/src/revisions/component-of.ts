import type { KubernetesObject } from '@capstan/base';
import { findCondition } from '@capstan/kube';
import type { ApplicationComponent, Component } from '@capstan/oam-model';
import { snapshotOf } from './snapshot.ts';

/** The component that an entry of an application means. */
export interface ResolvedEntry {
  /** The component as it is, or as the revision that the entry names has it. */
  readonly component: Component;
  /** The component's name; for a revision its name up to the last `-`. */
  readonly componentName: string;
  /** `componentRevisionName` of the status and value of the revision label; empty before the first revision exists. */
  readonly revisionName: string;
  /** The component's newest spec has no revision yet, and it is not known that it cannot have one: its status is about to change. */
  readonly pending: boolean;
}

/**
 * Which component an entry means: `revisionName` wins over `componentName`. Revisions are ControllerRevisions by name,
 * of the application's namespace. The error is worded as the reference words it.
 */
export function componentOf(
  entry: Pick<ApplicationComponent, 'componentName' | 'revisionName'>,
  components: ReadonlyMap<string, Component>,
  revisions: ReadonlyMap<string, KubernetesObject>,
): ResolvedEntry | { readonly error: string } {
  const { revisionName, componentName = '' } = entry;
  if (revisionName) return pinned(revisionName, revisions.get(revisionName));
  const component = components.get(componentName);
  if (!component) return { error: `cannot get component "${componentName}"` };
  const latest = component.status?.latestRevision?.name ?? '';
  return { component, componentName, revisionName: latest, pending: isPending(component) };
}

/** The name of the component that a revision belongs to: all but the last `-` and what follows. */
export function componentOfRevision(revisionName: string): string {
  return revisionName.slice(0, Math.max(0, revisionName.lastIndexOf('-')));
}

function isPending({ metadata: { generation }, status }: Component): boolean {
  if (status?.latestRevision && status.observedGeneration === generation) return false;
  const synced = findCondition(status?.conditions ?? [], 'Synced');
  return synced?.status !== 'False' || synced.observedGeneration !== generation;
}

function pinned(name: string, revision: KubernetesObject | undefined): ResolvedEntry | { readonly error: string } {
  if (!revision) return { error: `cannot get component revision "${name}"` };
  const component = snapshotOf(revision);
  if (!component) return { error: `cannot get valid component data from controllerRevision "${name}"` };
  return { component, componentName: componentOfRevision(name), revisionName: name, pending: false };
}
