import { EXIT } from '@capstan/base';
import type { UninstallPlan, UninstallResult } from '@capstan/capability-center';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';

export default class CapUninstall extends CapstanCommand<typeof CapUninstall> {
  static override summary = 'remove a capability';
  static override description =
    'Refused with exit 5 while an application or another capability uses it. CRDs stay unless --delete-crds says otherwise, and what stays is named.';
  static override examples = [
    { command: 'capstan cap uninstall keda --plan', description: 'what would happen' },
    { command: 'capstan cap uninstall keda --delete-crds', description: 'with its CRDs' },
  ];
  static override args = { name: Args.string({ required: true, description: 'name of an installed capability' }) };
  static override flags = {
    plan: Flags.boolean({ summary: 'print the plan and change nothing' }),
    'delete-crds': Flags.boolean({ summary: 'delete its CRDs too; refused while an instance exists' }),
    helm: Flags.string({ summary: 'Helm program to use', helpValue: 'FILE' }),
  };

  protected async work(): Promise<void> {
    const { assertExecutable, executeUninstall, planUninstall } = await import('../../services/uninstall.ts');
    const client = this.flags.plan ? await this.cluster() : await this.changingCluster();
    const context = await this.centerContext(this.flags.helm);
    const plan = await planUninstall(context, { package: this.args.name, deleteCrds: this.flags['delete-crds'] });
    if (this.flags.plan) return this.#printPlan(plan);
    assertExecutable(plan);
    if (this.flags.yes) this.out.note(`Removing ${plan.package} ${plan.version}.`);
    else this.out.note(...(await this.#planText(plan)));
    await this.confirm(`Remove ${plan.package} ${plan.version} from context ${client.context.name}?`);
    const { installProgress } = await import('../../render/install-progress.ts');
    const { timeout } = this.flags;
    const result = await executeUninstall(context, plan, {
      onProgress: installProgress(this.progress),
      signal: this.interrupt,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    });
    await this.#conclude(result);
  }

  async #planText(plan: UninstallPlan): Promise<string[]> {
    const { uninstallPlanLines } = await import('../../render/uninstall-plan.ts');
    const { context } = await this.cluster();
    return uninstallPlanLines(plan, context.name, this.flags.plan ? this.out.stdout : this.out.stderr);
  }

  async #printPlan(plan: UninstallPlan): Promise<void> {
    if (this.out.forMachines) await this.out.raw(plan);
    else if (this.out.format === 'name') this.out.data([`capability/${plan.package}`]);
    else this.out.data(await this.#planText(plan));
    if (plan.blockers.length > 0) this.exitCode = EXIT.blocked;
  }

  async #conclude(result: UninstallResult): Promise<void> {
    this.progress.close();
    await this.out.document({
      kind: 'UninstallResult',
      data: result,
      name: `capability/${result.package}`,
      text: () => [`${result.package} ${result.version} is removed.`, ...this.#leftLines(result)],
    });
    this.next('capstan cap list');
  }

  #leftLines({ left }: UninstallResult): string[] {
    const record = 'the record in namespace capstan-system';
    const other = left.filter((line) => !line.includes('capstan-system'));
    if (other.length === 0) return [`Nothing of it stays but ${record}.`];
    return ['What stays:', ...other.map((line) => `  ${line}`), `  ${record}`];
  }
}
