import type { KubeClient } from '@capstan/kube';
import type { ApplicationConfiguration, Component } from '@capstan/oam-model';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';
import type { FieldChange } from '../changes/field-changes.ts';
import type { Rollback as Decided } from '../history/rollback.ts';
import { shellQuote } from '../lib/words.ts';

const USUAL_LIMIT_MS = 5 * 60_000;

export default class Rollback extends CapstanCommand<typeof Rollback> {
  static override summary = 'go back to an earlier revision of a component';
  static override description =
    'The application names the revision from then on, and later changes of the component do not reach it. It goes forward again with `capstan up`, or with --to and the newest revision.';
  static override examples = [
    { command: 'capstan rollback shop', description: 'to the revision before the one that runs' },
    { command: 'capstan rollback shop -c web --to 3', description: 'to a revision of `capstan history shop`' },
    { command: 'capstan rollback shop --dry-run', description: 'what would change' },
  ];
  static override args = { app: Args.string({ required: true, description: 'name of the application' }) };
  static override flags = {
    component: Flags.string({
      char: 'c',
      summary: 'component to roll back; needed where several have earlier revisions',
      helpValue: 'NAME',
    }),
    to: Flags.string({ summary: 'number or name of a revision', helpValue: 'REVISION' }),
    'dry-run': Flags.boolean({ summary: 'show what would change, and change nothing' }),
    wait: Flags.boolean({ summary: 'wait until ready', default: true, allowNo: true }),
  };

  protected async work(): Promise<void> {
    const { requireApplication } = await import('../lib/applications.ts');
    const { readRevisions } = await import('../history/revisions.ts');
    const { decideRollback } = await import('../history/rollback.ts');
    const { app } = this.args;
    const { component, to } = this.flags;
    const client = this.flags['dry-run'] ? await this.cluster() : await this.changingCluster();
    const namespace = await this.namespace();
    const application = await requireApplication(client, { name: app, namespace, component, signal: this.interrupt });
    const { rows, snapshots } = await readRevisions(client, application, this.interrupt);
    const decided = decideRollback(application, rows, { component, to });
    const changes = await changesBetween(decided, snapshots);
    if (this.flags['dry-run']) return this.#print(app, namespace, decided, changes, false);
    this.out.note(...(await this.#lines(decided, changes)));
    await this.#write(client, application, decided);
    await this.#print(app, namespace, decided, changes, true);
    this.#conclude(app, decided);
  }

  async #write(client: KubeClient, application: ApplicationConfiguration, decided: Decided): Promise<void> {
    const { requireOperator } = await import('../lib/operator-lease.ts');
    const { writeRollback } = await import('../history/write-rollback.ts');
    await requireOperator(client, this.interrupt);
    const written = await writeRollback(client, application, decided, { dryRun: false, signal: this.interrupt });
    if (written.otherManagers.length > 0)
      this.out.note(
        `${written.otherManagers.join(', ')} also manages this application: what it applies next goes forward again.`,
      );
    if (!this.flags.wait) return;
    const { followApplication } = await import('../lib/follow-application.ts');
    const { showComponents } = await import('../render/component-progress.ts');
    const { name, namespace = '', generation = 0 } = written.application.metadata;
    await followApplication(client, {
      name,
      namespace,
      generation,
      timeoutMs: this.timeLimitMs(USUAL_LIMIT_MS),
      signal: this.interrupt,
      onChange: (tree, current) => showComponents(this.progress, tree, current),
    });
  }

  async #lines({ component, from, to }: Decided, changes: readonly FieldChange[]): Promise<string[]> {
    const { changeLines } = await import('../render/changes.ts');
    const terminal = this.flags['dry-run'] ? this.out.stdout : this.out.stderr;
    return [
      `component ${component}: ${from.revision} -> ${to.revision}${to.latest ? ' (the newest; it follows the component again)' : ''}`,
      ...changes.flatMap((change) => changeLines(change, '  ', terminal)),
    ];
  }

  async #print(
    app: string,
    namespace: string,
    decided: Decided,
    changes: readonly FieldChange[],
    done: boolean,
  ): Promise<void> {
    const { component, from, to } = decided;
    this.progress.close();
    const lines = done ? [] : await this.#lines(decided, changes);
    await this.out.document({
      kind: done ? 'RollbackResult' : 'RollbackPlan',
      data: {
        application: app,
        namespace,
        component,
        from: from.revision,
        to: to.revision,
        changes,
        ready: done && this.flags.wait,
      },
      name: `revision/${to.revision}`,
      text: () =>
        done ? [`Application ${app} ${this.flags.wait ? 'runs' : 'is to run'} ${component} as ${to.revision}.`] : lines,
    });
  }

  #conclude(app: string, { component, to, newest }: Decided): void {
    const history = `capstan history ${shellQuote(app)}`;
    if (to.latest) {
      this.next(history);
      return;
    }
    this.out.note(`It stays at ${to.revision} until it is told otherwise: capstan up -f FILE goes forward again, or`);
    this.next(`capstan rollback ${shellQuote(app)} -c ${shellQuote(component)} --to ${newest}`, history);
  }
}

async function changesBetween(
  { from, to }: Decided,
  snapshots: ReadonlyMap<string, Component>,
): Promise<readonly FieldChange[]> {
  const { fieldChanges } = await import('../changes/field-changes.ts');
  return fieldChanges(snapshots.get(from.revision)?.spec, snapshots.get(to.revision)?.spec);
}
