import { EXIT, type KubernetesObject } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import * as Flags from '@oclif/core/flags';
import type { ChangePlan } from '../changes/model.ts';
import type { AppliedObject } from '../lib/apply-application.ts';
import type { PreparedFiles } from '../lib/prepare-files.ts';
import { count, shellQuote } from '../lib/words.ts';
import { OnDemandCommand, onDemandFlags, withoutDryRun } from '../on-demand-command.ts';

const USUAL_LIMIT_MS = 5 * 60_000;
const DRY_RUNS = ['client', 'server'] as const;

export default class Up extends OnDemandCommand<typeof Up> {
  static override summary = 'apply an application and wait until it is ready';
  static override description =
    'The files are checked first: with a mistake in them nothing is applied. Where they use types that the cluster lacks, it proposes the packages that bring them. Then it says what changes, applies it and follows what becomes of it. Applying the same files again changes nothing.';
  static override examples = [
    { command: 'capstan up -f app.yaml', description: 'apply and wait' },
    { command: 'capstan up -f app.yaml --dry-run client', description: 'only say what would change' },
    { command: 'cat app.yaml | capstan up -f - --no-wait', description: 'from standard input, without waiting' },
    { command: 'capstan up -f app.yaml -n web --create-namespace', description: 'in a namespace of its own' },
    { command: 'capstan up -f app.yaml --install-missing', description: 'with the capabilities that it needs' },
  ];
  static override flags = {
    file: Flags.string({
      char: 'f',
      summary: 'file or folder to apply, - for standard input; may be repeated',
      helpValue: 'FILE',
      multiple: true,
      required: true,
    }),
    'create-namespace': Flags.boolean({ summary: 'create the namespace where there is none' }),
    wait: Flags.boolean({ summary: 'wait until ready', default: true, allowNo: true }),
    ...onDemandFlags,
    'dry-run': Flags.option({
      summary: 'change nothing; `server` also asks the API server whether it would accept the files',
      options: DRY_RUNS,
    })(),
    'exit-code': Flags.boolean({
      summary: 'with --dry-run: exit 1 where something would change',
      dependsOn: ['dry-run'],
    }),
  };

  protected async work(): Promise<void> {
    const { loadApplicationFiles } = await import('../lib/application-files.ts');
    const dryRun = this.flags['dry-run'];
    const files = await loadApplicationFiles(this.flags.file);
    const client = dryRun ? await this.cluster() : await this.changingCluster();
    const namespace = await this.namespace();
    await this.#system(client);
    const prepared = await this.prepareOnDemand(client, files, namespace);
    if (!prepared) return;
    this.tellWarnings(prepared.warnings);
    const { unreadyProviders } = await import('../lib/unready-providers.ts');
    const unready = await unreadyProviders(client, prepared.loaded, prepared.types, this.interrupt);
    this.out.note(...unready.map((line) => `warning: ${line}`));
    const { planChanges } = await import('../changes/plan.ts');
    const plan = await planChanges({ client, ...prepared, log: this.logger, signal: this.interrupt });
    if (dryRun) return this.#conclude(client, prepared, plan);
    await this.#apply(client, prepared, plan);
  }

  /** The files are applied, unless they would change nothing of what is there; then they are followed. */
  async #apply(client: KubeClient, prepared: PreparedFiles, plan: ChangePlan): Promise<void> {
    const { applyObjects } = await import('../lib/apply-application.ts');
    const { requireOperator } = await import('../lib/operator-lease.ts');
    const { planLines } = await import('../render/change-plan.ts');
    await requireOperator(client, this.interrupt);
    await this.#prepareNamespace(client, prepared.namespace);
    const names = prepared.loaded.applications.map(({ metadata }) => `application ${metadata.name}`);
    const from = prepared.loaded.files.join(', ');
    this.out.note(
      `${from} -> ${names.join(', ') || 'components'} (namespace ${prepared.namespace})`,
      ...planLines(plan, this.out.stderr),
    );
    const applied = await applyObjects(client, prepared.objects, {
      signal: this.interrupt,
      onApplied: (one) => this.#showApplied(one),
    });
    const applications = applied.filter(({ object }) => object.kind === 'ApplicationConfiguration');
    const components = applied.map(({ object }) => object).filter(({ kind }) => kind === 'Component');
    if (this.flags.wait) for (const { object } of applications) await this.#follow(client, object.metadata, components);
    await this.#report(applied, plan);
  }

  async #conclude(client: KubeClient, { objects }: PreparedFiles, plan: ChangePlan): Promise<void> {
    const { changesNothing } = await import('../changes/model.ts');
    const { printPlan } = await import('../lib/print-plan.ts');
    if (this.flags['dry-run'] === 'server') {
      const { tryObjects } = await import('../lib/apply-application.ts');
      const newNamespace = this.flags['create-namespace'] ? plan.namespace : undefined;
      const untried = await tryObjects(client, objects, { newNamespace, signal: this.interrupt });
      if (untried > 0) this.out.note(`${count(untried, 'object')} not tried: what they need is not there yet.`);
    }
    await printPlan(this.out, plan);
    if (this.flags['exit-code'] && !changesNothing(plan)) this.exitCode = EXIT.failed;
    this.next(withoutDryRun(this.commandLine()));
  }

  async #system(client: KubeClient): Promise<void> {
    const { requireSystem, systemIsInstalled } = await import('../lib/types-catalog.ts');
    if (this.flags['dry-run']) return requireSystem(client);
    if (await systemIsInstalled(client)) return;
    const { offerSystemInstall } = await import('../lib/system.ts');
    await offerSystemInstall(client, (question) => this.confirm(question), this.progress, this.interrupt);
  }

  async #prepareNamespace(client: KubeClient, namespace: string): Promise<void> {
    if (!this.flags['create-namespace']) return;
    const { ensureNamespace } = await import('../services/namespaces.ts');
    const created = await ensureNamespace(client, namespace, {
      labels: { 'app.kubernetes.io/managed-by': 'capstan' },
      signal: this.interrupt,
    });
    if (created) this.progress.update('namespace', `namespace ${namespace}  created`, 'done');
  }

  #showApplied({ object, action }: AppliedObject): void {
    const kind = object.kind === 'ApplicationConfiguration' ? 'application' : object.kind.toLowerCase();
    this.progress.update(`apply/${kind}/${object.metadata.name}`, `${kind} ${object.metadata.name}  ${action}`, 'done');
  }

  async #follow(
    client: KubeClient,
    { name, namespace = '', generation = 0 }: KubernetesObject['metadata'],
    components: readonly KubernetesObject[],
  ): Promise<void> {
    const { followApplication } = await import('../lib/follow-application.ts');
    const { showComponents } = await import('../render/component-progress.ts');
    await followApplication(client, {
      name,
      namespace,
      generation,
      components: components.filter(({ metadata }) => metadata.namespace === namespace),
      timeoutMs: this.timeLimitMs(USUAL_LIMIT_MS),
      signal: this.interrupt,
      onChange: (tree, current) => showComponents(this.progress, tree, current),
    });
  }

  async #report(applied: readonly AppliedObject[], plan: ChangePlan): Promise<void> {
    const { nameOf } = await import('../lib/apply-application.ts');
    this.progress.close();
    const names = applied
      .filter(({ object }) => object.kind === 'ApplicationConfiguration')
      .map(({ object }) => object.metadata.name);
    const objects = applied.map(({ object, action }) => ({ kind: object.kind, name: object.metadata.name, action }));
    const unchanged = objects.every(({ action }) => action === 'unchanged');
    const outcome = this.flags.wait ? 'ready' : 'applied';
    await this.out.document({
      kind: 'ApplyResult',
      data: {
        namespace: plan.namespace,
        applications: names,
        ready: this.flags.wait,
        objects,
        plan: plan.objects,
        ...(this.installed.length > 0 ? { installed: this.installed } : {}),
      },
      name: applied.map(({ object }) => nameOf(object)).join('\n'),
      text: () => names.map((name) => `Application ${name} is ${outcome}${unchanged ? ' (unchanged)' : ''}.`),
    });
    const [name] = names;
    if (name) this.next(`capstan status ${shellQuote(name)} --tree`);
  }
}
