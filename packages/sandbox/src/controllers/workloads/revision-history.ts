import type { JsonObject, KubernetesObject } from '@capstan/base';
import { deepEqual } from '../model/equality.ts';
import { KINDS } from '../model/kinds.ts';
import { compact, controllerReference, isDeleting, type PodTemplate } from '../model/meta.ts';
import { hashOf } from '../model/names.ts';
import type { ControllerRevision } from '../model/workload-types.ts';

/** An owner whose template's versions are kept as ControllerRevisions. */
export interface Versioned {
  readonly owner: KubernetesObject;
  readonly template: PodTemplate;
  /** The label of a revision that carries its hash. */
  readonly hashLabel: string;
  readonly collisions: number;
}

/** Which revision stands for the template now, and what must be written for that. */
export interface RevisionChoice {
  readonly revision: ControllerRevision;
  /** Whether it is new, is an old one that gets the highest number (a rollback), or is as it should be. */
  readonly write: 'create' | 'update' | undefined;
}

/** Finds or makes the revision of a template (statefulset getStatefulSetRevisions, daemon constructHistory). */
export function chooseRevision(versioned: Versioned, revisions: readonly ControllerRevision[]): RevisionChoice {
  const ordered = inOrder(revisions);
  const latest = ordered.at(-1);
  const next = (latest?.revision ?? 0) + 1;
  const data = dataOf(versioned.template);
  const known = ordered.findLast((one) => deepEqual(one.data, data));
  if (!known) return { revision: newRevision(versioned, data, next), write: 'create' };
  if (known === latest) return { revision: known, write: undefined };
  return { revision: { ...known, revision: next }, write: 'update' };
}

/** The lowest number first. */
export function inOrder(revisions: readonly ControllerRevision[]): ControllerRevision[] {
  return revisions.toSorted(
    (one, other) => one.revision - other.revision || (one.metadata.name < other.metadata.name ? -1 : 1),
  );
}

/** The template that a revision keeps. */
export function templateIn({ data }: ControllerRevision): PodTemplate {
  const { spec } = data as { spec: { template: PodTemplate & { $patch?: string } } };
  const { $patch: _, ...template } = spec.template;
  return template;
}

/** Old revisions beyond the limit which nothing uses any more. */
export function outdatedRevisions(
  revisions: readonly ControllerRevision[],
  { limit, isLive }: { limit: number; isLive: (revision: ControllerRevision) => boolean },
): ControllerRevision[] {
  const history = inOrder(revisions).filter((one) => !isLive(one) && !isDeleting(one));
  return history.slice(0, Math.max(0, history.length - limit));
}

/** What a strategic merge patch would need to put the template back. */
function dataOf(template: PodTemplate): JsonObject {
  return { spec: { template: { $patch: 'replace', ...template } } };
}

function newRevision(
  { owner, template, hashLabel, collisions }: Versioned,
  data: JsonObject,
  revision: number,
): ControllerRevision {
  const hash = hashOf(template, collisions);
  const { name, namespace, annotations } = owner.metadata;
  const metadata = {
    name: `${name.slice(0, 252 - hash.length)}-${hash}`,
    namespace,
    labels: { ...template.metadata?.labels, [hashLabel]: hash },
    annotations,
    ownerReferences: [controllerReference(owner)],
  };
  return { ...KINDS.controllerRevision, metadata: compact(metadata), data, revision } as ControllerRevision;
}
