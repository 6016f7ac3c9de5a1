import { CapstanCommand } from '../../base-command.ts';

export default class WorkloadList extends CapstanCommand<typeof WorkloadList> {
  static override summary = 'list the kinds of components';
  static override reads = true;
  static override examples = [{ command: 'capstan workload list', description: '' }];

  protected async work(): Promise<void> {
    const { clusterTypes } = await import('../../lib/types-catalog.ts');
    const { typeRows } = await import('../../lib/type-rows.ts');
    const items = typeRows(await clusterTypes(await this.cluster(), this.signal), 'workload');
    await this.out.list({
      kind: 'WorkloadList',
      items,
      name: (row) => row.name,
      empty: 'There are no workloads.',
      columns: [
        { header: 'NAME', value: (row) => row.name },
        { header: 'FROM', value: (row) => row.provider },
        { header: 'DEFINITION', value: (row) => row.definition, wide: true },
        { header: 'MAKES', value: (row) => row.makes.join(', ') },
        { header: 'SUMMARY', value: (row) => row.summary, flexible: true },
      ],
    });
    const [first] = items;
    if (first) this.next(`capstan explain ${first.name}`, `capstan trait list --applies-to ${first.name}`);
  }
}
