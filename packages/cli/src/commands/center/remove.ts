import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../../base-command.ts';

export default class CenterRemove extends CapstanCommand<typeof CenterRemove> {
  static override summary = 'remove the record of a center; what was installed from it stays';
  static override examples = [{ command: 'capstan center remove ours', description: '' }];
  static override args = { name: Args.string({ required: true, description: 'name of a recorded center' }) };

  protected async work(): Promise<void> {
    const { removeCenter } = await import('../../lib/centers.ts');
    const { name } = this.args;
    await removeCenter(await this.changingCluster(), name, this.interrupt);
    await this.out.document({
      kind: 'CenterRemoval',
      data: { name },
      name: `center/${name}`,
      text: () => [`Center ${name} is no longer recorded.`],
    });
  }
}
