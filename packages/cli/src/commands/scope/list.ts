import { CapstanCommand } from '../../base-command.ts';

export default class ScopeList extends CapstanCommand<typeof ScopeList> {
  static override summary = 'list the scopes that components may be in';
  static override reads = true;
  static override examples = [{ command: 'capstan scope list', description: '' }];

  protected async work(): Promise<void> {
    const { clusterTypes } = await import('../../lib/types-catalog.ts');
    const { typeRows } = await import('../../lib/type-rows.ts');
    const items = typeRows(await clusterTypes(await this.cluster(), this.signal), 'scope');
    await this.out.list({
      kind: 'ScopeList',
      items,
      name: (row) => row.name,
      empty: 'There are no scopes.',
      columns: [
        { header: 'NAME', value: (row) => row.name },
        { header: 'FROM', value: (row) => row.provider },
        { header: 'DEFINITION', value: (row) => row.definition, wide: true },
        { header: 'PER COMPONENT', value: (row) => (row.overlaps ? 'any number' : 'one') },
        { header: 'SUMMARY', value: (row) => row.summary, flexible: true },
      ],
    });
    const [first] = items;
    if (first) this.next(`capstan scope show ${first.name}`, `capstan explain ${first.name}`);
  }
}
