import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';
import { count, shellQuote } from '../lib/words.ts';

export default class Validate extends CapstanCommand<typeof Validate> {
  static override summary = 'check application files without changing anything';
  static override reads = true;
  static override examples = [
    { command: 'capstan validate -f app.yaml', description: 'against the types of the cluster' },
    { command: 'capstan validate -f app.yaml --offline', description: 'against the types that come with Capstan' },
  ];
  static override flags = {
    file: Flags.string({
      char: 'f',
      summary: 'file or folder to check, - for standard input; may be repeated',
      helpValue: 'FILE',
      multiple: true,
      required: true,
    }),
    offline: Flags.boolean({ summary: 'without a cluster' }),
  };

  protected async work(): Promise<void> {
    const { checkApplicationFiles, loadApplicationFiles } = await import('../lib/application-files.ts');
    const { dialectWarnings } = await import('../lib/dialect-warnings.ts');
    const loaded = await loadApplicationFiles(this.flags.file);
    const given = this.flags.offline ? await this.#offline() : await this.#online();
    await checkApplicationFiles(loaded, given);
    const { checkByPlugins } = await import('../lib/render-application.ts');
    await checkByPlugins(loaded, { ...given, log: this.logger });
    const { documents, applications, components } = loaded;
    const warnings = dialectWarnings(loaded, given.types);
    this.tellWarnings(warnings);
    await this.out.document({
      kind: 'Validation',
      data: {
        valid: true,
        files: loaded.files,
        applications: applications.length,
        components: components.length,
        warnings,
      },
      name: loaded.files.join('\n'),
      text: () => [`${loaded.files.join(', ')}: ${count(documents.length, 'object')}, valid`],
    });
    if (applications.length > 0)
      this.next(`capstan up ${this.flags.file.map((file) => `-f ${shellQuote(file)}`).join(' ')}`);
  }

  async #offline() {
    const { offlineTypes } = await import('../lib/offline-types.ts');
    return { types: await offlineTypes(), namespace: this.flags.namespace ?? 'default', signal: this.signal };
  }

  async #online() {
    const { clusterTypes } = await import('../lib/types-catalog.ts');
    const client = await this.cluster();
    return {
      types: await clusterTypes(client, this.signal),
      client,
      namespace: await this.namespace(),
      signal: this.signal,
    };
  }
}
