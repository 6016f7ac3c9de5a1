import { messageOf } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { setCondition } from '@capstan/kube';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { finalizersAfterLeaving, writeFinalizers, writeScope } from '../scopes/index.ts';
import { CONDITIONS, shorten } from './conditions.ts';
import { recordEvents } from './events.ts';
import { objectKey } from './names.ts';
import { same } from './plain.ts';
import { patchStatus } from './status-patch.ts';
import type { Watches } from './watches.ts';

/** What finalizing an application needs. */
export interface FinalizeInput {
  readonly client: KubeClient;
  readonly watches: Watches;
  readonly key: string;
  readonly application: ApplicationConfiguration;
  readonly now: number;
  readonly signal: AbortSignal;
}

const STAGE = 'failed to finalize workloads';

/**
 * Takes the workloads of an application that is being deleted out of their scopes, then takes our finalizer off. A scope
 * or Definition that is gone does not block it. A failure is told and thrown: it is tried again.
 */
export async function finalizeApplication(input: FinalizeInput): Promise<void> {
  const { client, watches, key, application, signal } = input;
  if (!finalizersAfterLeaving(application)) return;
  const { writes, scope } = await watches.lookAtScopes(key, application);
  try {
    for (const write of writes) await writeScope(client, write, { scope: scope(objectKey(write.scope)), signal });
  } catch (error) {
    await tell(input, messageOf(error));
    throw error;
  }
  const finalizers = finalizersAfterLeaving(application);
  if (finalizers) watches.base.learn(await writeFinalizers(client, application, finalizers, signal));
}

async function tell({ client, application, now, signal }: FinalizeInput, why: string): Promise<void> {
  const before = application.status?.conditions ?? [];
  const message = shorten(`${STAGE}: ${why}`);
  const failed = { type: CONDITIONS.synced, status: 'False', reason: 'ReconcileError', message } as const;
  const conditions = setCondition(before, failed, { generation: application.metadata.generation, now });
  if (same(conditions, before)) return;
  await patchStatus(client, application, { conditions }, signal);
  const event = { type: 'Warning', reason: 'CannotFinalizeWorkloads', message: shorten(why) } as const;
  await recordEvents(client, application, [event], now);
}
