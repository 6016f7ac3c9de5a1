import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';
import { formatAge } from '../lib/duration.ts';
import { shellQuote } from '../lib/words.ts';

export default class History extends CapstanCommand<typeof History> {
  static override summary = 'the revisions of the components of an application';
  static override description =
    'A component gets a revision with each change of its spec. The list says which ones run, and what each of them changed.';
  static override reads = true;
  static override examples = [
    { command: 'capstan history shop', description: 'of all components' },
    { command: 'capstan history shop -c web -o json', description: 'of one, with every changed field' },
  ];
  static override args = { app: Args.string({ required: true, description: 'name of the application' }) };
  static override flags = {
    component: Flags.string({ char: 'c', summary: 'only this component', helpValue: 'NAME' }),
  };

  protected async work(): Promise<void> {
    const { entriesOf, requireApplication } = await import('../lib/applications.ts');
    const { readRevisions } = await import('../history/revisions.ts');
    const { componentNameOf } = await import('../services/names.ts');
    const { changeSummary } = await import('../render/changes.ts');
    const { app } = this.args;
    const client = await this.cluster();
    const namespace = await this.namespace();
    const { component } = this.flags;
    const application = await requireApplication(client, { name: app, namespace, component, signal: this.signal });
    const wanted = new Set(entriesOf(application, component).map(componentNameOf));
    const read = await readRevisions(client, application, this.signal);
    const rows = read.rows.filter((row) => wanted.has(row.component));
    await this.out.list({
      kind: 'RevisionList',
      items: rows,
      name: ({ revision }) => `revision/${revision}`,
      empty: `The components of ${app} have no revisions yet.`,
      columns: [
        { header: 'COMPONENT', value: (row) => row.component },
        { header: 'NUMBER', value: (row) => row.number },
        { header: 'REVISION', value: (row) => row.revision, wide: true },
        { header: 'STATE', value: (row) => stateOf(row) },
        { header: 'AGE', value: (row) => formatAge(row.createdAt) },
        { header: 'CHANGE', value: (row) => (row.changes ? changeSummary(row.changes) : ''), flexible: true },
      ],
    });
    const back = rows.findLast(
      (row, index) => !row.runs && rows[index + 1]?.runs && rows[index + 1]?.component === row.component,
    );
    if (back) {
      const line = `capstan rollback ${shellQuote(app)} -c ${back.component} --to ${back.number}`;
      this.next(`${line}`);
    }
  }
}

function stateOf(row: { runs: boolean; retained: boolean; pinned: boolean; latest: boolean }): string {
  const words = [row.runs ? 'runs' : '', row.retained ? 'still there' : '', row.pinned ? 'pinned' : ''];
  return words.filter((word) => word !== '').join(', ') || (row.latest ? 'newest' : '');
}
