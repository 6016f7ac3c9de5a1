import { EXIT, isCapstanError } from '@capstan/base';
import type { ExecuteOptions, InstallerContext, InstallPlan, InstallResult } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import type { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from './base-command.ts';
import { withoutSetValues } from './lib/hidden-values.ts';
import { enumerate } from './lib/words.ts';

/** Flags of all commands that make a plan and carry it out. */
export const planFlags = {
  plan: Flags.boolean({ summary: 'print the plan and change nothing; with -o json or yaml the whole plan' }),
  approve: Flags.string({
    summary: 'carry out only the plan with this digest, without a question; refused when anything moved since',
    helpValue: 'DIGEST',
  }),
  'on-failure': Flags.option({
    summary: 'leave a failed change as it is for a person, or go back to the state before it',
    options: ['stall', 'rollback'] as const,
  })(),
  helm: Flags.string({ summary: 'Helm program to use', helpValue: 'FILE' }),
};

interface PlanFlags {
  readonly plan: boolean;
  readonly approve?: string;
  readonly 'on-failure'?: 'stall' | 'rollback';
  readonly helm?: string;
  readonly yes: boolean;
  readonly timeout?: number;
}

/**
 * A command that makes a plan and carries it out: install, upgrade, rollback. It shows the plan and asks, or takes the
 * digest of a plan that was looked at before; what another process does meanwhile is followed.
 */
export abstract class PlanCommand<T extends typeof Command = typeof Command> extends CapstanCommand<T> {
  /** `Install`, `Upgrade`, `Roll back`: what the question asks. */
  protected abstract readonly verb: string;

  /** Computes the plan; changes nothing. */
  protected abstract makePlan(context: InstallerContext): Promise<InstallPlan>;

  /** What to look at once the plan is carried out. */
  protected abstract nextOf(plan: InstallPlan): readonly string[];

  /** Until a plan tells which values are secret, each of them may be. */
  #secrets = true;

  protected override shownWords(): readonly string[] {
    return this.#secrets ? withoutSetValues(this.argv) : this.argv;
  }

  /** Makes the plan, and carries it out unless `--plan` was given. */
  protected async planAndRun(): Promise<void> {
    const { plan: only, approve, helm } = this.#flags;
    const client = only ? await this.cluster() : await this.changingCluster();
    const context = await this.centerContext(helm);
    const { assertApproved, assertExecutable } = await import('./services/plan.ts');
    const plan = await this.makePlan(context);
    this.#secrets = await hasSecrets(plan);
    if (approve !== undefined) assertApproved(plan, approve);
    if (only) return this.#printPlan(plan);
    assertExecutable(plan);
    if (plan.changes) await this.#ask(plan, client.context.name);
    await this.#conclude(plan, await this.#execute(context, plan));
  }

  get #flags(): PlanFlags {
    return this.flags as unknown as PlanFlags;
  }

  async #ask(plan: InstallPlan, context: string): Promise<void> {
    const names = enumerate(
      plan.packages.filter(({ action }) => action !== 'none').map((one) => `${one.name} ${versionLabel(one)}`),
    );
    const { yes, approve } = this.#flags;
    // The digest of an approved plan is that of the state before it: once begun, it is resumed and not planned again.
    if (approve !== undefined) this.goOn = `capstan cap resume ${plan.goals[0]?.package ?? ''}`.trim();
    if (yes || approve !== undefined) return this.out.note(`${this.verb} ${names}.`);
    this.out.note(...(await this.#planText(plan)));
    await this.confirm(`${this.verb} ${names} in context ${context}?`);
  }

  async #planText(plan: InstallPlan, run?: string): Promise<string[]> {
    const { planLines } = await import('./render/install-plan.ts');
    const { printablePlan } = await import('./services/plan.ts');
    const terminal = this.#flags.plan ? this.out.stdout : this.out.stderr;
    return planLines(printablePlan(plan), {
      terminal,
      wide: this.out.format === 'wide',
      ...(run === undefined ? {} : { run }),
    });
  }

  async #printPlan(plan: InstallPlan): Promise<void> {
    const { printablePlan } = await import('./services/plan.ts');
    const shown = printablePlan(plan);
    const { approvingCommand } = await import('./lib/approving-command.ts');
    const run = approvingCommand(this.id ?? '', this.argv, { digest: plan.digest, secrets: this.#secrets });
    if (this.out.forMachines) await this.out.raw(shown);
    else if (this.out.format === 'name') this.out.data(plan.packages.map(({ name }) => `capability/${name}`));
    else this.out.data(await this.#planText(plan, this.reach.command(run)));
    if (plan.blockers.length > 0) this.exitCode = EXIT.blocked;
  }

  async #execute(context: InstallerContext, plan: InstallPlan): Promise<InstallResult> {
    const { executeInstall, INSTALLER_CODES } = await import('./services/install.ts');
    const { installProgress } = await import('./render/install-progress.ts');
    const { timeout, 'on-failure': onFailure } = this.#flags;
    const options: ExecuteOptions = {
      onProgress: installProgress(this.progress),
      signal: this.interrupt,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
      ...(onFailure === undefined ? {} : { onFailure }),
    };
    try {
      return await executeInstall(context, plan, options);
    } catch (error) {
      if (!isCapstanError(error, INSTALLER_CODES.busy)) throw error;
      return this.#follow(context, plan, error);
    }
  }

  /** Another process works: its journal is followed, and then there must be nothing left to do. */
  async #follow(context: InstallerContext, plan: InstallPlan, busy: Error): Promise<InstallResult> {
    const { executeInstall, followJournal } = await import('./services/install.ts');
    const [goal] = plan.goals;
    if (!goal) throw busy;
    this.progress.note(`${busy.message} Following it.`);
    await followJournal(context.client, {
      package: goal.package,
      signal: this.interrupt,
      onEntry: ({ kind, seq, package: of }) =>
        this.progress.update(`journal/${seq}`, [of, kind].filter(Boolean).join(': '), 'done'),
    });
    const again = await this.makePlan(context);
    if (again.changes) throw busy;
    return executeInstall(context, again);
  }

  async #conclude(plan: InstallPlan, result: InstallResult): Promise<void> {
    this.progress.close();
    await this.out.document({
      kind: 'InstallResult',
      data: result,
      name: result.packages.map(({ name }) => `capability/${name}`).join('\n'),
      text: () =>
        result.packages.map((one) => {
          const named = `${one.name} ${versionLabel(one)}`;
          return one.action === 'none' ? `${named} is installed already: no change.` : `${named}: ${one.summary}`;
        }),
    });
    this.next(...this.nextOf(plan));
  }
}

/** Whether values were given that the schema of their package marks as secret. */
async function hasSecrets(plan: InstallPlan): Promise<boolean> {
  if (plan.goals.every(({ values }) => values === undefined)) return false;
  const { printablePlan } = await import('./services/plan.ts');
  return JSON.stringify(printablePlan(plan).goals) !== JSON.stringify(plan.goals);
}
