import type { Clock } from '@capstan/base';
import type { ChartReference } from '@capstan/capability-model';
import type { Helm } from '@capstan/helm-ts';
import type { KubeClient } from '@capstan/kube';
import type { ResolvedChart } from '../center/types.ts';
import type { Catalog } from '../registry/catalog.ts';
import type { OnProgress } from './progress.ts';

/** Everything that planning, installing and removing capabilities works with. */
export interface InstallerContext {
  readonly client: KubeClient;
  readonly helm: Helm;
  /** What the cluster's centers offer. */
  readonly catalog: Catalog;
  /** Where a chart of a center's package is read from, after the center's mirrors. */
  resolveChart(center: string, chart: ChartReference): Promise<ResolvedChart>;
  /** A command line of Capstan's for messages, with the flags that reach this cluster; default `capstan WORDS --context NAME`. */
  command?(words: string): string;
  readonly clock?: Clock;
  /** How long a silent holder keeps the install Lease, 15 s. */
  readonly leaseMs?: number;
}

/** Options of everything that changes the cluster. */
export interface ExecuteOptions {
  readonly onProgress?: OnProgress;
  /** Aborting stops after the effect under way; the same command goes on from there. */
  readonly signal?: AbortSignal;
  /** Limit of the whole operation; each unit also has its own. Default: the units' limits and two minutes. */
  readonly timeoutMs?: number;
  /**
   * What happens when an installation or upgrade fails for good: `rollback` takes everything back to the state before
   * it, `stall` leaves it as it is for a person. Default: `rollback` for an upgrade whose certificate allows it, else
   * `stall`; CapabilityInstall's `spec.onFailure` stands between.
   */
  readonly onFailure?: FailurePolicy;
  /** How often a step that failed in passing (connection, conflict, busy server) is tried again. Default 3. */
  readonly retries?: number;
}

/** What happens when an operation fails for good. */
export type FailurePolicy = 'stall' | 'rollback';

/** A command line for messages. */
export function commandLine(context: Pick<InstallerContext, 'client' | 'command'>, words: string): string {
  return context.command?.(words) ?? `capstan ${words} --context ${context.client.context.name}`;
}
