import type { InstalledCapability } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import type { ListedCapability } from '../../lib/listed-capabilities.ts';
import type { Column } from '../../render/table.ts';

export default class CapList extends CapstanCommand<typeof CapList> {
  static override summary = 'list the installed capabilities, also those installed by hand';
  static override reads = true;
  static override examples = [
    { command: 'capstan cap list -o json', description: 'for scripts' },
    { command: 'capstan cap list --updates', description: 'with the newest version that runs here' },
  ];
  static override flags = { updates: Flags.boolean({ summary: 'look for newer versions in the centers' }) };

  protected async work(): Promise<void> {
    const { updates } = this.flags;
    const client = await this.cluster();
    const items = await this.#items();
    await this.out.list<ListedCapability>({
      kind: 'CapabilityList',
      items,
      name: (row) => `capability/${row.name}`,
      empty: `No capability is installed in context ${client.context.name}.`,
      columns: [
        { header: 'NAME', value: (row) => row.name },
        { header: 'VERSION', value: (row) => versionLabel(row) },
        ...(updates ? UPDATE_COLUMNS : []),
        { header: 'STATE', value: (row) => row.phase, state: true },
        { header: 'ASKED FOR', value: (row) => (row.goal ? 'yes' : 'needed by another'), wide: true },
        { header: 'CHART', value: chartOf },
        { header: 'MESSAGE', value: (row) => row.message, flexible: true },
      ],
    });
    this.next(...nextSteps(items));
  }

  /** What is installed; the centers are asked only for newer versions, and where something was installed by hand. */
  async #items(): Promise<readonly ListedCapability[]> {
    const { listInstalled } = await import('../../services/installed.ts');
    const client = await this.cluster();
    const { updates } = this.flags;
    const { hasForeignReleases } = await import('../../lib/foreign-releases.ts');
    const [rows, foreign] = await Promise.all([
      listInstalled({ client }),
      updates || hasForeignReleases(client, this.signal),
    ]);
    if (!foreign) return rows satisfies readonly InstalledCapability[];
    const { listedCapabilities } = await import('../../lib/listed-capabilities.ts');
    const { items, warnings } = await listedCapabilities(client, rows, { updates, signal: this.signal });
    if (updates) this.out.note(...warnings);
    return items;
  }
}

const UPDATE_COLUMNS: readonly Column<ListedCapability>[] = [
  { header: 'NEWEST', value: (row) => row.update?.version ?? (row.newest === undefined ? undefined : 'up to date') },
  { header: 'NOTE', value: (row) => row.update?.note, wide: true },
];

function nextSteps(items: readonly ListedCapability[]): string[] {
  const update = items.find((one) => one.update !== undefined && one.phase !== 'unmanaged');
  if (update) return [`capstan cap upgrade ${update.name} --plan`];
  const [first] = items;
  if (!first) return ['capstan cap search'];
  const byHand = items.find(({ phase, next }) => phase === 'unmanaged' && next !== undefined);
  return [
    ...(first.phase === 'unmanaged' ? [] : [`capstan cap status ${first.name}`]),
    ...(byHand ? [`capstan cap install ${byHand.name} --adopt --plan`] : []),
  ];
}

/** Where the charts of a package come from; unknown where its record was deleted. */
function chartOf({ standIn }: ListedCapability): string {
  if (standIn === undefined) return '-';
  return standIn ? 'stand-in' : 'upstream';
}
