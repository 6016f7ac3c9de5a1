import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import type { TypeRow } from '../../lib/type-rows.ts';

export default class TraitList extends CapstanCommand<typeof TraitList> {
  static override summary = 'list the traits that components may carry';
  static override reads = true;
  static override examples = [
    { command: 'capstan trait list --applies-to webservice', description: 'what fits a kind of component' },
    { command: 'capstan trait list --applies-to webservice --why', description: 'and what does not, with the rule' },
  ];
  static override flags = {
    'applies-to': Flags.string({ summary: 'only those that fit this workload', helpValue: 'WORKLOAD' }),
    why: Flags.boolean({
      summary: 'show the rule that decides, also for those that do not fit',
      dependsOn: ['applies-to'],
    }),
  };

  protected async work(): Promise<void> {
    const workload = this.flags['applies-to'];
    const { verdictLines } = await import('../../render/type-page.ts');
    const items = await this.#rows(workload);
    await this.out.list<TypeRow>({
      kind: 'TraitList',
      items,
      name: (row) => row.name,
      empty: workload === undefined ? 'No traits are installed.' : `No installed trait fits ${workload}.`,
      columns: [
        { header: 'NAME', value: (row) => row.name },
        { header: 'FROM', value: (row) => row.provider },
        { header: 'DEFINITION', value: (row) => row.definition, wide: true },
        ...(workload === undefined
          ? [{ header: 'APPLIES TO', value: (row: TypeRow) => fits(row), flexible: true }]
          : []),
        { header: 'SUMMARY', value: (row: TypeRow) => row.summary, flexible: true },
      ],
      ...(this.flags.why ? { text: (row: TypeRow) => verdictLines(row, this.out.stdout) } : {}),
    });
    const [first] = items;
    this.next(first ? `capstan explain ${first.name}` : 'capstan cap search');
  }

  async #rows(workload: string | undefined): Promise<readonly TypeRow[]> {
    const { clusterTypes } = await import('../../lib/types-catalog.ts');
    const { traitRowsFor, typeRows } = await import('../../lib/type-rows.ts');
    const client = await this.cluster();
    const types = await clusterTypes(client, this.signal);
    if (workload === undefined) return typeRows(types, 'trait');
    const { findType } = await import('../../lib/explain.ts');
    const rows = traitRowsFor(types, await findType(workload, types, client, 'workload'));
    return this.flags.why ? rows : rows.filter(({ applies }) => applies);
  }
}

function fits({ appliesTo, appliesToAll }: TypeRow): string {
  return appliesToAll ? 'all workloads' : appliesTo.join(', ');
}
