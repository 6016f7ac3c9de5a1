import { messageOf } from '@capstan/base';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';
import { parseDuration } from '../lib/duration.ts';

const duration = Flags.custom<number>({ parse: async (text) => parseDuration(text) });

export default class Logs extends CapstanCommand<typeof Logs> {
  static override summary = 'what the containers of an application write';
  static override description =
    'Each line begins with its pod where there is more than one. On a cluster that simulates its pods there are no logs, and the command says so.';
  static override examples = [
    { command: 'capstan logs shop', description: 'all components' },
    { command: 'capstan logs shop -c web --follow', description: 'one component, as it goes on' },
    { command: 'capstan logs shop --tail 20 --since 5m', description: 'the end of it' },
  ];
  static override args = { app: Args.string({ required: true, description: 'name of the application' }) };
  static override flags = {
    component: Flags.string({ char: 'c', summary: 'only this component', helpValue: 'NAME' }),
    follow: Flags.boolean({ char: 'f', summary: 'go on until Ctrl-C' }),
    previous: Flags.boolean({ char: 'p', summary: 'of the containers before their last restart' }),
    tail: Flags.integer({ summary: 'this many lines of each container', helpValue: 'LINES', min: 0 }),
    since: duration({ summary: 'only newer lines, for instance 5m', helpValue: 'TIME' }),
    timestamps: Flags.boolean({ summary: 'with the time of each line' }),
  };

  protected async work(): Promise<void> {
    const { logSources, printLogs } = await import('../lib/application-logs.ts');
    const { requireApplication } = await import('../lib/applications.ts');
    const { app } = this.args;
    const { component, tail, since, follow, previous, timestamps } = this.flags;
    const client = await this.cluster();
    const namespace = await this.namespace();
    const application = await requireApplication(client, { name: app, namespace, component, signal: this.signal });
    const sources = await logSources(client, {
      application,
      component,
      signal: this.signal,
    });
    const pods = new Set(sources.map(({ pod }) => pod));
    const many = pods.size > 1 || sources.length > pods.size;
    const failures = await printLogs(client, sources, {
      follow,
      previous,
      timestamps,
      ...(tail === undefined ? {} : { tailLines: tail }),
      ...(since === undefined ? {} : { sinceSeconds: Math.max(1, Math.round(since / 1000)) }),
      signal: this.signal,
      onLine: (source, line) => {
        if (this.out.format === 'json') this.out.data([JSON.stringify({ ...source, line })]);
        else
          this.out.data([
            many ? `[${source.pod}${pods.size < sources.length ? `/${source.container}` : ''}] ${line}` : line,
          ]);
      },
    });
    for (const { source, error } of failures) this.out.note(`${source.pod}/${source.container}: ${messageOf(error)}`);
    this.signal.throwIfAborted();
  }
}
