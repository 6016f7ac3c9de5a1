import { isDeepStrictEqual } from 'node:util';
import { CapstanError, isCapstanError, type KubernetesObject, messageOf, type ObjectReference } from '@capstan/base';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { type StoreWrite, storeAfter } from '@capstan/oam-model';
import { CONTROLLER_MANAGER } from '../application/names.ts';
import { CORE_CODES } from '../codes.ts';

/** Others may write to the store at the same time; so many times in a row is more than chance. */
const ATTEMPTS = 10;

/** Options of `writeStore`. */
export interface StoreWriteOptions {
  /** The live source in a slot, after it was applied. */
  readonly sourceOf: (slot: string) => KubernetesObject | undefined;
  /** The store as a cache has it: saves a request where nobody wrote in between. */
  readonly store?: KubernetesObject | undefined;
  /** uid of the application: a store that another object controls is not written to. */
  readonly applicationUid: string | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Runs the operations of a store on it: a store that does not exist is made, with the owners of its first source; one that
 * says everything already is not written, nor is one without a source. Reads and writes again when somebody else wrote in between. Throws what the
 * server answers, CAPSTAN_DATA_OPERATION_INVALID, or CAPSTAN_STORE_NOT_CONTROLLED.
 */
export async function writeStore(
  client: KubeClient,
  write: StoreWrite,
  options: StoreWriteOptions,
): Promise<KubernetesObject | undefined> {
  const { sourceOf, applicationUid, signal } = options;
  const requestOptions = signal ? { signal } : {};
  let current = options.store;
  for (let attempt = 1; ; attempt += 1) {
    current ??= await client.get(write.store, requestOptions);
    if (current) checkControl(write.store, current, applicationUid);
    const changed = storeAfter(write, current, sourceOf);
    if (!changed || isDeepStrictEqual(changed, current)) return changed;
    try {
      const writeOptions = { fieldManager: CONTROLLER_MANAGER, ...requestOptions };
      return current ? await client.replace(changed, writeOptions) : await client.create(changed, writeOptions);
    } catch (error) {
      const outdated = isCapstanError(error, KUBE_CODES.conflict) || isCapstanError(error, KUBE_CODES.notFound);
      if (!outdated || attempt === ATTEMPTS) throw failed(write.store, error);
      current = undefined;
    }
  }
}

function checkControl(store: ObjectReference, { metadata }: KubernetesObject, uid: string | undefined): void {
  const controller = metadata.ownerReferences?.find((owner) => owner.controller);
  if (!controller || controller.uid === uid) return;
  throw new CapstanError(
    CORE_CODES.storeNotControlled,
    `cannot write store "${store.name}": existing object is not controlled by UID "${uid}"`,
    { hint: `${controller.kind} ${controller.name} controls it: name another store.`, fields: { object: store } },
  );
}

function failed(store: ObjectReference, error: unknown): unknown {
  if (!isCapstanError(error)) return error;
  return new CapstanError(error.code, `cannot write store "${store.name}": ${messageOf(error)}`, {
    cause: error,
    fields: { ...error.fields, object: store },
    ...(error.hint ? { hint: error.hint } : {}),
  });
}
