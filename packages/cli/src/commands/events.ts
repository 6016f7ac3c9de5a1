import { EXIT } from '@capstan/base';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';
import type { ApplicationEventRow } from '../lib/application-events.ts';
import { formatAge } from '../lib/duration.ts';
import type { Column } from '../render/table.ts';

const COLUMNS: readonly Column<ApplicationEventRow>[] = [
  { header: 'SEEN', value: ({ at }) => formatAge(at) },
  { header: 'TYPE', value: ({ type }) => type, state: true },
  { header: 'REASON', value: ({ reason }) => reason },
  { header: 'OBJECT', value: (row) => objectOf(row) },
  { header: 'TIMES', value: ({ count }) => count, wide: true },
  { header: 'MESSAGE', value: ({ message }) => message, flexible: true },
];

export default class Events extends CapstanCommand<typeof Events> {
  static override summary = 'what happened to an application and all that belongs to it';
  static override reads = true;
  static override examples = [
    { command: 'capstan events shop', description: 'the newest last' },
    { command: 'capstan events shop -c web', description: 'of one component' },
    { command: 'capstan events shop --watch', description: 'and those to come, until Ctrl-C' },
  ];
  static override args = { app: Args.string({ required: true, description: 'name of the application' }) };
  static override flags = {
    component: Flags.string({ char: 'c', summary: 'only what belongs to this component', helpValue: 'NAME' }),
    watch: Flags.boolean({ char: 'w', summary: 'go on with those to come, until Ctrl-C' }),
    warnings: Flags.boolean({ summary: 'only warnings' }),
  };

  protected async work(): Promise<void> {
    const { applicationEvents } = await import('../lib/application-events.ts');
    const { requireApplication } = await import('../lib/applications.ts');
    const client = await this.cluster();
    const { component, watch } = this.flags;
    const asked = { name: this.args.app, namespace: await this.namespace(), component, signal: this.signal };
    const input = { application: await requireApplication(client, asked), component, signal: this.signal };
    const items = (await applicationEvents(client, input)).filter((row) => this.#isWanted(row));
    if (watch && this.out.format === 'json') for (const item of items) await this.#one(item);
    else
      await this.out.list({
        kind: 'EventList',
        items,
        name: objectOf,
        empty: `Nothing is told of ${this.args.app}: events are kept for about an hour.`,
        columns: COLUMNS,
      });
    if (watch) await this.#watch(input);
    else this.next(`capstan status ${this.args.app} --tree`);
  }

  async #watch(input: Parameters<typeof import('../lib/application-events.ts').followEvents>[1]): Promise<void> {
    const { followEvents } = await import('../lib/application-events.ts');
    await followEvents(await this.cluster(), input, (row) => {
      if (this.#isWanted(row)) void this.#one(row);
    });
    // Ctrl-C is how a watch ends; a time limit is told as one.
    if (!this.interrupt.aborted) this.signal.throwIfAborted();
    this.exitCode = EXIT.interrupted;
  }

  #isWanted({ type }: ApplicationEventRow): boolean {
    return !this.flags.warnings || type !== 'Normal';
  }

  /** One line for each event as it comes. */
  async #one(row: ApplicationEventRow): Promise<void> {
    this.out.compact = true;
    if (this.out.forMachines) await this.out.envelope('Event', row);
    else if (this.out.format === 'name') this.out.data([objectOf(row)]);
    else this.out.data([`${formatAge(row.at)}  ${row.type}  ${row.reason}  ${objectOf(row)}  ${row.message}`]);
  }
}

function objectOf({ object }: ApplicationEventRow): string {
  return `${object.kind.toLowerCase()}/${object.name}`;
}
