import { CapstanError, EXIT, isCapstanError } from '@capstan/base';
import type { InstallPlan, InstallResult } from '@capstan/capability-center';
import type { KubeClient } from '@capstan/kube';
import type { DefinitionCatalog, ValidationProblem } from '@capstan/oam-model';
import type { Command } from '@oclif/core/command';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from './base-command.ts';
import type { ChangePlan } from './changes/model.ts';
import { CLI_CODES } from './codes.ts';
import type { ApplicationFiles } from './lib/application-files.ts';
import type { FilesReport } from './lib/on-demand.ts';
import type { PreparedFiles } from './lib/prepare-files.ts';
import { enumerate } from './lib/words.ts';

/** Flags of commands that install what an application needs. */
export const onDemandFlags = {
  'install-missing': Flags.boolean({
    summary: 'install the packages that the application needs and the cluster lacks, without a question',
  }),
  'allow-stand-ins': Flags.boolean({ summary: 'with that: accept stand-in charts where pods really run' }),
  helm: Flags.string({ summary: 'with that: Helm program to use', helpValue: 'FILE' }),
};

interface OnDemandFlags {
  readonly 'install-missing': boolean;
  readonly 'allow-stand-ins': boolean;
  readonly helm?: string;
  readonly 'dry-run'?: string;
  readonly 'exit-code': boolean;
  readonly wait: boolean;
  readonly namespace?: string;
  readonly timeout?: number;
}

/** Installing, and looking again after somebody else has installed. */
const MOST_ROUNDS = 3;

/** A command that brings about what the cluster lacks for an application before it goes on: it proposes, asks, installs. */
export abstract class OnDemandCommand<T extends typeof Command = typeof Command> extends CapstanCommand<T> {
  /** Packages that were installed because the files need them. */
  protected readonly installed: InstallResult['packages'][number][] = [];

  get #flags(): OnDemandFlags {
    return this.flags as unknown as OnDemandFlags;
  }

  /**
   * The files, read and checked. Packages that they need and the cluster lacks are installed before, where that is
   * wanted; undefined where a dry run ends with what would be installed.
   */
  protected async prepareOnDemand(
    client: KubeClient,
    files: ApplicationFiles,
    namespace: string,
  ): Promise<PreparedFiles | undefined> {
    const { prepareFiles } = await import('./lib/prepare-files.ts');
    const signal = this.interrupt;
    const namespaceGiven = this.#flags.namespace !== undefined;
    for (let round = 1; ; round++) {
      try {
        return await prepareFiles(client, { files, namespace, namespaceGiven, signal });
      } catch (error) {
        const { unknownKindsOf } = await import('./lib/on-demand.ts');
        const problems = unknownKindsOf(error);
        if (!problems || round > MOST_ROUNDS) throw error;
        if (!(await this.#furnish(client, files, { problems, namespace }))) return undefined;
      }
    }
  }

  /** Looks at what is missing and brings it about. False where a dry run has told all that it can. */
  async #furnish(
    client: KubeClient,
    files: ApplicationFiles,
    { problems, namespace }: { readonly problems: readonly ValidationProblem[]; readonly namespace: string },
  ): Promise<boolean> {
    const { cannotInstall, missingError, missingForFiles, missingLines } = await import('./lib/on-demand.ts');
    const { 'dry-run': dryRun, 'install-missing': wanted, 'allow-stand-ins': allowStandIns, wait } = this.#flags;
    const report = await missingForFiles({
      client,
      files,
      open: () => this.centerContext(this.#flags.helm),
      command: (words) => this.reach.command(`capstan ${words}`),
      allowStandIns,
      signal: this.interrupt,
    });
    // Somebody has installed it since it was looked for.
    if (report.missing.length === 0) return true;
    if (wait && !dryRun && report.missing.some(({ state }) => state === 'installing')) {
      await this.#waitForOthers(report);
      return true;
    }
    this.out.note(...missingLines(report, this.out.stderr.columns));
    const { plan, unplanned } = report;
    const refusal = () => missingError(report, problems, this.#again);
    if (!plan) throw wanted && unplanned ? cannotInstall(unplanned, report.commands) : refusal();
    await this.#checkAgainst(files, plan, { types: report.types, namespace });
    await this.#showPlan(plan);
    if (dryRun && wanted) {
      await this.#concludeDryRun(
        plan,
        await this.#changesAfter(client, files, plan, { types: report.types, namespace }),
      );
      return false;
    }
    // Without a terminal only its own flag installs something: -y is in many scripts that mean the application alone.
    if (dryRun || !(wanted || this.mayAsk)) throw refusal();
    await this.#install(client, report, plan);
    return true;
  }

  async #install(client: KubeClient, report: FilesReport, plan: InstallPlan): Promise<void> {
    const { assertExecutable, INSTALLER_CODES } = await import('./services/on-demand.ts');
    const { cannotInstall } = await import('./lib/on-demand.ts');
    const { forbidden, commands, cost } = report;
    if (forbidden !== undefined) {
      const refused = new CapstanError(INSTALLER_CODES.forbidden, forbidden, { exit: EXIT.forbidden });
      throw cannotInstall(refused, commands);
    }
    assertExecutable(plan);
    const { requireOperator } = await import('./lib/operator-lease.ts');
    const { installedLines, installMissing } = await import('./lib/install-missing.ts');
    await requireOperator(client, this.interrupt);
    const names = enumerate(cost?.packages ?? []);
    if (this.#flags['install-missing']) this.out.note(`Installing ${names}.`);
    else await this.confirm(`Install ${names} in context ${client.context.name}, and go on?`);
    const result = await installMissing(plan, {
      context: await this.centerContext(this.#flags.helm),
      progress: this.progress,
      signal: this.interrupt,
      timeoutMs: this.#flags.timeout,
      again: this.#again,
    });
    if (!result) return;
    this.installed.push(...result.packages.filter(({ action }) => action !== 'none'));
    this.out.note(...installedLines(result));
  }

  async #waitForOthers(report: FilesReport): Promise<void> {
    const { waitForInstalling } = await import('./lib/install-missing.ts');
    const context = await this.centerContext(this.#flags.helm);
    await waitForInstalling(report, { context, progress: this.progress, signal: this.signal });
  }

  /**
   * What the files say to the new types is checked before anything is installed, also by their plugins; kinds of charts
   * are still unknown.
   */
  async #checkAgainst(
    files: ApplicationFiles,
    plan: InstallPlan,
    { types, namespace }: { readonly types: DefinitionCatalog; readonly namespace: string },
  ): Promise<void> {
    const { checkApplicationFiles } = await import('./lib/application-files.ts');
    const { checkByPlugins } = await import('./lib/render-application.ts');
    const { unknownKindsOf, withTypesOf } = await import('./lib/on-demand.ts');
    const toCome = withTypesOf(plan, types);
    try {
      await checkApplicationFiles(files, { types: toCome, signal: this.interrupt });
    } catch (error) {
      if (!unknownKindsOf(error)) throw error;
    }
    await checkByPlugins(files, { types: toCome, namespace, log: this.logger, signal: this.interrupt });
  }

  async #showPlan(plan: InstallPlan): Promise<void> {
    const { planLines } = await import('./render/install-plan.ts');
    const { printablePlan } = await import('./services/on-demand.ts');
    this.out.note(...planLines(printablePlan(plan), { terminal: this.out.stderr, wide: this.out.format === 'wide' }));
  }

  /** What the files would change once a plan is carried out; undefined, and said, where that cannot be told before. */
  async #changesAfter(
    client: KubeClient,
    files: ApplicationFiles,
    plan: InstallPlan,
    { types, namespace }: { readonly types: DefinitionCatalog; readonly namespace: string },
  ): Promise<ChangePlan | undefined> {
    const { dialectWarnings } = await import('./lib/dialect-warnings.ts');
    const { objectsToApply } = await import('./lib/file-objects.ts');
    const { objectsToCome, withTypesOf } = await import('./lib/on-demand.ts');
    const { planChanges } = await import('./changes/plan.ts');
    const toCome = withTypesOf(plan, types);
    this.tellWarnings(dialectWarnings(files, toCome));
    const namespaceGiven = this.#flags.namespace !== undefined;
    const objects = await objectsToApply(files, client, toCome, { namespace, namespaceGiven });
    const from = { client, namespace, objects, crds: toCome.crds, toCome: objectsToCome(plan) };
    try {
      return await planChanges({ ...from, log: this.logger, signal: this.interrupt });
    } catch (error) {
      if (!isCapstanError(error, CLI_CODES.invalidApplication)) throw error;
      this.out.note(`What becomes of the application shows once these packages are installed: ${error.message}.`);
      return undefined;
    }
  }

  async #concludeDryRun(plan: InstallPlan, changes: ChangePlan | undefined): Promise<void> {
    const { printablePlan } = await import('./services/on-demand.ts');
    const { printPlan } = await import('./lib/print-plan.ts');
    const { countsOf } = await import('./changes/model.ts');
    if (this.out.forMachines)
      await this.out.raw({
        ...printablePlan(plan),
        ...(changes ? { application: { ...changes, counts: countsOf(changes) } } : {}),
      });
    else {
      if (this.out.format === 'name') this.out.data(plan.packages.map(({ name }) => `capability/${name}`));
      if (changes) await printPlan(this.out, changes);
    }
    if (this.#flags['dry-run'] === 'server')
      this.out.note('The files were not tried: what they need is not there yet.');
    if (plan.blockers.length > 0) this.exitCode = EXIT.blocked;
    else if (this.#flags['exit-code']) this.exitCode = EXIT.failed;
    this.next(withoutDryRun(this.commandLine()));
  }

  /** The command that is running, as it installs what is missing. */
  get #again(): string {
    return `${withoutDryRun(this.commandLine())}${this.#flags['install-missing'] ? '' : ' --install-missing'}`;
  }
}

/** The command without what makes it a dry run. */
export function withoutDryRun(command: string): string {
  return command.replace(/ --dry-run[ =](?:client|server)\b| --exit-code\b/g, '');
}
