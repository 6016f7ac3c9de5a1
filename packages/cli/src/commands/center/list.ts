import { CapstanCommand } from '../../base-command.ts';

export default class CenterList extends CapstanCommand<typeof CenterList> {
  static override summary = 'list the centers of a cluster, in the order in which they are asked';
  static override description =
    'AGE is how long ago a center on another machine was read by this one; "center sync" reads it again.';
  static override reads = true;
  static override examples = [
    { command: 'capstan center list', description: '' },
    { command: 'capstan center list -o wide', description: 'with mirrors, credentials and keys' },
  ];

  protected async work(): Promise<void> {
    const { listCenters } = await import('../../lib/centers.ts');
    const { centerRow } = await import('../../render/centers.ts');
    const items = (await listCenters(await this.cluster(), this.signal)).map(centerRow);
    await this.out.list({
      kind: 'CenterList',
      items,
      name: (row) => `center/${row.name}`,
      empty: 'There are no centers.',
      columns: [
        { header: 'NAME', value: (row) => row.name },
        { header: 'TYPE', value: (row) => row.type },
        { header: 'PACKAGES', value: (row) => (row.problem ? 'unreadable' : String(row.packages ?? '-')) },
        { header: 'AGE', value: (row) => row.age ?? '-' },
        { header: 'LOCATION', value: (row) => row.location, flexible: true },
        { header: 'PRIORITY', value: (row) => String(row.priority ?? 0), wide: true },
        { header: 'KEYS', value: (row) => String(row.verify?.keys.length ?? '-'), wide: true },
        { header: 'CREDENTIALS', value: (row) => row.credentialsFrom ?? '-', wide: true },
        { header: 'MIRRORS', value: (row) => row.mirrors.map(({ name }) => name).join(', ') || '-', wide: true },
      ],
    });
    for (const { problem } of items) if (problem) this.out.note(`warning: ${problem}`);
  }
}
