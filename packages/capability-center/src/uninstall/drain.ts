import { CapstanError, describeObject, EXIT, groupOf, type KubernetesObject, referenceTo } from '@capstan/base';
import { INSTALLER_CODES } from '../installer/codes.ts';
import type { Run } from '../installer/run.ts';
import { mapLimit } from '../plan/parallel.ts';
import type { Archive } from './archive.ts';
import { findInstances, type Instances, type IsOwn, kindOf, stayingOf } from './instances.ts';
import type { PackageRemoval } from './types.ts';
import { waitUntilGone } from './wait-gone.ts';

/** How often objects may appear while others are drained before the removal gives up. */
const MAX_ROUNDS = 5;

/** What a drain works with. */
export interface DrainOptions {
  /** Where objects are saved before they are deleted. */
  readonly archive?: Archive;
  readonly isOwn: IsOwn;
}

/** The objects of a removal's kinds that are to be saved: those that are not on their way out, in the order of restoring. */
export async function instancesToSave(
  run: Run,
  removal: PackageRemoval,
  isOwn: IsOwn,
): Promise<{ readonly crd: string; readonly objects: readonly KubernetesObject[] }[]> {
  const found = await findInstances(run.context.client, removal.planned.metadata, isOwn);
  return inDrainOrder(removal, found)
    .toReversed()
    .map((one) => ({ crd: one.crd.name, objects: stayingOf(one) }));
}

/**
 * Empties the kinds of a package while its controller still runs, kind by kind in the order of its `drain` list, and
 * waits until the objects are gone. Only with the mode `all` are objects deleted that are not on their way out already,
 * and with an archive only those that it has. Throws REMOVAL_STUCK for an object that stays, INSTANCES_EXIST for one
 * that was made in the meantime.
 */
export async function drainInstances(run: Run, removal: PackageRemoval, options: DrainOptions): Promise<void> {
  if (removal.drain === 'keep') return;
  const { archive, isOwn } = options;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const found = inDrainOrder(removal, await findInstances(run.context.client, removal.planned.metadata, isOwn));
    const staying = found.flatMap(stayingOf);
    if (staying[0] && removal.drain !== 'all') throw appeared(removal, staying[0]);
    const kinds = found.map((one) => ({ ...one, objects: one.objects.filter((object) => !one.own.includes(object)) }));
    if (kinds.every(({ objects }) => objects.length === 0)) return;
    await archive?.add(found.map((one) => ({ crd: one.crd.name, objects: stayingOf(one) })).toReversed());
    for (const one of kinds) await drainKind(run, removal, one, archive);
  }
  const left = (await findInstances(run.context.client, removal.planned.metadata, isOwn)).flatMap(stayingOf);
  if (left[0]) throw appeared(removal, left[0]);
}

/** As the package says; kinds that it does not name come last. */
function inDrainOrder({ planned }: PackageRemoval, found: readonly Instances[]): Instances[] {
  const order = planned.metadata.uninstall.drain.map(({ apiVersion, kind }) => `${groupOf(apiVersion)}/${kind}`);
  const rank = ({ crd }: Instances) => {
    const index = order.indexOf(`${groupOf(kindOf(crd).apiVersion)}/${crd.kind}`);
    return index < 0 ? order.length : index;
  };
  return found.toSorted((a, b) => rank(a) - rank(b));
}

async function drainKind(run: Run, removal: PackageRemoval, one: Instances, archive?: Archive): Promise<void> {
  const { crd, objects } = one;
  if (objects.length === 0) return;
  const { client } = run.context;
  const timeoutMs = Math.min(removal.planned.metadata.uninstall.timeoutSeconds * 1000, run.remainingMs());
  const first = referenceTo(objects[0] as KubernetesObject);
  const text = objects.length === 1 ? describeObject(first) : `${objects.length} ${crd.kind}`;
  run.note('drain', `waiting until ${text} ${objects.length === 1 ? 'is' : 'are'} gone`, removal.name);
  await mapLimit(objects, 8, async (object) => {
    run.signal.throwIfAborted();
    const leaving = one.leaving.includes(object);
    // What could not be saved is never deleted, whatever happened in between.
    if (archive && !leaving && !archive.has(object)) throw appeared(removal, object);
    if (object.metadata.deletionTimestamp) return;
    const { uid } = object.metadata;
    await client.delete(referenceTo(object), {
      propagationPolicy: 'Background',
      ...(uid === undefined ? {} : { uid }),
    });
  });
  const uids = new Set(objects.map(({ metadata }) => metadata.uid ?? ''));
  const left = await waitUntilGone(client, kindOf(crd), uids, {
    timeoutMs,
    signal: run.signal,
    onProgress: (count) => count > 0 && run.note('drain', `${count} ${crd.kind} still there`, removal.name),
  });
  if (left[0]) throw stuck({ ...left[0], ...kindOf(crd) }, left.length, removal);
}

function stuck(object: KubernetesObject, count: number, removal: PackageRemoval): CapstanError {
  const reference = referenceTo(object);
  const { finalizers = [] } = object.metadata;
  const known = removal.instances.flatMap((counts) => counts.finalizers);
  const served = finalizers.map((name) => {
    const by = known.find((one) => one.name === name)?.servedBy;
    return by === undefined ? name : `${name} (served by ${by})`;
  });
  const more = count > 1 ? `, and ${count - 1} more` : '';
  return new CapstanError(
    INSTALLER_CODES.removalStuck,
    `${describeObject(reference)}${more} ${count > 1 ? 'do' : 'does'} not go away.`,
    {
      hint: `Its finalizers: ${served.join(', ') || 'none'}. The controller that serves them must run; nothing of ${removal.name} has been removed yet.`,
      exit: EXIT.timedOut,
      fields: { object: reference, finalizers, left: count },
    },
  );
}

function appeared(removal: PackageRemoval, object: KubernetesObject): CapstanError {
  return new CapstanError(
    INSTALLER_CODES.instancesExist,
    `${describeObject(referenceTo(object))} was created while ${removal.name} was being removed.`,
    { hint: 'Delete it and run the command again.', exit: EXIT.blocked },
  );
}
