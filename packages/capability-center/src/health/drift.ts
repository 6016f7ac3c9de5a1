import { isCapstanError, type KubernetesObject, type ObjectReference } from '@capstan/base';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { diffObjects } from '../plan/object-diff.ts';
import type { InventoryItem } from './inventory.ts';
import { entriesOf, ownsAllOf } from './managed-fields.ts';

/** An object of a package that is not as it was put in force. */
export interface Drift {
  readonly object: ObjectReference;
  readonly kind: 'missing' | 'changed';
  /** With `changed`: paths of the fields that differ; values are never told. */
  readonly fields: readonly string[];
  /** With `changed`: who has written to the object beside its owner. */
  readonly managers: readonly string[];
}

/**
 * Fields that controllers fill in or set while they work, whatever a chart states: certificates of webhooks, their
 * policy (istiod raises it once it answers), conversion, and the size of what an autoscaler has taken over.
 */
const IGNORED = [
  /^webhooks\[\d+\]\.(clientConfig\.caBundle|failurePolicy)$/,
  /^spec\.caBundle$/,
  /^spec\.conversion\.webhook\.clientConfig\.caBundle$/,
];
/** Managers of Kubernetes itself and of the simulation of the sandbox: what they write is their business. */
const CONTROLLERS = ['kube-controller-manager', 'capstan-simulation', 'kwok'];

/**
 * How an object differs from what was put in force, by a server-side dry run of it: only fields that were stated count,
 * so defaults and additions by others are no drift. An object whose fields are all still owned by who applied it is not
 * even asked about; for that its metadata is enough.
 */
export async function findDrift(
  client: KubeClient,
  { reference, wanted, manager }: InventoryItem,
  live: KubernetesObject | undefined,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Drift | undefined> {
  if (!live) return missing(reference);
  if (ownsAllOf(live, wanted, manager)) return undefined;
  try {
    const before = await client.get(reference, options);
    if (!before) return missing(reference);
    const applied = await client.apply(wanted, { fieldManager: manager, force: true, dryRun: true, ...options });
    const fields = diffObjects(before, applied)
      .filter((change) => (change.hidden || 'after' in change) && !isIgnored(change.path, live))
      .map(({ path }) => path);
    if (fields.length === 0) return undefined;
    return { object: reference, kind: 'changed', fields, managers: otherManagers(live, manager) };
  } catch (error) {
    // A rule of the cluster that refuses the dry run, or a reader without the right to it, is no evidence of drift.
    const silent = [KUBE_CODES.forbidden, KUBE_CODES.invalid, KUBE_CODES.notFound, KUBE_CODES.conflict];
    if (silent.some((code) => isCapstanError(error, code))) return undefined;
    throw error;
  }
}

/** An object that is gone. */
export function missing(object: ObjectReference): Drift {
  return { object, kind: 'missing', fields: [], managers: [] };
}

function otherManagers(live: KubernetesObject, own: string): string[] {
  const others = entriesOf(live).flatMap(({ manager }) =>
    manager === undefined || manager === own || CONTROLLERS.includes(manager) ? [] : [manager],
  );
  return [...new Set(others)].sort();
}

function isIgnored(path: string, live: KubernetesObject): boolean {
  if (IGNORED.some((pattern) => pattern.test(path))) return true;
  // Whoever scales by the autoscaler's way has it as manager of the number.
  if (path !== 'spec.replicas') return false;
  return entriesOf(live).some(({ manager, subresource }) => subresource === 'scale' && manager === CONTROLLERS[0]);
}
