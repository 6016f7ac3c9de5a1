import { dirname, join } from 'node:path';
import { versionLabel } from '@capstan/capability-model';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../../base-command.ts';
import { count, enumerate } from '../../../lib/words.ts';

export default class CapBundleLoad extends CapstanCommand<typeof CapBundleLoad> {
  static override summary = 'check a bundle and record it as a center of this cluster';
  static override description =
    'Every digest is checked, and the signatures that recorded centers or --key ask for. The files stay on this machine.';
  static override examples = [
    { command: 'capstan cap bundle load keda.tar', description: '' },
    { command: 'capstan cap bundle load keda.tar --into /srv/capstan --key cosign.pub', description: '' },
  ];
  static override args = { file: Args.string({ required: true, description: 'file that "cap bundle" wrote' }) };
  static override flags = {
    into: Flags.string({ summary: "folder for the files (default: below the user's data folder)", helpValue: 'DIR' }),
    name: Flags.string({ summary: 'name of the center (default: bundle- and a part of the digest)' }),
    key: Flags.string({
      summary: 'public key that must have signed what the bundle was made from; may be repeated',
      helpValue: 'FILE',
      multiple: true,
    }),
  };

  protected async work(): Promise<void> {
    const { loadBundle } = await import('../../../lib/bundles.ts');
    const client = await this.changingCluster();
    const { into, name, key: keys = [] } = this.flags;
    const loaded = await loadBundle(client, this.args.file, { into, name, keys, signal: this.interrupt });
    const { record, list, digest, signed } = loaded;
    await this.out.document({
      kind: 'BundleLoadResult',
      data: { center: record.name, location: record.location, digest, signed, list },
      name: `center/${record.name}`,
      text: () => [
        `Center ${record.name} is recorded: ${enumerate(list.packages.map((one) => `${one.name} ${versionLabel(one)}`))} in ${record.location}.`,
        ...signed.map(({ center, signedBy }) => `  what it has of center ${center} is signed by ${signedBy}`),
        ...(list.images.length > 0
          ? [
              `  ${count(list.images.length, 'image')} must be in reach; they are listed in ${join(dirname(record.location), 'images.txt')}`,
            ]
          : []),
      ],
    });
    const goals = list.goals.map(({ package: of, range }) => (range === undefined ? of : `${of}@${range}`));
    this.next(
      `capstan cap install ${goals.map((goal) => (/[\s<>|*]/.test(goal) ? `'${goal}'` : goal)).join(' ')} --plan`,
    );
  }
}
