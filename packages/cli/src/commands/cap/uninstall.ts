import { resolve } from 'node:path';
import { EXIT } from '@capstan/base';
import type { UninstallPlan, UninstallResult } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import { enumerate } from '../../lib/words.ts';
import { planFlags } from '../../plan-command.ts';
import { wrap } from '../../render/terminal.ts';

export default class CapUninstall extends CapstanCommand<typeof CapUninstall> {
  static override summary = 'remove a capability';
  static override description =
    'Refused with exit 5 while an application or another capability uses it, or while objects of its kinds would be lost. ' +
    'CRDs stay unless --delete-crds says otherwise, and what stays is named.';
  static override examples = [
    { command: 'capstan cap uninstall keda --plan', description: 'what would happen' },
    { command: 'capstan cap uninstall keda --delete-crds', description: 'with its CRDs' },
    { command: 'capstan cap uninstall keda --archive saved', description: 'save its objects, then delete them' },
  ];
  static override args = { name: Args.string({ required: true, description: 'name of an installed capability' }) };
  static override flags = {
    plan: planFlags.plan,
    approve: planFlags.approve,
    cascade: Flags.boolean({ summary: 'remove what needs it too, before it' }),
    prune: Flags.boolean({ summary: 'remove dependencies that nobody needs any more, after it' }),
    archive: Flags.string({
      summary: 'save the objects of its kinds as YAML in this folder, then delete them',
      helpValue: 'DIR',
    }),
    'delete-crds': Flags.boolean({ summary: 'delete its CRDs too; refused while an object of one would be lost' }),
    helm: planFlags.helm,
  };

  protected async work(): Promise<void> {
    const { assertApproved, assertExecutable, executeUninstall, planUninstall } = await import(
      '../../services/uninstall.ts'
    );
    const client = this.flags.plan ? await this.cluster() : await this.changingCluster();
    const context = await this.centerContext(this.flags.helm);
    const { approve, archive, cascade, prune, 'delete-crds': deleteCrds } = this.flags;
    const plan = await planUninstall(context, {
      package: await this.packageIn(context, this.args.name),
      deleteCrds,
      cascade,
      prune,
      ...(archive === undefined ? {} : { archive: resolve(archive) }),
    });
    if (approve !== undefined) assertApproved(plan, approve);
    if (this.flags.plan) return this.#printPlan(plan);
    assertExecutable(plan);
    await this.#ask(plan, client.context.name);
    const { installProgress } = await import('../../render/install-progress.ts');
    const { timeout } = this.flags;
    const result = await executeUninstall(context, plan, {
      onProgress: installProgress(this.progress),
      signal: this.interrupt,
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    });
    await this.#conclude(result);
  }

  async #ask(plan: UninstallPlan, context: string): Promise<void> {
    const names = enumerate(plan.packages.map((one) => `${one.name} ${versionLabel(one)}`));
    const { approve, yes } = this.flags;
    // The digest of an approved plan is that of the state before it: once begun, it is resumed and not planned again.
    if (approve !== undefined) this.goOn = `capstan cap resume ${plan.package}`;
    const agreed = yes || approve !== undefined;
    this.out.note(...(agreed && !plan.staysFor ? [`Removing ${names}.`] : await this.#planText(plan)));
    if (approve !== undefined) return;
    const what = plan.staysFor ? `Give up your wish for ${plan.package} in` : `Remove ${names} from`;
    await this.confirm(`${what} context ${context}?`);
  }

  async #planText(plan: UninstallPlan, run?: string): Promise<string[]> {
    const { uninstallPlanLines } = await import('../../render/uninstall-plan.ts');
    const { context } = await this.cluster();
    const terminal = this.flags.plan ? this.out.stdout : this.out.stderr;
    return uninstallPlanLines(plan, { context: context.name, terminal, ...(run === undefined ? {} : { run }) });
  }

  async #printPlan(plan: UninstallPlan): Promise<void> {
    const { printableRemoval } = await import('../../services/uninstall.ts');
    const { approvingCommand } = await import('../../lib/approving-command.ts');
    const run = approvingCommand(this.id ?? '', this.argv, { digest: plan.digest, secrets: false });
    if (this.out.forMachines) await this.out.raw(printableRemoval(plan));
    else if (this.out.format === 'name') this.out.data(plan.packages.map(({ name }) => `capability/${name}`));
    else this.out.data(await this.#planText(plan, this.reach.command(run)));
    if (plan.blockers.length > 0) this.exitCode = EXIT.blocked;
  }

  async #conclude(result: UninstallResult): Promise<void> {
    this.progress.close();
    await this.out.document({
      kind: 'UninstallResult',
      data: result,
      name: result.packages.map(({ name }) => `capability/${name}`).join('\n'),
      text: () => [
        ...result.packages.map((one) => `${one.name} ${versionLabel(one)} is removed.`),
        ...archiveLines(result),
        ...(result.staysFor ? stayingLines(result, result.staysFor) : leftLines(result, this.out.stdout.columns)),
      ],
    });
    const [unneeded] = result.unneeded;
    if (result.staysFor) return this.next(`capstan cap why ${result.package}`);
    this.next(...(unneeded ? [`capstan cap uninstall ${unneeded.name} --plan`] : []), 'capstan cap list');
  }
}

function stayingLines(
  { package: name, version }: UninstallResult,
  staysFor: Readonly<Record<string, string>>,
): string[] {
  const who = Object.entries(staysFor).map(([owner, range]) => `  ${owner} asks for ${range}`);
  return [`You ask for ${name} no more. ${name} ${version} stays:`, ...who];
}

function archiveLines({ archive }: UninstallResult): string[] {
  if (!archive) return [];
  const saved = archive.objects === 1 ? '1 object is saved' : `${archive.objects} objects are saved`;
  return [
    `${saved} in ${archive.directory}.`,
    `  Bring ${archive.objects === 1 ? 'it' : 'them'} back:  ${archive.restore}`,
  ];
}

function leftLines({ left, unneeded }: UninstallResult, width = Number.POSITIVE_INFINITY): string[] {
  const record = 'the record in namespace capstan-system';
  const other = left.filter((line) => !line.includes('capstan-system'));
  const needless = unneeded.map((one) => `  ${one.name} ${versionLabel(one)}, which nobody needs any more`);
  if (other.length + needless.length === 0) return [`Nothing of it stays but ${record}.`];
  return [
    'What stays:',
    ...other.flatMap((line) => wrap(line, width - 4).map((part, at) => (at > 0 ? `    ${part}` : `  ${part}`))),
    ...needless,
    `  ${record}`,
  ];
}
