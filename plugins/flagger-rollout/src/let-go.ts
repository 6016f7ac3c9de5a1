import type { JsonObject, KubernetesObject } from '@capstan/plugin-api';
import { isOf, recordIn } from './plain.ts';

/**
 * How Flagger lets go of a Canary whose workload is deleted too. It waits for the workload to be available before it
 * takes its finalizer off, which a version that failed never is; but it does so at once when `revertOnDeletion` turns
 * false. It notices the change only, so every other attempt turns it back: a Flagger that was gone meanwhile then does
 * its work, or sees the next change.
 */
export function letCanaryGo(object: KubernetesObject, attempt: number): JsonObject | undefined {
  if (!isOf(object, 'flagger.app', 'Canary')) return undefined;
  const revertOnDeletion = attempt % 2 === 1;
  if (recordIn(object, 'spec')['revertOnDeletion'] === revertOnDeletion) return undefined;
  return { spec: { revertOnDeletion } };
}
