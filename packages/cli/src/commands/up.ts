import type { KubeClient } from '@capstan/kube';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';
import type { AppliedObject } from '../lib/apply-application.ts';
import { shellQuote } from '../lib/words.ts';

const USUAL_LIMIT_MS = 5 * 60_000;

export default class Up extends CapstanCommand<typeof Up> {
  static override summary = 'apply an application and wait until it is ready';
  static override description =
    'The files are checked first: with a mistake in them nothing is applied. Applying the same files again changes nothing.';
  static override examples = [
    { command: 'capstan up -f app.yaml', description: 'apply and wait' },
    { command: 'cat app.yaml | capstan up -f - --no-wait', description: 'from standard input, without waiting' },
    { command: 'capstan up -f app.yaml -n web --create-namespace', description: 'in a namespace of its own' },
  ];
  static override flags = {
    file: Flags.string({
      char: 'f',
      summary: 'file to apply, - for standard input; may be repeated',
      helpValue: 'FILE',
      multiple: true,
      required: true,
    }),
    'create-namespace': Flags.boolean({ summary: 'create the namespace where there is none' }),
    wait: Flags.boolean({ summary: 'wait until ready', default: true, allowNo: true }),
  };

  protected async work(): Promise<void> {
    const { checkApplicationFiles, loadApplicationFiles } = await import('../lib/application-files.ts');
    const { clusterTypes } = await import('../lib/types-catalog.ts');
    const { requireOperator } = await import('../lib/operator-lease.ts');
    const { applyApplication } = await import('../lib/apply-application.ts');
    const files = await loadApplicationFiles(this.flags.file);
    const client = await this.changingCluster();
    const namespace = await this.namespace();
    await this.#offerSystem(client);
    await checkApplicationFiles(files, {
      types: await clusterTypes(client, this.interrupt),
      client,
      namespace,
      signal: this.interrupt,
    });
    await requireOperator(client, this.interrupt);
    await this.#prepareNamespace(client, namespace);
    const names = files.applications.map(({ metadata }) => metadata.name);
    this.out.note(
      `${this.flags.file.join(', ')} -> ${names.map((name) => `application ${name}`).join(', ') || 'components'} (namespace ${namespace})`,
    );
    const applied = await applyApplication(client, files, {
      namespace,
      namespaceGiven: this.flags.namespace !== undefined,
      signal: this.interrupt,
      onApplied: (one) => this.#showApplied(one),
    });
    const applications = applied.filter(({ object }) => object.kind === 'ApplicationConfiguration');
    if (this.flags.wait) for (const { object } of applications) await this.#follow(client, object.metadata);
    await this.#conclude(applied, namespace);
  }

  async #offerSystem(client: KubeClient): Promise<void> {
    const { systemIsInstalled } = await import('../lib/types-catalog.ts');
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
    { name, namespace = '', generation = 0 }: AppliedObject['object']['metadata'],
  ): Promise<void> {
    const { followApplication } = await import('../lib/follow-application.ts');
    const { showComponents } = await import('../render/component-progress.ts');
    await followApplication(client, {
      name,
      namespace,
      generation,
      timeoutMs: this.timeLimitMs(USUAL_LIMIT_MS),
      signal: this.interrupt,
      onChange: (tree) => showComponents(this.progress, tree),
    });
  }

  async #conclude(applied: readonly AppliedObject[], namespace: string): Promise<void> {
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
      data: { namespace, applications: names, ready: this.flags.wait, objects },
      name: applied.map(({ object }) => nameOf(object)).join('\n'),
      text: () => names.map((name) => `Application ${name} is ${outcome}${unchanged ? ' (unchanged)' : ''}.`),
    });
    const [name] = names;
    if (name) this.next(`capstan status ${shellQuote(name)} --tree${this.namespaceFlag}`);
  }
}
