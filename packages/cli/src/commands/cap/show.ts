import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import type { OfferedVersion } from '../../lib/search.ts';
import { type Column, renderTable } from '../../render/table.ts';

export default class CapShow extends CapstanCommand<typeof CapShow> {
  static override summary = 'what a capability package is and brings';
  static override reads = true;
  static override examples = [
    { command: 'capstan cap show keda', description: 'the newest version that runs here' },
    { command: 'capstan cap show keda --versions', description: 'every version' },
    { command: 'capstan cap show keda --rbac', description: 'the rights that it asks for' },
  ];
  static override args = { name: Args.string({ required: true, description: 'name of a package' }) };
  static override flags = {
    versions: Flags.boolean({ summary: 'every version, newest first', exclusive: ['schema', 'rbac'] }),
    schema: Flags.boolean({ summary: 'JSON Schema of its values', exclusive: ['versions', 'rbac'] }),
    rbac: Flags.boolean({ summary: 'the rights that its programs get', exclusive: ['versions', 'schema'] }),
  };

  protected async work(): Promise<void> {
    const { showPackage } = await import('../../lib/search.ts');
    const note = (line: string) => this.out.note(line);
    const shown = await showPackage(await this.cluster(), this.args.name, { note, signal: this.signal });
    const { metadata, center, digest } = shown.entry;
    const { packageLines, rightsLines } = await import('../../render/package-page.ts');
    await this.out.document({
      kind: 'CapabilityPackage',
      data: {
        name: metadata.name,
        center,
        digest,
        versions: shown.versions,
        offers: shown.offers,
        ...(shown.installed ? { installed: shown.installed } : {}),
        package: metadata,
      },
      name: `capability/${metadata.name}`,
      text: (format) => {
        if (this.flags.versions)
          return renderTable(shown.offers, VERSION_COLUMNS, { terminal: this.out.stdout, wide: format === 'wide' });
        if (this.flags.schema) return [JSON.stringify(metadata.config.schema ?? {}, undefined, 2)];
        return this.flags.rbac ? rightsLines(metadata) : packageLines(shown, this.out.stdout);
      },
    });
    if (shown.installed === undefined) this.next(`capstan cap install ${metadata.name} --plan`);
    else this.next(`capstan cap status ${metadata.name}`);
  }
}

const VERSION_COLUMNS: readonly Column<OfferedVersion>[] = [
  { header: 'VERSION', value: (row) => row.version },
  { header: 'STATUS', value: (row) => (row.installed ? 'installed' : row.runsHere ? undefined : 'does not run here') },
  { header: 'KUBERNETES', value: (row) => row.kubernetes },
  { header: 'CHANNEL', value: (row) => row.channels.join(', ') },
  { header: 'LIFECYCLE', value: (row) => row.lifecycle, flexible: true },
  { header: 'CENTER', value: (row) => row.center, wide: true },
  { header: 'DIGEST', value: (row) => row.digest, wide: true },
];
