import { CapstanCommand } from '../../base-command.ts';

export default class CapList extends CapstanCommand<typeof CapList> {
  static override summary = 'list the installed capabilities';
  static override reads = true;
  static override examples = [{ command: 'capstan cap list -o json', description: 'for scripts' }];

  protected async work(): Promise<void> {
    const { listInstalled } = await import('../../services/installed.ts');
    const client = await this.cluster();
    const items = await listInstalled({ client });
    await this.out.list({
      kind: 'CapabilityList',
      items,
      name: (row) => `capability/${row.name}`,
      empty: `No capability is installed in context ${client.context.name}.`,
      columns: [
        { header: 'NAME', value: (row) => row.name },
        { header: 'VERSION', value: (row) => row.version },
        { header: 'STATE', value: (row) => row.phase, state: true },
        { header: 'ASKED FOR', value: (row) => (row.goal ? 'yes' : 'needed by another'), wide: true },
        { header: 'CHART', value: (row) => (row.standIn ? 'stand-in' : 'upstream') },
        { header: 'MESSAGE', value: (row) => row.message, flexible: true },
      ],
    });
    const [first] = items;
    this.next(first ? `capstan cap status ${first.name}` : 'capstan cap search');
  }
}
