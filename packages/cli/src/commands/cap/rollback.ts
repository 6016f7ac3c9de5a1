import type { InstallerContext, InstallPlan } from '@capstan/capability-center';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { PlanCommand, planFlags } from '../../plan-command.ts';

export default class CapRollback extends PlanCommand<typeof CapRollback> {
  static override summary = 'take an installed capability back to an earlier revision';
  static override description =
    'A rollback is a new revision with the content of an earlier one. Its charts are kept in the cluster, so that no registry is needed. ' +
    'CRDs stay as they are unless the earlier ones are proven safe; where there is no way back the plan says why.';
  static override examples = [
    { command: 'capstan cap rollback keda --plan', description: 'what would happen' },
    { command: 'capstan cap rollback keda', description: 'to the revision before the present one' },
    { command: 'capstan cap rollback keda --to 2', description: 'to a revision of capstan cap history keda' },
  ];
  static override args = { name: Args.string({ required: true, description: 'name of an installed capability' }) };
  static override flags = {
    ...planFlags,
    to: Flags.string({ summary: 'number of a revision, or a version that one of them has', helpValue: 'N' }),
    'allow-stand-ins': Flags.boolean({ summary: 'accept stand-in charts where pods really run' }),
  };

  protected override readonly verb = 'Roll back to';

  protected async work(): Promise<void> {
    await this.planAndRun();
  }

  protected override async makePlan(context: InstallerContext): Promise<InstallPlan> {
    const { planRollback } = await import('../../services/plan.ts');
    const { to } = this.flags;
    return planRollback(context, {
      package: await this.packageIn(context, this.args.name),
      allowStandIns: this.flags['allow-stand-ins'],
      ...(to === undefined ? {} : { to }),
    });
  }

  protected override nextOf(): readonly string[] {
    return [`capstan cap status ${this.args.name}`, `capstan cap history ${this.args.name}`];
  }
}
