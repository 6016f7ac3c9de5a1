import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../../base-command.ts';
import { enumerate } from '../../lib/words.ts';

export default class CenterRemove extends CapstanCommand<typeof CenterRemove> {
  static override summary = 'remove the record of a center; what was installed from it stays';
  static override examples = [{ command: 'capstan center remove ours', description: '' }];
  static override args = { name: Args.string({ required: true, description: 'name of a recorded center' }) };

  protected async work(): Promise<void> {
    const { removeCenter } = await import('../../lib/centers.ts');
    const { name } = this.args;
    const removed = await removeCenter(await this.changingCluster(), name, this.interrupt);
    const { installed, left } = removed;
    await this.out.document({
      kind: 'CenterRemoval',
      data: removed,
      name: `center/${name}`,
      text: () => [
        `Center ${name} is no longer recorded.`,
        ...(installed.length > 0 ? [`Installed from it, and kept: ${enumerate(installed)}.`] : []),
        ...(left.length === 0 ? ['No center is recorded now: the registry that comes with Capstan is used.'] : []),
      ],
    });
  }
}
