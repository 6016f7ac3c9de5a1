import { messageOf } from '@capstan/base';
import { type KubeClient, type NewCondition, type ReconcileResult, setCondition } from '@capstan/kube';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { wasOrphaning } from '../controllers/shared/orphans.ts';
import { writeFinalizers, writeScope } from '../scopes/index.ts';
import type { ApplicationEvent } from './conclude.ts';
import { CONDITIONS, shorten } from './conditions.ts';
import { deleteMade, madeIn } from './delete-made.ts';
import { recordEvents } from './events.ts';
import { currentInventory } from './inventory.ts';
import { type Leaving, LONGEST_LEAVING_MS, leavingAmong, leavingText } from './leaving.ts';
import { askToLetGo } from './let-go.ts';
import { objectKey } from './names.ts';
import { finalizersAtTheEnd } from './ordered-deletion.ts';
import { same } from './plain.ts';
import { patchStatus } from './status-patch.ts';
import type { Watches } from './watches.ts';

/** What finalizing an application needs. */
export interface FinalizeInput {
  readonly client: KubeClient;
  readonly watches: Watches;
  readonly key: string;
  readonly application: ApplicationConfiguration;
  /** It is deleted without what it made, as far as its finalizers said. */
  readonly keepsAll: boolean;
  readonly now: number;
  readonly signal: AbortSignal;
}

const STAGE = 'failed to finalize workloads';

/**
 * Takes the workloads of an application that is being deleted out of their scopes, deletes what must be gone before the
 * rest and waits for it, then takes our finalizer off. A scope or Definition that is gone does not block it, and a
 * controller that is gone only for a time. A failure is told and thrown: it is tried again.
 */
export async function finalizeApplication(input: FinalizeInput): Promise<ReconcileResult | undefined> {
  const { client, watches, key, application, now, signal } = input;
  const finalizers = finalizersAtTheEnd(application);
  if (!finalizers) return undefined;
  const { writes, scope } = await watches.lookAtScopes(key, application);
  const recorded = application.status?.inventory ?? [];
  const keepsAll =
    input.keepsAll || (await wasOrphaning(client, application.metadata.uid, madeIn(application), signal));
  const live = await watches.lookAtObjects(key, application, keepsAll ? [] : recorded);
  const made = keepsAll ? [] : currentInventory({ application, live });
  const leaving = leavingAmong({ application, live, now }, made);
  const awaited = leaving.filter(({ overdue }) => !overdue);
  try {
    for (const write of writes) await writeScope(client, write, { scope: scope(objectKey(write.scope)), signal });
    const first = awaited.filter(({ until }) => until === undefined);
    await deleteMade(
      client,
      application,
      made,
      first.map(({ reference, uid }) => ({ ...reference, uid })),
      { signal },
    );
  } catch (error) {
    const why = messageOf(error);
    await tell(input, failed(why), { type: 'Warning', reason: 'CannotFinalizeWorkloads', message: shorten(why) });
    throw error;
  }
  if (awaited.length > 0) {
    await tell(input, underWay(awaited));
    const asked = await askToLetGo({ ...input, contributions: watches.contributions, live }, awaited);
    return {
      requeueAfterMs: Math.min(asked, ...awaited.map(({ until }) => (until ?? now + LONGEST_LEAVING_MS) - now)),
    };
  }
  if (leaving.length > 0) await recordEvents(client, application, [goesOn(leaving)], now);
  watches.base.learn(await writeFinalizers(client, application, finalizers, signal));
  return undefined;
}

function failed(why: string): NewCondition {
  return { type: CONDITIONS.synced, status: 'False', reason: 'ReconcileError', message: shorten(`${STAGE}: ${why}`) };
}

function underWay(leaving: readonly Leaving[]): NewCondition {
  const message = shorten(leaving.map(leavingText).join('; '));
  return { type: CONDITIONS.ready, status: 'False', reason: 'Deleting', message };
}

function goesOn(leaving: readonly Leaving[]): ApplicationEvent {
  const message = shorten(`${leaving.map(leavingText).join('; ')}; the rest is deleted without it`);
  return { type: 'Warning', reason: 'DeletionStuck', message };
}

/** Writes a condition when it says something new, and the Event with it. */
async function tell(
  { client, application, now, signal }: FinalizeInput,
  condition: NewCondition,
  event?: ApplicationEvent,
): Promise<void> {
  const before = application.status?.conditions ?? [];
  const conditions = setCondition(before, condition, { generation: application.metadata.generation, now });
  if (same(conditions, before)) return;
  await patchStatus(client, application, { conditions }, signal);
  if (event) await recordEvents(client, application, [event], now);
}
