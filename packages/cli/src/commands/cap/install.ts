import type { InstallerContext, InstallGoal, InstallPlan } from '@capstan/capability-center';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { PlanCommand, planFlags } from '../../plan-command.ts';

export default class CapInstall extends PlanCommand<typeof CapInstall> {
  static override summary = 'install capabilities, with what they need';
  static override description =
    'Shows the plan and asks. Each effect is recorded before it is made, so that after Ctrl-C the same command goes on. ' +
    'Installing what is installed already changes nothing.';
  static override examples = [
    { command: 'capstan cap install keda --plan', description: 'what would happen' },
    { command: 'capstan cap install keda', description: 'the newest version' },
    { command: 'capstan cap install keda@2.20 --yes', description: 'a version range, without a question' },
    { command: 'capstan cap install keda --adopt', description: 'take over what Helm installed by hand' },
  ];
  static override strict = false;
  static override args = {
    name: Args.string({ required: true, description: 'NAME or NAME@RANGE; more than one may follow' }),
  };
  static override flags = {
    ...planFlags,
    set: Flags.string({ summary: 'a value of the package; may be repeated', helpValue: 'KEY=VALUE', multiple: true }),
    values: Flags.string({ summary: 'YAML file with values; may be repeated', helpValue: 'FILE', multiple: true }),
    adopt: Flags.boolean({ summary: 'take over Helm releases of the same chart that were installed by hand' }),
    'allow-stand-ins': Flags.boolean({ summary: 'accept stand-in charts where pods really run' }),
  };

  protected override readonly verb = 'Install';

  #goals: readonly InstallGoal[] = [];

  protected async work(): Promise<void> {
    const { installGoals } = await import('../../lib/install-goals.ts');
    this.#goals = await installGoals(this.words, this.flags.values ?? [], this.flags.set ?? []);
    await this.#system();
    await this.planAndRun();
  }

  protected override async makePlan(context: InstallerContext): Promise<InstallPlan> {
    const { planInstall } = await import('../../services/plan.ts');
    this.#goals = await Promise.all(
      this.#goals.map(async (goal) => ({ ...goal, package: await this.packageIn(context, goal.package) })),
    );
    return planInstall(context, {
      goals: this.#goals,
      adopt: this.flags.adopt,
      allowStandIns: this.flags['allow-stand-ins'],
    });
  }

  protected override nextOf(plan: InstallPlan): readonly string[] {
    const [definition] = plan.packages.filter(({ goal }) => goal).flatMap(({ definitions }) => definitions);
    const [goal] = plan.goals;
    const status = goal ? [`capstan cap status ${goal.package}`] : [];
    return definition ? [`capstan explain ${definition.shortName}`, ...status] : status;
  }

  async #system(): Promise<void> {
    const { requireSystem, systemIsInstalled } = await import('../../lib/types-catalog.ts');
    const client = await this.cluster();
    if (this.flags.plan) return requireSystem(client);
    if (await systemIsInstalled(client)) return;
    const { offerSystemInstall } = await import('../../lib/system.ts');
    await offerSystemInstall(client, (question) => this.confirm(question), this.progress, this.interrupt);
  }
}
