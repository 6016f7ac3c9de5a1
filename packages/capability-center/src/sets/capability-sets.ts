import { isCapstanError, type KubernetesObject, messageOf, systemClock } from '@capstan/base';
import {
  CAPSTAN_KINDS,
  type CapabilityInstall,
  type CapabilitySet,
  LEASES,
  recordLabels,
  SYSTEM_NAMESPACE,
  selectorOf,
} from '@capstan/capability-model';
import {
  KUBE_CODES,
  type ReconcileContext,
  type ReconcileResult,
  runController,
  type SharedInformer,
  WorkQueue,
} from '@capstan/kube';
import type { DriftedItem } from '../health/package-watch.ts';
import { Records } from '../health/records.ts';
import type { InstallerContext } from '../installer/context.ts';
import type { CatalogEntry } from '../registry/catalog.ts';
import { isBusy, remarkOf } from './failures.ts';
import { goalsOf, ownerOf, type SetGoals } from './goals.ts';
import { Healer } from './heal.ts';
import { entriesForSets, type MeantSet, meantPackages } from './meant-packages.ts';
import { Passes } from './passes.ts';
import { questionOf } from './question.ts';
import { askersOf } from './release.ts';
import { endOfGone, endOfPruning, holdForPruning, isHeld, type SetEnd } from './set-end.ts';
import type { SetOutcome, SetRemark } from './set-status.ts';
import { type WorkResult, workOn } from './set-work.ts';
import { SetWriter } from './set-writer.ts';
import type { CapabilitySets, CapabilitySetsOptions, CenterAccess } from './types.ts';

/** A process that was killed gives its Lease up without a sign. */
const BUSY_MS = 16_000;
const REFRESH_MS = 60 * 60_000;

/**
 * Brings about what CapabilitySets ask for, by the same plans and the same installer as the command line: installs,
 * upgrades, puts back what drifted, and gives up what a set names no longer. Several sets and the goals of people may ask
 * for the same packages; what cannot be had together is a conflict that names both. Failures are tried again later and
 * later, or when something changes.
 */
export function startCapabilitySets(options: CapabilitySetsOptions): CapabilitySets {
  return new SetsLoop(options);
}

/** A set under the names of its packages, and what it asks for. */
type Wished = MeantSet & SetGoals;

class SetsLoop implements CapabilitySets {
  readonly ready: Promise<void>;
  readonly stopped: Promise<void>;
  readonly #options: CapabilitySetsOptions;
  readonly #queue: WorkQueue;
  readonly #sets: SharedInformer;
  readonly #installs: SharedInformer;
  readonly #records: Records;
  readonly #drift = new Map<string, readonly DriftedItem[]>();
  readonly #healer = new Healer();
  readonly #passes = new Passes();
  /** What names in sets were looked up in last. */
  #entries: readonly CatalogEntry[] = [];
  readonly #writer: SetWriter;

  constructor(options: CapabilitySetsOptions) {
    const { hub, clock = systemClock } = options;
    this.#options = options;
    this.#queue = new WorkQueue({ clock });
    this.#sets = hub.use(CAPSTAN_KINDS.set);
    this.#installs = hub.use(CAPSTAN_KINDS.install);
    this.#records = new Records(hub, () => this.#touchAll());
    this.#writer = new SetWriter({
      client: options.client,
      sets: this.#sets.informer,
      installs: this.#installs.informer,
      now: () => this.#now(),
    });
    // Sets that ask for the same packages as a changed one have to look again, too.
    this.#sets.onChange(({ type, object, old }) => {
      this.#queue.add(object.metadata.name);
      if (type !== 'MODIFIED' || object.metadata.generation !== old?.metadata.generation) this.#touchAll();
    });
    this.#installs.onChange(() => this.#touchAll());
    this.#followLease();
    this.#followCenters();
    this.ready = this.#start();
    this.ready.catch(() => {});
    this.stopped = this.ready.then(
      () => this.#run(),
      () => undefined,
    );
  }

  drifted(name: string, items: readonly DriftedItem[]): void {
    const before = this.#drift.get(name)?.length ?? 0;
    if (items.length > 0) this.#drift.set(name, items);
    else this.#drift.delete(name);
    if (items.length > 0 || before > 0) this.#touchAll();
  }

  async #start(): Promise<void> {
    await Promise.all([this.#sets.informer.synced, this.#installs.informer.synced, this.#records.synced]);
    // Sets that were deleted while nobody looked.
    const asked = Object.values(this.#records.lock.packages).flatMap(askersOf);
    for (const name of asked.flatMap(setNamed)) this.#queue.add(name);
  }

  #run(): Promise<void> {
    const { signal, log, clock = systemClock } = this.#options;
    const reconcile = (name: string, context: ReconcileContext) => this.#reconcile(name, context);
    return runController({ name: 'capability-sets', queue: this.#queue, reconcile, signal, log, clock }).then(() =>
      this.#queue.close(),
    );
  }

  async #reconcile(name: string, { signal }: ReconcileContext): Promise<ReconcileResult | undefined> {
    const { center, client } = this.#options;
    const set = this.#sets.informer.get(name) as CapabilitySet | undefined;
    if (!set || set.metadata.deletionTimestamp) return this.#end(name, set, signal);
    if (await holdForPruning(client, set, signal)) return undefined;
    if (set.spec.paused || !center) {
      const outcome = this.#outcome(this.#wished(set));
      await this.#writer.write(set, set.spec.paused ? outcome : { ...outcome, stalled: NO_CENTER }, signal);
      return undefined;
    }
    try {
      return await this.#bring(set, center, signal);
    } catch (error) {
      if (signal.aborted || isRoutine(error)) throw error;
      return this.#waitOrFail(set, error, signal);
    }
  }

  /** The set with the packages that it means, and what follows from it beside the others. */
  #wished(set: CapabilitySet): Wished {
    const meant = meantPackages(set, this.#entries);
    return { ...meant, ...goalsOf(meant.set, this.#surroundings()) };
  }

  #outcome({ set, aliases, problems }: Wished, result?: WorkResult): SetOutcome {
    return { ...this.#writer.outcome(set, problems, result), aliases };
  }

  /** Works on a set, unless nothing has changed since the last time. */
  async #bring(asking: CapabilitySet, center: CenterAccess, signal: AbortSignal): Promise<ReconcileResult> {
    const { name } = asking.metadata;
    const context = await this.#context(center);
    this.#entries = await entriesForSets(context, this.#records.lock, this.#living());
    const wished = this.#wished(asking);
    const { set } = wished;
    const question = questionOf(set, {
      sets: this.#surroundings().sets,
      installs: this.#installs.informer.list() as CapabilityInstall[],
      lock: this.#records.lock,
      catalog: context.catalog.digest,
      drift: this.#drift,
    });
    const known = this.#passes.result(name, question, this.#now());
    const result = known ?? (await this.#work(wished, context, signal));
    // As it was asked before the work: what came up meanwhile is another question.
    const retryMs = known
      ? this.#passes.dueInMs(name, this.#now())
      : this.#passes.note(name, question, result, this.#now());
    await this.#writer.write(set, this.#outcome(wished, result), signal);
    return { requeueAfterMs: retryMs ?? this.#options.refreshMs ?? REFRESH_MS };
  }

  #work(wished: Wished, context: InstallerContext, signal: AbortSignal): Promise<WorkResult> {
    const { set, goals, besides } = wished;
    return workOn({
      context,
      set,
      goals,
      besides,
      lock: this.#records.lock,
      drift: this.#drift,
      healer: this.#healer,
      now: this.#now(),
      signal,
      announce: (work) => this.#writer.write(set, { ...this.#outcome({ ...wished, problems: [] }), work }, signal),
    });
  }

  /** Somebody else is at work, or a center, Helm or the cluster failed: both pass. */
  async #waitOrFail(set: CapabilitySet, error: unknown, signal: AbortSignal): Promise<ReconcileResult> {
    const { name } = set.metadata;
    const remark = remarkOf(error);
    const busy = isBusy(error);
    if (!busy) this.#options.log.warn('a set was not reconciled', { set: name, error: messageOf(error) });
    const work = busy ? { ...remark, reason: 'WaitingForExecutor' } : remark;
    await this.#writer.write(set, { ...this.#outcome(this.#wished(set)), work }, signal);
    return { requeueAfterMs: busy ? BUSY_MS : this.#passes.failed(name) };
  }

  /** A set that is gone leaves what it installed; one that prunes goes when its packages are gone. */
  async #end(name: string, set: CapabilitySet | undefined, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const { center, command } = this.#options;
    this.#passes.forget(name);
    if (!center || (set && !isHeld(set))) return undefined;
    if (!set && !this.#isAsked(name)) return undefined;
    try {
      const context = await this.#context(center);
      const end: SetEnd = { context, lock: this.#records.lock, writer: this.#writer, command, signal };
      if (!set) await endOfGone(end, name);
      else if (await endOfPruning(end, set)) return { requeueAfterMs: this.#passes.failed(name) };
      return undefined;
    } catch (error) {
      if (isBusy(error)) return { requeueAfterMs: BUSY_MS };
      throw error;
    }
  }

  /** What is written is this operator's, and what it says is for everybody. */
  async #context(center: CenterAccess): Promise<InstallerContext> {
    const { client, command } = this.#options;
    return { ...(await center.open()), client, command };
  }

  #isAsked(name: string): boolean {
    const owner = ownerOf(name);
    return Object.values(this.#records.lock.packages).some((locked) => askersOf(locked).includes(owner));
  }

  /** The sets that are not being deleted, by name. */
  #living(): CapabilitySet[] {
    return (this.#sets.informer.list() as CapabilitySet[])
      .filter(({ metadata }) => !metadata.deletionTimestamp)
      .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  #surroundings() {
    const sets = this.#living().map((set) => meantPackages(set, this.#entries).set);
    const installs = this.#installs.informer.list() as CapabilityInstall[];
    const byName = new Map(installs.map((install) => [install.metadata.name, install]));
    return { sets, locked: this.#records.lock.packages, installs: byName };
  }

  #followLease(): void {
    const lease = this.#options.hub.use(
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
      { namespace: SYSTEM_NAMESPACE, fieldSelector: `metadata.name=${LEASES.install}` },
    );
    const holderOf = (object?: KubernetesObject) =>
      (object?.['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity;
    lease.onChange(({ object, old }) => {
      if (!holderOf(object) && holderOf(old)) this.#touchAll();
    });
  }

  #followCenters(): void {
    const centers = this.#options.hub.use(
      { apiVersion: 'v1', kind: 'Secret' },
      { namespace: SYSTEM_NAMESPACE, labelSelector: selectorOf(recordLabels('center')), metadataOnly: true },
    );
    centers.onChange(() => {
      this.#options.center?.refresh();
      this.#touchAll();
    });
  }

  #touchAll(): void {
    for (const { metadata } of this.#sets.informer.list()) this.#queue.add(metadata.name);
  }

  #now(): number {
    return (this.#options.clock ?? systemClock).now();
  }
}

const NO_CENTER: SetRemark = {
  reason: 'NoCenter',
  message: 'this operator was started without access to Helm and the centers',
};

function setNamed(owner: string): string[] {
  const prefix = ownerOf('');
  return owner.startsWith(prefix) ? [owner.slice(prefix.length)] : [];
}

/** What every controller meets, and what is tried again at once. */
function isRoutine(error: unknown): boolean {
  return [KUBE_CODES.conflict, KUBE_CODES.leaseLost].some((code) => isCapstanError(error, code));
}
