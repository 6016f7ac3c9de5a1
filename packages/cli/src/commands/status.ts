import { EXIT, systemClock } from '@capstan/base';
import type { ApplicationTree } from '@capstan/core';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';
import { renderTree } from '../render/tree.ts';
import List from './list.ts';

/** The application's object is looked at again after this time even when no change was seen. */
const LONGEST_PAUSE_MS = 60_000;

export default class Status extends CapstanCommand<typeof Status> {
  static override summary = 'how an application does, down to what runs';
  static override reads = true;
  static override examples = [
    { command: 'capstan status shop', description: 'the application and its components' },
    { command: 'capstan status shop --tree', description: 'with everything that belongs to it' },
    { command: 'capstan status shop --exit-code', description: 'exit 7 unless it is ready' },
  ];
  static override args = {
    app: Args.string({ description: 'name of an application; all of the namespace without it' }),
  };
  static override flags = {
    tree: Flags.boolean({ summary: 'down to pods' }),
    watch: Flags.boolean({ char: 'w', summary: 'print again at each change, until Ctrl-C' }),
    'exit-code': Flags.boolean({ summary: 'exit 7 unless it is ready' }),
  };

  protected async work(): Promise<void> {
    const { app } = this.args;
    if (app === undefined) return this.#all();
    const { applicationTree } = await import('../services/application-tree.ts');
    const client = await this.cluster();
    const namespace = await this.namespace();
    const read = async () => {
      const tree = await applicationTree(client, { name: app, namespace, signal: this.signal });
      if (tree) return tree;
      const { unknownApplication } = await import('../lib/applications.ts');
      throw await unknownApplication(client, app, namespace, this.signal);
    };
    this.out.compact = this.flags.watch;
    const tree = await read();
    await this.#print(tree, namespace);
    if (this.flags.watch) await this.#watch(app, namespace, read);
    else this.#close(tree, app);
  }

  /** Without a name the answer is that of `list`, with the exit code of the worst. */
  async #all(): Promise<void> {
    const argv = this.argv.filter((word) => word !== '--exit-code' && word !== '--tree');
    this.exitCode = await List.execute(argv, this.config);
    if (!this.flags['exit-code'] || this.exitCode !== EXIT.done) return;
    const { applicationState } = await import('../lib/application-state.ts');
    const { listApplications } = await import('../lib/applications.ts');
    const namespace = this.flags['all-namespaces'] ? undefined : await this.namespace();
    const items = await listApplications(await this.cluster(), namespace, this.signal);
    if (items.some((item) => applicationState(item).state !== 'Ready')) this.exitCode = EXIT.degraded;
  }

  async #print(tree: ApplicationTree, namespace: string): Promise<void> {
    const { applicationLines } = await import('../render/application-tree.ts');
    const client = await this.cluster();
    await this.out.document({
      kind: 'ApplicationStatus',
      data: { namespace, ...tree },
      name: `application/${tree.application.name}`,
      text: (format) => {
        const lines = applicationLines(tree, format === 'wide');
        const shown = this.flags.tree
          ? lines
          : { ...lines, children: lines.children?.map(({ children: _, ...component }) => component) ?? [] };
        return [
          `namespace ${namespace}, context ${client.context.name}`,
          ...renderTree(shown, this.out.stdout),
          ...(tree.simulated ? ['This cluster simulates its pods: nothing runs in them.'] : []),
        ];
      },
    });
  }

  #close(tree: ApplicationTree, app: string): void {
    const ready = tree.application.health.status === 'ready';
    if (this.flags['exit-code'] && !ready) this.exitCode = EXIT.degraded;
    if (!this.flags.tree) this.next(`capstan status ${app} --tree${this.namespaceFlag}`);
  }

  /** Prints again whenever the application's object changes; its status changes with its children. */
  async #watch(app: string, namespace: string, read: () => Promise<ApplicationTree>): Promise<void> {
    const { startInformer } = await import('../services/informer.ts');
    const { APPLICATION } = await import('../lib/applications.ts');
    const client = await this.cluster();
    const informer = startInformer(client, {
      kind: APPLICATION,
      namespace,
      fieldSelector: `metadata.name=${app}`,
      signal: this.signal,
    });
    await informer.synced;
    let changed = new AbortController();
    informer.onChange(() => changed.abort());
    for (let seen = informer.get(app, namespace)?.metadata.resourceVersion; ; ) {
      await systemClock.sleep(LONGEST_PAUSE_MS, AbortSignal.any([this.signal, changed.signal]));
      changed = new AbortController();
      // Ctrl-C is how a watch ends.
      this.exitCode = EXIT.interrupted;
      if (this.interrupt.aborted) return;
      this.signal.throwIfAborted();
      const version = informer.get(app, namespace)?.metadata.resourceVersion;
      if (version === seen) continue;
      seen = version;
      await this.#print(await read(), namespace);
    }
  }
}
