import { CapstanCommand } from '../../base-command.ts';

export default class CenterList extends CapstanCommand<typeof CenterList> {
  static override summary = 'list the centers of a cluster';
  static override reads = true;
  static override examples = [{ command: 'capstan center list', description: '' }];

  protected async work(): Promise<void> {
    const { listCenters } = await import('../../lib/centers.ts');
    const items = await listCenters(await this.cluster(), this.signal);
    await this.out.list({
      kind: 'CenterList',
      items,
      name: (row) => `center/${row.name}`,
      empty: 'There are no centers.',
      columns: [
        { header: 'NAME', value: (row) => row.name },
        { header: 'TYPE', value: (row) => row.type },
        { header: 'LOCATION', value: (row) => row.location, flexible: true },
        { header: 'MIRRORS', value: (row) => row.mirrors.map(({ name }) => name).join(', ') },
      ],
    });
  }
}
