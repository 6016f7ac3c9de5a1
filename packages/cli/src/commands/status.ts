import { EXIT } from '@capstan/base';
import type { ApplicationTree } from '@capstan/core';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';
import { renderTree } from '../render/tree.ts';
import List from './list.ts';

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
    const namespace = await this.namespace();
    this.out.compact = this.flags.watch;
    if (this.flags.watch) return this.#watch(app, namespace);
    const { applicationTree } = await import('../services/application-tree.ts');
    const client = await this.cluster();
    const tree = await applicationTree(client, { name: app, namespace, signal: this.signal });
    if (!tree) {
      const { unknownApplication } = await import('../lib/applications.ts');
      throw await unknownApplication(client, app, namespace, this.signal);
    }
    await this.#print(tree, namespace);
    this.#close(tree, app);
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
    if (!this.flags.tree) this.next(`capstan status ${app} --tree`);
  }

  /** Prints again at each change of the application or anything below it that shows. */
  async #watch(app: string, namespace: string): Promise<void> {
    const { watchTree } = await import('../lib/watch-tree.ts');
    const { unknownApplication } = await import('../lib/applications.ts');
    const client = await this.cluster();
    let seen = '';
    await watchTree(client, { name: app, namespace, signal: this.signal }, async ({ tree }): Promise<'go on'> => {
      if (!tree) throw await unknownApplication(client, app, namespace, this.signal);
      const shown = JSON.stringify(tree);
      if (shown !== seen) await this.#print(tree, namespace);
      seen = shown;
      return 'go on';
    });
    // Ctrl-C is how a watch ends; a time limit is told as one.
    if (!this.interrupt.aborted) this.signal.throwIfAborted();
    this.exitCode = EXIT.interrupted;
  }
}
