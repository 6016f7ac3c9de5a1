import { isDeepStrictEqual } from 'node:util';
import type { Component, ComponentStatus } from '@capstan/oam-model';
import { type ComponentRevision, snapshotOf, takeSnapshot } from './snapshot.ts';

/** Everything that the revisions of a component depend on. */
export interface RevisionsInput {
  readonly component: Component;
  /** The snapshots that carry the component's name, in its namespace, and whatever else has a name that it could want. */
  readonly revisions: readonly ComponentRevision[];
  /** Names of revisions that applications of the namespace ask for. Only called when there are too many snapshots. */
  readonly pins: () => ReadonlySet<string>;
  /** How many snapshots are kept beside those that applications ask for; the newest is always kept. */
  readonly limit: number;
}

/** What is to be done about the revisions of a component. */
export interface RevisionsDecision {
  /** The snapshot to be made, if the newest is not of the component's spec. */
  readonly create?: ComponentRevision;
  readonly latestRevision: NonNullable<ComponentStatus['latestRevision']>;
  /** Snapshots beyond the limit, the oldest first. */
  readonly prune: readonly ComponentRevision[];
}

/**
 * Which snapshot a component needs. The newest of its own that has its spec serves, also when the status does not say
 * so (its write was lost); a snapshot that is missing or cannot be read is replaced by the next. Numbers only grow and
 * no name is used twice, also where snapshots of an earlier component of the same name are still there.
 */
export function decideRevisions(input: RevisionsInput): RevisionsDecision {
  const { component, revisions } = input;
  const recorded = component.status?.latestRevision;
  const own = revisions.filter((revision) => isOwn(revision, component)).sort(byNumber);
  const newest = own.at(-1);
  const serves =
    newest !== undefined &&
    newest.revision >= (recorded?.revision ?? 0) &&
    isDeepStrictEqual(snapshotOf(newest)?.spec, component.spec);
  if (serves) {
    const latestRevision = { name: newest.metadata.name, revision: newest.revision };
    return { latestRevision, prune: surplus(own, latestRevision.name, input) };
  }
  const taken = revisions.map((revision) => Math.max(revision.revision, numberIn(revision, component)));
  const create = takeSnapshot(component, Math.max(0, recorded?.revision ?? 0, ...taken) + 1);
  const latestRevision = { name: create.metadata.name, revision: create.revision };
  return { create, latestRevision, prune: surplus([...own, create], latestRevision.name, input) };
}

/** The oldest beyond the limit and beyond those that applications ask for, never the newest. */
function surplus(
  own: readonly ComponentRevision[],
  latest: string,
  { pins, limit }: RevisionsInput,
): ComponentRevision[] {
  if (own.length <= limit) return [];
  const pinned = pins();
  const isPinned = ({ metadata }: ComponentRevision) => pinned.has(metadata.name);
  const tooMany = own.length - Math.max(limit, 1) - own.filter(isPinned).length;
  const candidates = own.filter((revision) => !isPinned(revision) && revision.metadata.name !== latest);
  return candidates.slice(0, Math.max(0, tooMany));
}

function isOwn({ metadata }: ComponentRevision, { metadata: { uid } }: Component): boolean {
  return metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid) ?? false;
}

function byNumber(one: ComponentRevision, other: ComponentRevision): number {
  return one.revision - other.revision;
}

function numberIn({ metadata }: ComponentRevision, component: Component): number {
  const prefix = `${component.metadata.name}-v`;
  const digits = metadata.name.startsWith(prefix) ? metadata.name.slice(prefix.length) : '';
  return /^[1-9]\d{0,14}$/.test(digits) ? Number(digits) : 0;
}
