import type { KubernetesObject } from '@capstan/base';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';

export default class Render extends CapstanCommand<typeof Render> {
  static override summary = 'print what an application would be made of';
  static override description =
    'Prints the objects that the operator would apply, in order, as YAML; with --canonical the application and its components in the one form that Capstan reads all others as. It changes nothing; --offline needs no cluster.';
  static override reads = true;
  static override examples = [
    { command: 'capstan render -f app.yaml', description: 'with the types of the cluster' },
    { command: 'capstan render -f app.yaml --offline -o json', description: 'without a cluster' },
    { command: 'capstan render -f app.yaml --canonical', description: 'how Capstan reads the file' },
  ];
  static override flags = {
    file: Flags.string({
      char: 'f',
      summary: 'file or folder to render, - for standard input; may be repeated',
      helpValue: 'FILE',
      multiple: true,
      required: true,
    }),
    canonical: Flags.boolean({ summary: 'the application and its components in canonical form' }),
    offline: Flags.boolean({ summary: 'without a cluster, with the types that come with Capstan' }),
  };

  protected async work(): Promise<void> {
    const { checkApplicationFiles, loadApplicationFiles } = await import('../lib/application-files.ts');
    const { dialectWarnings } = await import('../lib/dialect-warnings.ts');
    const files = await loadApplicationFiles(this.flags.file);
    const given = this.flags.offline ? await this.#offline() : await this.#online();
    await checkApplicationFiles(files, { ...given, signal: this.signal });
    this.tellWarnings(dialectWarnings(files, given.types));
    if (this.flags.canonical) {
      const { canonicalObjects } = await import('../lib/canonical-application.ts');
      return this.#print('CanonicalObjects', canonicalObjects(files, given.types));
    }
    const { renderApplications } = await import('../lib/render-application.ts');
    const items = await renderApplications(files, { ...given, log: this.logger, signal: this.signal });
    return this.#print('RenderedObjects', items);
  }

  async #print(kind: string, items: readonly KubernetesObject[]): Promise<void> {
    if (this.out.forMachines) return this.out.envelope(kind, { items });
    if (this.out.format === 'name')
      return this.out.data(items.map((item) => `${item.kind.toLowerCase()}/${item.metadata.name}`));
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
