import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import { count } from '../../lib/words.ts';

export default class CenterAdd extends CapstanCommand<typeof CenterAdd> {
  static override summary = 'record a center: a directory with capability packages';
  static override description =
    'The record is kept in the cluster, for everyone who installs there. A name that is recorded already is replaced.';
  static override examples = [
    { command: 'capstan center add ours ./registry', description: 'packages of your own' },
    {
      command: 'capstan center add ours ./registry --mirror site=./charts',
      description: 'with charts from a directory',
    },
  ];
  static override args = {
    name: Args.string({ required: true, description: 'name of the center' }),
    location: Args.string({ required: true, description: 'directory with index.json' }),
  };
  static override flags = {
    mirror: Flags.string({
      summary: 'directory that is looked at for charts first; may be repeated',
      helpValue: 'NAME=DIRECTORY',
      multiple: true,
    }),
  };

  protected async work(): Promise<void> {
    const { addCenter } = await import('../../lib/centers.ts');
    const client = await this.changingCluster();
    const { name, location } = this.args;
    const { record, packages } = await addCenter(
      client,
      { name, location, mirrors: this.flags.mirror ?? [] },
      this.interrupt,
    );
    await this.out.document({
      kind: 'Center',
      data: record,
      name: `center/${name}`,
      text: () => [`Center ${name} is recorded: ${count(packages, 'package version')} in ${record.location}.`],
    });
    this.next('capstan cap search');
  }
}
