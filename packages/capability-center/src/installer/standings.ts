import { type Clock, systemClock } from '@capstan/base';
import { type CapabilityInstall, type ProbeStatus, recordName, versionLabel } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import type { InstallPlan, PackagePlan } from '../plan/types.ts';
import type { PackageInForce } from './in-force.ts';
import { goalObject, type InstallStanding, writeStatus } from './install-status.ts';
import { INSTALLER } from './labels.ts';
import type { Step } from './run.ts';
import { statusOf } from './status-of.ts';

const POSITION_EVERY_MS = 1000;

/** What the standings of a run are about. */
export interface StandingsOptions {
  readonly client: KubeClient;
  readonly plan: InstallPlan;
  readonly changing: readonly PackagePlan[];
  /** The packages of them that are in force, as they are there: their status is true until the commit. */
  readonly before: ReadonlyMap<string, PackageInForce>;
  /** The package that the journal is named after. */
  readonly subject: string;
  readonly clock?: Clock;
}

/**
 * Goals and statuses of the packages of a run. What it wrote last is remembered, so that each change is one request.
 */
export class Standings {
  readonly #options: StandingsOptions;
  readonly #clock: Clock;
  readonly #live = new Map<string, CapabilityInstall>();
  #done = 0;
  #lastPosition = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: StandingsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Writes what is wanted of each package, and that work on it has begun. */
  async recordGoals(): Promise<void> {
    const { client, plan, changing } = this.#options;
    for (const planned of changing) {
      const pinCenter = plan.goals.some(({ package: name, center }) => name === planned.name && center !== undefined);
      const goal = goalObject(planned, { pinCenter, allowStandIns: plan.allowStandIns });
      this.#live.set(planned.name, (await client.apply(goal, { fieldManager: INSTALLER })) as CapabilityInstall);
      await this.#write(planned, { phase: 'Applying', ...WORK[plan.operation](planned) });
    }
  }

  /**
   * Shows how far the work is, on the package of the step. At most once a second, and nothing waits for it: a status that
   * is late is worth less than the work.
   */
  showStep({ package: name, text }: Step): void {
    this.#done += 1;
    const now = this.#clock.now();
    const planned = this.#options.changing.find((one) => one.name === name);
    if (!planned || now - this.#lastPosition < POSITION_EVERY_MS) return;
    this.#lastPosition = now;
    const message = `step ${this.#done}/${this.#total()}: ${text}`;
    const { reason } = WORK[this.#options.plan.operation](planned);
    this.#writing = this.#writing
      .then(() => this.#write(planned, { phase: 'Applying', reason, message }, { step: text }))
      .catch(() => {});
  }

  /** Writes how a package stands at the end. */
  async settle(planned: PackagePlan, standing: InstallStanding, probes: readonly ProbeStatus[] = []): Promise<void> {
    await this.#writing;
    const published = standing.phase === 'Ready' || standing.phase === 'Degraded';
    await this.#write(planned, standing, { probes, published });
  }

  async #write(
    planned: PackagePlan,
    standing: InstallStanding,
    more: { readonly step?: string; readonly probes?: readonly ProbeStatus[]; readonly published?: boolean } = {},
  ): Promise<void> {
    const { client, plan, subject } = this.#options;
    const { name } = planned;
    const journal = {
      name: recordName('journal', subject),
      ...(more.step === undefined ? {} : { step: more.step, done: this.#done, total: this.#total() }),
    };
    const before = more.published ? undefined : this.#options.before.get(name);
    const status = before
      ? statusOf(before.planned, before.planDigest, true, this.#live.get(name)?.status?.probes ?? [])
      : statusOf(planned, plan.digest, more.published === true, more.probes);
    const written = await writeStatus(client, name, standing, { ...status, journal }, this.#live.get(name));
    if (written) this.#live.set(name, written);
    else this.#live.delete(name);
  }

  /** Steps of the whole operation, and of each package: CRDs, namespace, units, checks, Definitions. */
  #total(): number {
    const { changing } = this.#options;
    const ofPackages = changing.map(({ crds, units, definitions }) => {
      const migrations = crds.filter(({ migrate }) => migrate !== undefined).length;
      const going = definitions.some(({ action }) => action === 'remove') ? 1 : 0;
      return 3 + Math.min(1, crds.length) + migrations + going + units.length;
    });
    return Math.max(
      this.#done,
      ofPackages.reduce((sum, steps) => sum + steps, 6),
    );
  }
}

const WORK: Record<InstallPlan['operation'], (planned: PackagePlan) => { reason: string; message: string }> = {
  install: (planned) => ({ reason: 'Installing', message: `version ${versionLabel(planned)} is being put in place` }),
  upgrade: (planned) => ({ reason: 'Upgrading', message: `version ${versionLabel(planned)} is being put in place` }),
  rollback: (planned) => ({
    reason: 'RollingBack',
    message: `version ${versionLabel(planned)} is being put back in place`,
  }),
};
