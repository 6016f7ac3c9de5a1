import { isDeepStrictEqual } from 'node:util';
import { isCapstanError, type KubernetesObject, messageOf, referenceTo, systemClock } from '@capstan/base';
import {
  CAPSTAN_KINDS,
  type CapabilityInstall,
  type CapabilitySet,
  type CapabilitySetStatus,
  LEASES,
  recordLabels,
  SYSTEM_NAMESPACE,
  selectorOf,
} from '@capstan/capability-model';
import {
  conditionsOf,
  findCondition,
  KUBE_CODES,
  type ReconcileContext,
  type ReconcileResult,
  recordEvent,
  runController,
  type SharedInformer,
  WorkQueue,
} from '@capstan/kube';
import type { DriftedItem } from '../health/package-watch.ts';
import { Records } from '../health/records.ts';
import type { InstallerContext } from '../installer/context.ts';
import { readLock } from '../installer/lock.ts';
import { isBusy, remarkOf } from './failures.ts';
import { goalsOf, ownerOf, type SetProblem } from './goals.ts';
import { Healer } from './heal.ts';
import { Passes } from './passes.ts';
import { ownedBy, releaseGoals, unneededOf, withNeeds } from './release.ts';
import { entryStatus, type SetOutcome, type SetRemark, setStatus } from './set-status.ts';
import { prune, type WorkResult, workOn } from './set-work.ts';
import type { CapabilitySets, CapabilitySetsOptions } from './types.ts';

const COMPONENT = 'capstan-operator';
/** Holds a set that removes its packages until that is done. */
const FINALIZER = 'capstan.dev/prune';
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

  constructor(options: CapabilitySetsOptions) {
    const { hub, clock = systemClock } = options;
    this.#options = options;
    this.#queue = new WorkQueue({ clock });
    this.#sets = hub.use(CAPSTAN_KINDS.set);
    this.#installs = hub.use(CAPSTAN_KINDS.install);
    this.#records = new Records(hub, () => this.#touchAll());
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
    const asked = Object.values(this.#records.lock.packages).flatMap(({ askedBy = [] }) => askedBy);
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
    const set = this.#sets.informer.get(name) as CapabilitySet | undefined;
    if (!set) return this.#gone(name, signal);
    if (set.metadata.deletionTimestamp) return this.#end(set, signal);
    if (await this.#holdForPruning(set, signal)) return undefined;
    const { goals, problems } = goalsOf(set, this.#surroundings());
    if (set.spec.paused) {
      await this.#write(
        set,
        this.#outcome(set, problems, { failures: new Map(), unneeded: set.status?.unneeded ?? [] }),
        signal,
      );
      return undefined;
    }
    const { center, refreshMs = REFRESH_MS } = this.#options;
    if (!center) {
      const stalled = {
        reason: 'NoCenter',
        message: 'this operator was started without access to Helm and the centers',
      };
      await this.#write(set, { ...this.#outcome(set, problems, nothing(set)), stalled }, signal);
      return undefined;
    }
    try {
      const context = { ...(await center.open()), client: this.#options.client };
      const question = this.#question(set, context);
      const known = this.#passes.result(name, question, this.#now());
      const result = known ?? (await this.#work(set, { context, goals }, signal));
      // As it was asked before the work: what came up meanwhile is another question.
      const retryMs = known
        ? this.#passes.dueInMs(name, this.#now())
        : this.#passes.note(name, question, result, this.#now());
      await this.#write(set, this.#outcome(set, problems, result), signal);
      return { requeueAfterMs: retryMs ?? refreshMs };
    } catch (error) {
      if (signal.aborted || isConflict(error)) throw error;
      return this.#waitOrFail(set, problems, error, signal);
    }
  }

  #work(
    set: CapabilitySet,
    { context, goals }: { readonly context: InstallerContext; readonly goals: Parameters<typeof workOn>[0]['goals'] },
    signal: AbortSignal,
  ): Promise<WorkResult> {
    const announce = async (work: SetRemark) =>
      this.#write(set, { ...this.#outcome(set, [], nothing(set)), work }, signal);
    return workOn({
      context,
      set,
      goals,
      lock: this.#records.lock,
      drift: this.#drift,
      healer: this.#healer,
      now: this.#now(),
      signal,
      announce,
    });
  }

  /** Somebody else is at work, or a center, Helm or the cluster failed: both pass. */
  async #waitOrFail(
    set: CapabilitySet,
    problems: readonly SetProblem[],
    error: unknown,
    signal: AbortSignal,
  ): Promise<ReconcileResult> {
    const remark = remarkOf(error);
    if (!isBusy(error))
      this.#options.log.warn('a set was not reconciled', { set: set.metadata.name, error: messageOf(error) });
    const work = isBusy(error) ? { ...remark, reason: 'WaitingForExecutor' } : remark;
    await this.#write(set, { ...this.#outcome(set, problems, nothing(set)), work }, signal);
    return { requeueAfterMs: isBusy(error) ? BUSY_MS : this.#passes.failed(set.metadata.name) };
  }

  /** What a set wanted before it was deleted stays installed, and nobody asks for it. */
  async #gone(name: string, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    this.#passes.forget(name);
    const owner = ownerOf(name);
    const names = ownedBy(this.#records.lock, owner);
    const { center } = this.#options;
    if (names.length === 0 || !center) return undefined;
    const context = { ...(await center.open()), client: this.#options.client };
    try {
      await releaseGoals(context, owner, names, signal);
    } catch (error) {
      if (isBusy(error)) return { requeueAfterMs: BUSY_MS };
      throw error;
    }
    for (const each of names) {
      const message = `${owner} was deleted; ${each} stays installed. To remove it: ${this.#command(`cap uninstall ${each}`)}`;
      await this.#tell(
        { ...CAPSTAN_KINDS.install, metadata: { name: each } },
        'Normal',
        'NoLongerWanted',
        message,
        signal,
      );
    }
    return undefined;
  }

  /** A set that prunes goes when its packages are gone. */
  async #end(set: CapabilitySet, signal: AbortSignal): Promise<ReconcileResult | undefined> {
    const { finalizers = [] } = set.metadata as { finalizers?: string[] };
    const { center, client } = this.#options;
    if (!finalizers.includes(FINALIZER) || !center) return undefined;
    const context = { ...(await center.open()), client };
    const owner = ownerOf(set.metadata.name);
    const names = [...ownedBy(this.#records.lock, owner), ...(set.status?.unneeded ?? [])];
    const announce = async (work: SetRemark) =>
      this.#write(set, { ...this.#outcome(set, [], nothing(set)), work }, signal);
    try {
      if (names.length > 0) await releaseGoals(context, owner, names, signal);
      const failures = new Map<string, SetRemark>();
      const left = set.spec.prune
        ? await prune({ context, signal, announce }, await this.#unneeded(context, names), failures)
        : [];
      const [remark] = failures.values();
      if (left.length > 0 && remark) {
        await announce(remark);
        return { requeueAfterMs: this.#passes.failed(set.metadata.name) };
      }
    } catch (error) {
      if (!isBusy(error)) throw error;
      return { requeueAfterMs: BUSY_MS };
    }
    await this.#setFinalizers(
      set,
      finalizers.filter((one) => one !== FINALIZER),
      signal,
    );
    return undefined;
  }

  async #unneeded(context: InstallerContext, names: readonly string[]): Promise<string[]> {
    return unneededOf(await readLock(context.client), names);
  }

  /** Keeps the finalizer of a set as its `prune` says; true when that was changed and the set will come again. */
  async #holdForPruning(set: CapabilitySet, signal: AbortSignal): Promise<boolean> {
    const { finalizers = [] } = set.metadata as { finalizers?: string[] };
    const held = finalizers.includes(FINALIZER);
    if (held === (set.spec.prune === true)) return false;
    const others = finalizers.filter((one) => one !== FINALIZER);
    await this.#setFinalizers(set, set.spec.prune ? [...others, FINALIZER] : others, signal);
    return true;
  }

  async #setFinalizers(set: CapabilitySet, finalizers: readonly string[], signal: AbortSignal): Promise<void> {
    const { resourceVersion } = set.metadata;
    await this.#options.client.patch(
      referenceTo(set),
      { metadata: { finalizers, resourceVersion } },
      { fieldManager: COMPONENT, signal },
    );
  }

  #outcome(set: CapabilitySet, problems: readonly SetProblem[], result: WorkResult): SetOutcome {
    const stalls = new Map<string, SetRemark>([
      ...result.failures,
      ...problems.map((one) => [one.package, one] as const),
    ]);
    const installs = set.spec.capabilities.map((entry) => {
      const status = entryStatus(
        entry.package,
        this.#installs.informer.get(entry.package) as CapabilityInstall | undefined,
      );
      const stalled = stalls.get(entry.package);
      return stalled
        ? { ...status, phase: 'Stalled' as const, reason: stalled.reason, message: stalled.message }
        : status;
    });
    const [first] = [...problems, ...result.failures.values()];
    return {
      installs,
      unneeded: result.unneeded,
      ...(result.planDigest === undefined ? {} : { planDigest: result.planDigest }),
      ...(first
        ? { stalled: { reason: first.reason, message: first.message } }
        : result.waits
          ? { work: result.waits }
          : {}),
    };
  }

  /** Writes the status where it differs, with one Event when the reason changes. */
  async #write(set: CapabilitySet, outcome: SetOutcome, signal: AbortSignal): Promise<void> {
    const latest = (this.#sets.informer.get(set.metadata.name) as CapabilitySet | undefined) ?? set;
    const before = latest.status ?? {};
    const status = setStatus(before, outcome, { generation: set.metadata.generation, now: this.#now() });
    if (isDeepStrictEqual(comparable(before), comparable(status))) return;
    const object = { ...CAPSTAN_KINDS.set, metadata: { name: set.metadata.name }, status };
    const { client } = this.#options;
    const written = await client
      .apply(object, { fieldManager: 'capstan-sets', subresource: 'status', force: true, signal })
      .catch((error: unknown) => {
        if (isCapstanError(error, KUBE_CODES.notFound)) return undefined;
        throw error;
      });
    if (!written) return;
    this.#sets.informer.learn(written);
    const [old, now] = [before, status].map(({ conditions = [] }) => findCondition(conditions, 'Ready'));
    if (!now || (old?.reason === now.reason && old.status === now.status)) return;
    const type = outcome.stalled ? 'Warning' : 'Normal';
    await this.#tell(written, type, now.reason, now.message, signal);
  }

  #tell(subject: KubernetesObject, type: 'Normal' | 'Warning', reason: string, message: string, signal: AbortSignal) {
    const about = { ...referenceTo(subject), ...(subject.metadata.uid ? { uid: subject.metadata.uid } : {}) };
    return recordEvent(
      this.#options.client,
      about,
      { type, reason, message },
      { component: COMPONENT, now: this.#now(), signal },
    );
  }

  /** All that a plan of the set could depend on: while it is the same, a new plan would be the same, too. */
  #question(set: CapabilitySet, { catalog }: InstallerContext) {
    const { lock } = this.#records;
    const owned = withNeeds(
      lock,
      set.spec.capabilities.map((entry) => entry.package),
    );
    const installs = this.#installs.informer.list() as CapabilityInstall[];
    return {
      wishes: {
        sets: this.#surroundings().sets.map(({ metadata, spec }) => [metadata.name, spec]),
        catalog: catalog.digest,
        lock: Object.entries(lock.packages).map(([name, one]) => [name, one.planDigest, one.range, one.askedBy ?? []]),
        paused: installs.filter(({ spec }) => spec.paused).map(({ metadata }) => metadata.name),
      },
      state: {
        broken: installs.filter(({ metadata }) => owned.has(metadata.name)).flatMap(brokenIn),
        drift: [...this.#drift].filter(([name]) => owned.has(name)).map(([name, items]) => [name, items.length]),
      },
    };
  }

  #surroundings() {
    const sets = (this.#sets.informer.list() as CapabilitySet[])
      .filter(({ metadata }) => !metadata.deletionTimestamp)
      .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
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

  #command(words: string): string {
    return this.#options.command?.(words) ?? `capstan ${words} --context ${this.#options.client.context.name}`;
  }

  #now(): number {
    return (this.#options.clock ?? systemClock).now();
  }
}

function nothing(set: CapabilitySet): WorkResult {
  return { failures: new Map(), unneeded: set.status?.unneeded ?? [] };
}

/** What a plan could mend of an installation; that its programs do not answer is not of this kind. */
const MENDABLE = ['ReleaseMissing', 'ReleaseNotDeployed', 'CrdMissing', 'DefinitionMissing', 'Drifted', 'Interrupted'];

function brokenIn(install: CapabilityInstall): string[] {
  const reason = findCondition(conditionsOf(install), 'Ready')?.reason;
  return reason !== undefined && MENDABLE.includes(reason) ? [`${install.metadata.name} ${reason}`] : [];
}

function setNamed(owner: string): string[] {
  const prefix = ownerOf('');
  return owner.startsWith(prefix) ? [owner.slice(prefix.length)] : [];
}

function isConflict(error: unknown): boolean {
  return isCapstanError(error, KUBE_CODES.conflict) || isCapstanError(error, KUBE_CODES.leaseLost);
}

/** The API server leaves out lists that are empty. */
function comparable({ installs = [], unneeded = [], ...rest }: CapabilitySetStatus) {
  return JSON.parse(JSON.stringify({ ...rest, installs, unneeded }));
}
