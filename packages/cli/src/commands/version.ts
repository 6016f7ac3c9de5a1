import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';

export default class Version extends CapstanCommand<typeof Version> {
  static override summary = 'versions of Capstan and of the cluster';
  static override reads = true;
  static override examples = [
    { command: 'capstan version --client', description: 'without asking a cluster' },
    { command: 'capstan version -o json', description: 'for scripts' },
  ];
  static override flags = { client: Flags.boolean({ summary: 'only this program; asks no cluster' }) };

  protected async work(): Promise<void> {
    const client = {
      version: this.config.version,
      node: process.versions.node,
      platform: `${process.platform}-${process.arch}`,
    };
    const server = this.flags.client ? undefined : await this.#server();
    await this.out.document({
      kind: 'Version',
      data: { client, ...(server ? { server } : {}) },
      name: `capstan/${client.version}`,
      text: () => [
        `capstan     ${client.version} (Node ${client.node}, ${client.platform})`,
        ...(server ? [`Kubernetes  ${server.version} (context ${server.context})`] : []),
      ],
    });
  }

  async #server(): Promise<{ version: string; context: string }> {
    const client = await this.cluster();
    return { version: (await client.version()).gitVersion, context: client.context.name };
  }
}
