import { CapstanError, EXIT, type JsonObject } from '@capstan/base';
import type { InstallerContext, InstallPlan } from '@capstan/capability-center';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CLI_CODES } from '../../codes.ts';
import { PlanCommand, planFlags } from '../../plan-command.ts';

export default class CapUpgrade extends PlanCommand<typeof CapUpgrade> {
  static override summary = 'upgrade installed capabilities, and what they need for it';
  static override description =
    'Only what is named moves, and what must move with it. The plan says what changes, whether CRDs and stored objects fit, ' +
    'and until which step there is a way back.';
  static override examples = [
    { command: 'capstan cap upgrade keda --plan', description: 'what would happen' },
    { command: 'capstan cap upgrade keda --to 2.20', description: 'to a version or range' },
    { command: 'capstan cap upgrade --all', description: 'everything that has a newer version' },
  ];
  static override strict = false;
  static override args = { name: Args.string({ description: 'names of installed capabilities' }) };
  static override flags = {
    ...planFlags,
    all: Flags.boolean({ summary: 'everything that is installed' }),
    to: Flags.string({ summary: 'version or range of the one named capability', helpValue: 'VERSION' }),
    set: Flags.string({ summary: 'a value of the package; may be repeated', helpValue: 'KEY=VALUE', multiple: true }),
    values: Flags.string({ summary: 'YAML file with values; may be repeated', helpValue: 'FILE', multiple: true }),
    'allow-stand-ins': Flags.boolean({ summary: 'accept stand-in charts where pods really run' }),
  };

  protected override readonly verb = 'Upgrade to';

  #values: JsonObject | undefined;

  protected async work(): Promise<void> {
    const { all = false, to } = this.flags;
    if (all === this.words.length > 0)
      throw usage(all ? '--all leaves no room for names' : 'name what to upgrade, or say --all');
    if (to !== undefined && this.words.length !== 1) throw usage('--to is for one capability');
    const { goalValues } = await import('../../lib/install-goals.ts');
    this.#values = await goalValues(this.words, this.flags.values ?? [], this.flags.set ?? []);
    await this.planAndRun();
  }

  protected override async makePlan(context: InstallerContext): Promise<InstallPlan> {
    const { planUpgrade } = await import('../../services/plan.ts');
    const { to } = this.flags;
    const values = this.#values;
    const names = await Promise.all(this.words.map((word) => this.packageIn(context, word)));
    return planUpgrade(context, {
      packages: this.flags.all ? 'all' : names,
      allowStandIns: this.flags['allow-stand-ins'],
      ...(to === undefined ? {} : { to }),
      ...(values === undefined ? {} : { values }),
    });
  }

  protected override nextOf({ packages }: InstallPlan): readonly string[] {
    const [moved] = packages.filter(({ action }) => action !== 'none');
    if (!moved) return ['capstan cap list --updates'];
    return [`capstan cap status ${moved.name}`, `capstan cap rollback ${moved.name} --plan`];
  }
}

function usage(message: string): CapstanError {
  return new CapstanError(CLI_CODES.usage, `capstan cap upgrade: ${message}`, {
    next: ['capstan cap list --updates', 'capstan cap upgrade --help'],
    exit: EXIT.usage,
  });
}
