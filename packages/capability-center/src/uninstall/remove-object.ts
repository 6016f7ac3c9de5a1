import { CapstanError, describeObject, EXIT, isCapstanError, type KubernetesObject, referenceTo } from '@capstan/base';
import { KUBE_CODES, waitFor } from '@capstan/kube';
import { INSTALLER_CODES } from '../installer/codes.ts';
import type { Run } from '../installer/run.ts';
import type { JournalKind } from '../installer/steps.ts';

const GONE_WITHIN_MS = 60_000;

/** What is removed, and in which step. */
export interface ObjectRemoval {
  /** As it was read: another one of that name is not touched. */
  readonly object: KubernetesObject;
  readonly step: JournalKind;
  readonly timeoutMs?: number;
}

/** Deletes an object and waits until it is gone. Throws REMOVAL_STUCK, with its finalizers, when it stays. */
export async function removeObject(run: Run, packageName: string, removal: ObjectRemoval): Promise<void> {
  const { client } = run.context;
  const { uid } = removal.object.metadata;
  const reference = referenceTo(removal.object);
  await client.delete(reference, { propagationPolicy: 'Background', ...(uid === undefined ? {} : { uid }) });
  try {
    await waitFor(client, reference, (now) => now === undefined || now.metadata.uid !== uid, {
      timeoutMs: Math.min(removal.timeoutMs ?? GONE_WITHIN_MS, run.remainingMs()),
      signal: run.signal,
      goal: 'gone',
    });
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.waitTimeout)) throw error;
    const finalizers = (await client.get(reference))?.metadata.finalizers ?? [];
    throw new CapstanError(INSTALLER_CODES.removalStuck, `${describeObject(reference)} does not go away.`, {
      hint: `Its finalizers: ${finalizers.join(', ') || 'none'}. The controller that serves them must run; look at its health.`,
      exit: EXIT.timedOut,
      fields: { object: reference, finalizers, package: packageName },
      cause: error,
    });
  }
}
