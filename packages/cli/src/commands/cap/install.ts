import { EXIT, isCapstanError } from '@capstan/base';
import type { InstallerContext, InstallPlan, InstallResult } from '@capstan/capability-center';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import { enumerate } from '../../lib/words.ts';

export default class CapInstall extends CapstanCommand<typeof CapInstall> {
  static override summary = 'install capabilities, with what they need';
  static override description =
    'Shows the plan and asks. Each effect is recorded before it is made, so that after Ctrl-C the same command goes on. ' +
    'Installing what is installed already changes nothing.';
  static override examples = [
    { command: 'capstan cap install keda --plan', description: 'what would happen' },
    { command: 'capstan cap install keda', description: 'the newest version' },
    { command: 'capstan cap install keda@2.20 --yes', description: 'a version range, without a question' },
  ];
  static override strict = false;
  static override args = {
    name: Args.string({ required: true, description: 'NAME or NAME@RANGE; more than one may follow' }),
  };
  static override flags = {
    plan: Flags.boolean({ summary: 'print the plan and change nothing; with -o json or yaml the whole plan' }),
    set: Flags.string({ summary: 'a value of the package; may be repeated', helpValue: 'KEY=VALUE', multiple: true }),
    values: Flags.string({ summary: 'YAML file with values; may be repeated', helpValue: 'FILE', multiple: true }),
    'allow-stand-ins': Flags.boolean({ summary: 'accept stand-in charts where pods really run' }),
    helm: Flags.string({ summary: 'Helm program to use', helpValue: 'FILE' }),
  };

  protected async work(): Promise<void> {
    const { installGoals } = await import('../../lib/install-goals.ts');
    const goals = await installGoals(this.words, this.flags.values ?? [], this.flags.set ?? []);
    const client = this.flags.plan ? await this.cluster() : await this.changingCluster();
    await this.#system();
    const context = await this.centerContext(this.flags.helm);
    const { assertExecutable, planInstall } = await import('../../services/install.ts');
    const plan = await planInstall(context, { goals, allowStandIns: this.flags['allow-stand-ins'] });
    if (this.flags.plan) return this.#printPlan(plan);
    assertExecutable(plan);
    const names = enumerate(
      plan.packages.filter(({ action }) => action !== 'none').map(({ name, version }) => `${name} ${version}`),
    );
    if (plan.changes) {
      if (this.flags.yes) this.out.note(`Installing ${names}.`);
      else this.out.note(...(await this.#planText(plan)).slice(0, -1));
      await this.confirm(`Install ${names} in context ${client.context.name}?`);
    }
    await this.#conclude(plan, await this.#execute(context, plan));
  }

  async #system(): Promise<void> {
    const { requireSystem, systemIsInstalled } = await import('../../lib/types-catalog.ts');
    const client = await this.cluster();
    if (this.flags.plan) return requireSystem(client);
    if (await systemIsInstalled(client)) return;
    const { offerSystemInstall } = await import('../../lib/system.ts');
    await offerSystemInstall(client, (question) => this.confirm(question), this.progress, this.interrupt);
  }

  async #planText(plan: InstallPlan): Promise<string[]> {
    const { planLines } = await import('../../render/install-plan.ts');
    return planLines(plan, this.reach, this.flags.plan ? this.out.stdout : this.out.stderr, this.out.format === 'wide');
  }

  async #printPlan(plan: InstallPlan): Promise<void> {
    if (this.out.forMachines) await this.out.raw(plan);
    else if (this.out.format === 'name') this.out.data(plan.packages.map(({ name }) => `capability/${name}`));
    else this.out.data(await this.#planText(plan));
    if (plan.blockers.length > 0) this.exitCode = EXIT.blocked;
  }

  async #execute(context: InstallerContext, plan: InstallPlan): Promise<InstallResult> {
    const { executeInstall, INSTALLER_CODES } = await import('../../services/install.ts');
    const { installProgress } = await import('../../render/install-progress.ts');
    const { timeout } = this.flags;
    const options = {
      onProgress: installProgress(this.progress),
      signal: this.interrupt,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    };
    try {
      return await executeInstall(context, plan, options);
    } catch (error) {
      if (!isCapstanError(error, INSTALLER_CODES.busy)) throw error;
      return this.#follow(context, plan, error);
    }
  }

  /** Another process installs: its journal is followed, and then there must be nothing left to do. */
  async #follow(context: InstallerContext, plan: InstallPlan, busy: Error): Promise<InstallResult> {
    const { executeInstall, followJournal, planInstall } = await import('../../services/install.ts');
    const [goal] = plan.goals;
    if (!goal) throw busy;
    this.progress.note(`${busy.message} Following it.`);
    await followJournal(context.client, {
      package: goal.package,
      signal: this.interrupt,
      onEntry: ({ kind, seq, package: of }) =>
        this.progress.update(`journal/${seq}`, [of, kind].filter(Boolean).join(': '), 'done'),
    });
    const again = await planInstall(context, { goals: plan.goals, allowStandIns: plan.allowStandIns });
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
        result.packages.map(({ name, version, action, summary }) =>
          action === 'none' ? `${name} ${version} is installed already: no change.` : `${name} ${version}: ${summary}`,
        ),
    });
    const [definition] = plan.packages.filter(({ goal }) => goal).flatMap(({ definitions }) => definitions);
    const [goal] = plan.goals;
    if (definition) this.next(`capstan explain ${definition.shortName}`, `capstan cap status ${goal?.package}`);
    else if (goal) this.next(`capstan cap status ${goal.package}`);
  }
}
