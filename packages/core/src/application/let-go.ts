import { isCapstanError, type KubernetesObject } from '@capstan/base';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import type { Contributions } from '../plugins/contributions.ts';
import { type Leaving, LONGEST_LEAVING_MS } from './leaving.ts';
import { CONTROLLER_MANAGER, objectKey } from './names.ts';

/** What `askToLetGo` needs. */
export interface LetGoInput {
  readonly client: KubeClient;
  readonly contributions: Pick<Contributions, 'letGo'>;
  readonly live: { get(key: string): KubernetesObject | undefined };
  readonly now: number;
  readonly signal: AbortSignal;
}

/** A controller that is well has got done by then. */
const PATIENCE_MS = 20_000;
/** A controller that was gone meanwhile notices a change only, so it is asked again. */
const BETWEEN_MS = 10_000;

/**
 * Asks the controllers of objects that have been leaving for a while to let go of them as they are: what they would put
 * in order is deleted too, and may never become what they wait for. Returns after how many milliseconds to ask again.
 */
export async function askToLetGo(input: LetGoInput, leaving: readonly Leaving[]): Promise<number> {
  const { client, contributions, live, now, signal } = input;
  let next = BETWEEN_MS;
  for (const { reference, until } of leaving) {
    const waited = until === undefined ? 0 : now - (until - LONGEST_LEAVING_MS);
    if (waited < PATIENCE_MS) {
      next = Math.min(next, PATIENCE_MS - waited);
      continue;
    }
    const object = live.get(objectKey(reference));
    const patch = object && contributions.letGo(object, Math.floor((waited - PATIENCE_MS) / BETWEEN_MS));
    if (!patch) continue;
    try {
      await client.patch(reference, patch, { type: 'merge', fieldManager: CONTROLLER_MANAGER, signal });
    } catch (error) {
      if (!isCapstanError(error, KUBE_CODES.notFound)) throw error;
    }
  }
  return next;
}
