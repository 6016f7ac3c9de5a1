import { ApiError } from '../model/api-error.ts';
import type { Store } from '../storage/store.ts';
import { parseResourceVersion, tooLargeResourceVersion } from './list-page.ts';

/** How long a request waits for a state that has not come (apiserver storage/cacher blockTimeout). */
const PATIENCE_MS = 3000;

/**
 * Waits until the store has come to a revision, and throws 504 where it does not within three seconds. Most requests name
 * a revision of the past and do not wait at all.
 */
export async function reachRevision(store: Store, revision: number): Promise<void> {
  if (revision <= store.revision) return;
  await new Promise<void>((resolve) => onceReached(store, revision, resolve));
  if (revision > store.revision) throw tooLargeResourceVersion(revision, store.revision);
}

/** The same for the `resourceVersion` of a GET, which is 500 where it is no number, as on a real server. */
export async function reachResourceVersion(store: Store, text: string): Promise<void> {
  let revision: number;
  try {
    revision = parseResourceVersion(text);
  } catch (error) {
    throw new ApiError(500, '', (error as Error).message);
  }
  await reachRevision(store, revision);
}

/** Calls `then` when the store has come to a revision, or after three seconds. Returns how to stop waiting. */
export function onceReached(store: Store, revision: number, then: () => void): () => void {
  const stop = () => {
    clearTimeout(timer);
    subscription.close();
  };
  const end = () => {
    stop();
    then();
  };
  const timer = setTimeout(end, PATIENCE_MS);
  timer.unref();
  const subscription = store.watchAll(() => {
    if (store.revision >= revision) end();
  });
  return stop;
}
