import { describeObject, isCapstanError, messageOf, referenceTo } from '@capstan/base';
import { CAPSTAN_KINDS } from '@capstan/capability-model';
import { KUBE_CODES, recordEvent } from '@capstan/kube';
import { describeDrift } from '../health/checks.ts';
import type { DriftedItem } from '../health/package-watch.ts';
import type { InstallerContext } from '../installer/context.ts';
import { takeInstallLease } from '../installer/install-lease.ts';

/** How often an object is put back within the window before it is left to whoever changes it again and again. */
const TIMES = 5;
const WINDOW_MS = 10 * 60_000;

/**
 * Puts objects back that somebody changed by hand, by applying what was put in force. An object that is changed again and
 * again is left alone for a while: two controllers that undo each other's work would overload the API server.
 */
export class Healer {
  readonly #healed = new Map<string, number[]>();

  /** The objects that may be put back now. */
  worthHealing(items: readonly DriftedItem[], now: number): DriftedItem[] {
    return items.filter(
      ({ drift }) => drift.kind === 'changed' && this.#recent(describeObject(drift.object), now) < TIMES,
    );
  }

  /** Applies them under the install Lease, with an Event for each. Throws BUSY while another process has the Lease. */
  async heal(
    context: InstallerContext,
    name: string,
    items: readonly DriftedItem[],
    { now, signal }: { readonly now: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const lease = await takeInstallLease(context, signal);
    try {
      for (const item of items)
        await this.#apply(context, name, item, { now, signal: AbortSignal.any([signal, lease.signal]) });
    } finally {
      await lease.release();
    }
  }

  async #apply(
    { client }: InstallerContext,
    name: string,
    { item, drift }: DriftedItem,
    { now, signal }: { readonly now: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const key = describeObject(drift.object);
    this.#healed.set(key, [...(this.#healed.get(key) ?? []).filter((at) => at > now - WINDOW_MS), now]);
    const subject = referenceTo({ ...CAPSTAN_KINDS.install, metadata: { name } });
    const tell = (type: 'Normal' | 'Warning', reason: string, message: string) =>
      recordEvent(client, subject, { type, reason, message }, { component: 'capstan-operator', now, signal });
    try {
      await client.apply(item.wanted, { fieldManager: item.manager, force: true, signal });
      await tell('Normal', 'DriftHealed', `${describeDrift(drift)}; it was put back`);
    } catch (error) {
      if (!isCapstanError(error) || signal.aborted) throw error;
      // What the API server refuses now it may take after the next plan.
      const gone = isCapstanError(error, KUBE_CODES.notFound);
      if (!gone)
        await tell('Warning', 'DriftNotHealed', `${describeDrift(drift)}; putting it back failed: ${messageOf(error)}`);
    }
  }

  #recent(key: string, now: number): number {
    return (this.#healed.get(key) ?? []).filter((at) => at > now - WINDOW_MS).length;
  }
}
