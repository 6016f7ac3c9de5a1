import { isCapstanError, type KubernetesObject, systemClock } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilityInstall, LEASES, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import {
  clusterFacts,
  KUBE_CODES,
  leaseHolder,
  type ReconcileContext,
  type ReconcileResult,
  runController,
  type SharedInformer,
  WorkQueue,
} from '@capstan/kube';
import { publishCapabilities } from '../discovery/publish.ts';
import { readPlannedPackage } from '../installer/plan-record.ts';
import { checksOf } from './checks.ts';
import { type CapabilityTrace, tellCapability } from './diagnostics.ts';
import { interruption } from './interruption.ts';
import type { CenterLoop, CenterLoopOptions } from './loop.ts';
import { type DriftedItem, PackageWatch } from './package-watch.ts';
import type { ProbeFacts } from './probes.ts';
import { type OpenOperation, Records } from './records.ts';
import { Releases } from './releases.ts';
import { standingOf } from './standing.ts';
import { type HealthSubject, subjectOf } from './subject.ts';
import { probeStatuses, writeHealth } from './write-health.ts';

/** Health at work. */
export interface CapabilityHealth extends CenterLoop {
  /** Calls the handler with what drifted of each installed package whenever one was looked at. */
  onDrift(handler: (name: string, drift: readonly DriftedItem[]) => void): void;
}

/** The key of the queue under which the Capability objects are written. */
const PUBLISH = '';
/** How long after a silent holder's last word its operation counts as interrupted. */
const SILENCE_MS = 16_000;
const SYNC_MS = 10_000;
/** A controller that works answers a change within moments. */
const SETTLE_MS = 5_000;

/**
 * Keeps the health of installed packages true, by watches alone: the status of CapabilityInstalls, with one Event per
 * transition, and the Capability objects that follow from them. What an installer is at work on is left to it; an
 * operation whose process is gone is shown as interrupted. At rest nothing is read or written.
 */
export function startCapabilityHealth(options: CenterLoopOptions): CapabilityHealth {
  return new HealthLoop(options);
}

interface Known {
  readonly planDigest: string;
  readonly subject: HealthSubject;
}

class HealthLoop implements CapabilityHealth {
  readonly ready: Promise<void>;
  readonly stopped: Promise<void>;
  readonly #options: CenterLoopOptions;
  readonly #queue: WorkQueue;
  readonly #installs: SharedInformer;
  readonly #records: Records;
  readonly #releases: Releases;
  readonly #watch: PackageWatch;
  readonly #known = new Map<string, Known>();
  /** Since when a package waits for controllers. */
  readonly #settling = new Map<string, number>();
  readonly #driftHandlers: ((name: string, drift: readonly DriftedItem[]) => void)[] = [];
  readonly #command: (words: string) => string;
  #pods: Promise<ProbeFacts> | undefined;

  constructor(options: CenterLoopOptions) {
    const { client, hub, clock = systemClock } = options;
    this.#options = options;
    this.#command = options.command;
    this.#queue = new WorkQueue({ clock });
    this.#installs = hub.use(CAPSTAN_KINDS.install);
    this.#records = new Records(hub, (names) => this.#touch(names === 'all' ? this.#names() : names), {
      measures: true,
    });
    this.#releases = new Releases(hub, (release) => this.#touch(this.#watch.ownersOf(release)));
    this.#watch = new PackageWatch({ client, hub, releases: this.#releases, changed: (name) => this.#queue.add(name) });
    this.#installs.onChange(({ type, object }) => {
      tellCapability(() => traceOf(type === 'DELETED', object as CapabilityInstall));
      this.#touch([object.metadata.name, ...this.#dependents(object.metadata.name)]);
      if (type === 'DELETED') this.#queue.add(PUBLISH);
    });
    this.#followLease();
    this.ready = this.#start();
    this.ready.catch(() => {});
    this.stopped = this.ready.then(
      () => this.#run(),
      () => undefined,
    );
  }

  onDrift(handler: (name: string, drift: readonly DriftedItem[]) => void): void {
    this.#driftHandlers.push(handler);
    for (const [name, drift] of this.#watch.drifts) handler(name, drift);
  }

  /** Fills the caches. Everything that is installed waits in the queue by then. */
  async #start(): Promise<void> {
    await Promise.all([this.#installs.informer.synced, this.#records.synced, this.#releases.synced]);
    this.#queue.add(PUBLISH);
  }

  #run(): Promise<void> {
    const { signal, log, clock = systemClock } = this.#options;
    const reconcile = (name: string, context: ReconcileContext) =>
      name === PUBLISH ? this.#publish(context) : this.#reconcile(name, context);
    return runController({ name: 'capability-health', queue: this.#queue, reconcile, signal, log, clock }).then(() =>
      this.#queue.close(),
    );
  }

  /** Looks again at what was changed by a holder of the install Lease as soon as it has given it up. */
  #followLease(): void {
    const lease = this.#options.hub.use(
      { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
      { namespace: SYSTEM_NAMESPACE, fieldSelector: `metadata.name=${LEASES.install}` },
    );
    lease.onChange(({ object, old }) => {
      if (holderOf(object) !== (old && holderOf(old))) this.#touch(this.#records.openPackages());
    });
  }

  async #publish({ signal }: ReconcileContext): Promise<void> {
    await publishCapabilities(this.#options.client, { signal });
  }

  async #reconcile(name: string, context: ReconcileContext): Promise<ReconcileResult | undefined> {
    const install = this.#installs.informer.get(name) as CapabilityInstall | undefined;
    if (!install || install.metadata.deletionTimestamp) return this.#forget(name);
    const open = this.#records.openOperation(install);
    if (open) return this.#unfinished(install, open, context);
    const subject = await this.#subject(name);
    if (!subject) return undefined;
    await this.#watch.follow(subject, this.#limit(context.signal));
    const facts = {
      ...(await this.#watch.facts(subject, context.signal)),
      install: (needed: string) => this.#installs.informer.get(needed) as CapabilityInstall | undefined,
      operatorRuns: true,
      pods: await this.#cluster(),
    };
    // Until the plugin's own controller has spoken there is nothing to say of it.
    const checks = checksOf(subject, facts).filter(
      ({ source, result }) => source !== 'plugin' || result !== 'unverifiable',
    );
    const failed = checks.filter(({ result }) => result === 'failed');
    const settleMs = this.#settleMs(name, failed.length > 0 && failed.every(({ settling }) => settling));
    if (settleMs > 0) return { requeueAfterMs: settleMs };
    const { phase, ready, reason, message, next } = standingOf(subject, checks, {
      drift: facts.drift,
      command: this.#command,
    });
    const probes = probeStatuses(subject, checks, install.status?.probes ?? [], this.#now());
    await this.#write(install, { phase, ready, reason, message: withNext(message, next), probes }, context);
    const drift = this.#watch.drifts.get(name) ?? [];
    for (const handler of this.#driftHandlers) handler(name, drift);
    return undefined;
  }

  /** How long to wait for controllers that have not looked at a change yet; 0 when they have, or take too long. */
  #settleMs(name: string, settling: boolean): number {
    if (!settling) {
      this.#settling.delete(name);
      return 0;
    }
    const since = this.#settling.get(name) ?? this.#now();
    this.#settling.set(name, since);
    return Math.max(0, since + SETTLE_MS - this.#now());
  }

  /** An installer at work speaks for itself; one that is gone left a status that is not true any more. */
  async #unfinished(
    install: CapabilityInstall,
    { journal, stopped }: OpenOperation,
    context: ReconcileContext,
  ): Promise<ReconcileResult | undefined> {
    const { client, clock = systemClock } = this.#options;
    const holder = await leaseHolder(client, LEASES.install, { clock });
    if (holder?.alive && holder.fencing === stopped.fence) return { requeueAfterMs: SILENCE_MS };
    const { phase = 'Pending' } = install.status ?? {};
    if (phase !== 'Applying' && phase !== 'Removing') return undefined;
    const { message, next } = interruption(journal, stopped);
    await this.#write(
      install,
      { phase: 'Stalled', ready: false, reason: 'Interrupted', message: withNext(message, next) },
      context,
    );
    return undefined;
  }

  async #write(install: CapabilityInstall, health: Parameters<typeof writeHealth>[2], context: ReconcileContext) {
    const { client } = this.#options;
    const write = { now: this.#now(), signal: context.signal };
    const written = await writeHealth(client, install, health, write).catch((error: unknown) => {
      if (isCapstanError(error, KUBE_CODES.notFound)) return undefined;
      throw error;
    });
    if (!written) return;
    context.log.info('health of a capability changed', { phase: health.phase, reason: health.reason });
    this.#installs.informer.learn(written);
    this.#queue.add(PUBLISH);
  }

  /** What is in force of a package; undefined when nothing is. */
  async #subject(name: string): Promise<HealthSubject | undefined> {
    const locked = this.#records.lock.packages[name];
    if (!locked) return this.#forget(name);
    const known = this.#known.get(name);
    if (known?.planDigest === locked.planDigest) return known.subject;
    const { metadata } = await readPlannedPackage(this.#options.client, locked.planDigest, name);
    const subject = subjectOf(metadata, locked.requires);
    this.#known.set(name, { planDigest: locked.planDigest, subject });
    return subject;
  }

  #forget(name: string): undefined {
    this.#known.delete(name);
    this.#settling.delete(name);
    this.#watch.forget(name);
  }

  /** Whether pods run does not change while a cluster lives. */
  #cluster(): Promise<ProbeFacts> {
    this.#pods ??= clusterFacts(this.#options.client).catch((error: unknown) => {
      this.#pods = undefined;
      throw error;
    });
    return this.#pods;
  }

  #dependents(name: string): string[] {
    return [...this.#known]
      .filter(([, { subject }]) => subject.requires.includes(name))
      .map(([dependent]) => dependent);
  }

  #names(): string[] {
    return this.#installs.informer.list().map(({ metadata }) => metadata.name);
  }

  #touch(names: Iterable<string>): void {
    for (const name of names) this.#queue.add(name);
  }

  #limit(signal: AbortSignal): Promise<unknown> {
    const { clock = systemClock } = this.#options;
    return clock.sleep(SYNC_MS, signal).catch(() => undefined);
  }

  #now(): number {
    return (this.#options.clock ?? systemClock).now();
  }
}

function traceOf(gone: boolean, { metadata: { name }, status = {} }: CapabilityInstall): CapabilityTrace {
  if (gone) return { event: 'gone', package: name };
  return { event: 'health', package: name, phase: status.phase ?? 'Pending', probes: status.probes ?? [] };
}

function withNext(message: string, [next]: readonly string[]): string {
  return next === undefined ? message : `${message}. Next: ${next}`;
}

function holderOf(lease: KubernetesObject): unknown {
  return (lease['spec'] as { holderIdentity?: string } | undefined)?.holderIdentity;
}
