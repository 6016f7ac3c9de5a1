import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import { count } from '../../lib/words.ts';

export default class CenterAdd extends CapstanCommand<typeof CenterAdd> {
  static override summary = 'record a center: where capability packages come from';
  static override description =
    'A center is a directory, a folder on a web server or an artifact in an OCI registry. It is read whole before it is ' +
    'recorded. The record is kept in the cluster, for everyone who installs there; a name that is recorded already is replaced.';
  static override examples = [
    { command: 'capstan center add ours ./registry', description: 'packages of your own' },
    { command: 'capstan center add ours https://packages.example.org/capstan', description: 'from a web server' },
    {
      command: 'capstan center add ours oci://registry.example.org/capstan/packages --key cosign.pub',
      description: 'from an OCI registry, only if it is signed with this key',
    },
    {
      command:
        'capstan center add ours ./registry --mirror https://kedacore.github.io/charts=oci://registry.example.org/charts',
      description: 'with charts from elsewhere',
    },
  ];
  static override args = {
    name: Args.string({ required: true, description: 'name of the center' }),
    location: Args.string({
      required: true,
      description: 'directory with index.json, or http(s):// or oci:// address',
    }),
  };
  static override flags = {
    mirror: Flags.string({
      summary:
        'take charts of addresses that begin with FROM from TO; NAME=DIRECTORY looks there first. May be repeated',
      helpValue: 'FROM=TO',
      multiple: true,
    }),
    priority: Flags.integer({ summary: 'higher goes first where centers offer the same version (default 0)' }),
    key: Flags.string({
      summary: 'public key that must have signed the center (cosign-compatible); may be repeated',
      helpValue: 'FILE',
      multiple: true,
    }),
    'credentials-from': Flags.string({
      summary: 'where the credentials are: a Secret, or the variables PREFIX_USERNAME and PREFIX_PASSWORD',
      helpValue: 'secret:NS/NAME|env:PREFIX',
    }),
    'plain-http': Flags.boolean({ summary: 'speak HTTP without TLS to the OCI registry' }),
  };

  protected async work(): Promise<void> {
    const { addCenter } = await import('../../lib/centers.ts');
    const client = await this.changingCluster();
    const { name, location } = this.args;
    const {
      mirror = [],
      key = [],
      priority,
      'credentials-from': credentialsFrom,
      'plain-http': plainHttp,
    } = this.flags;
    const words = { name, location, mirrors: mirror, keys: key, priority, credentialsFrom, plainHttp };
    const { record, packages, source, keptBundled } = await addCenter(client, words, this.interrupt);
    const signed = source.signedBy === undefined ? '' : `, signed by ${source.signedBy}`;
    if (keptBundled) this.out.note('The registry that comes with Capstan stays, as center capstan.');
    await this.out.document({
      kind: 'Center',
      data: { ...record, packages, digest: source.digest, ...(signed ? { signedBy: source.signedBy } : {}) },
      name: `center/${name}`,
      text: () => [`Center ${name} is recorded: ${count(packages, 'package version')} in ${record.location}${signed}.`],
    });
    this.next('capstan cap search');
  }
}
