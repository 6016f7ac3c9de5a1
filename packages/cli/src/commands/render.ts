import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';

export default class Render extends CapstanCommand<typeof Render> {
  static override summary = 'print what an application would be made of';
  static override description =
    'Prints the objects that the operator would apply, in order, as YAML. It changes nothing; --offline needs no cluster.';
  static override reads = true;
  static override examples = [
    { command: 'capstan render -f app.yaml', description: 'with the types of the cluster' },
    { command: 'capstan render -f app.yaml --offline -o json', description: 'without a cluster' },
  ];
  static override flags = {
    file: Flags.string({
      char: 'f',
      summary: 'file to render, - for standard input; may be repeated',
      helpValue: 'FILE',
      multiple: true,
      required: true,
    }),
    offline: Flags.boolean({ summary: 'without a cluster, with the types that come with Capstan' }),
  };

  protected async work(): Promise<void> {
    const { checkApplicationFiles, loadApplicationFiles } = await import('../lib/application-files.ts');
    const { renderApplications } = await import('../lib/render-application.ts');
    const files = await loadApplicationFiles(this.flags.file);
    const given = this.flags.offline ? await this.#offline() : await this.#online();
    await checkApplicationFiles(files, { ...given, signal: this.signal });
    const items = await renderApplications(files, { ...given, log: this.logger });
    if (this.out.forMachines) return this.out.envelope('RenderedObjects', { items });
    if (this.out.format === 'name')
      return this.out.data(items.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`));
    const { stringify } = await import('../services/yaml.ts');
    this.out.data(
      items.map((item) => `---\n${stringify(item, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd()}`),
    );
  }

  async #offline() {
    const { offlineTypes } = await import('../lib/offline-types.ts');
    return { types: await offlineTypes(), namespace: this.flags.namespace ?? 'default' };
  }

  async #online() {
    const { clusterTypes } = await import('../lib/types-catalog.ts');
    const client = await this.cluster();
    return { types: await clusterTypes(client, this.signal), client, namespace: await this.namespace() };
  }
}
