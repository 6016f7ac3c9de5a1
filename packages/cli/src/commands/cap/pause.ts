import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../../base-command.ts';

export default class CapPause extends CapstanCommand<typeof CapPause> {
  static override summary = 'leave an installed capability as it is';
  static override description =
    'Until capstan cap resume no plan changes it and the operator does not heal it. Its programs go on running.';
  static override examples = [{ command: 'capstan cap pause keda', description: '' }];
  static override args = { name: Args.string({ required: true, description: 'name of an installed capability' }) };

  protected async work(): Promise<void> {
    const client = await this.changingCluster();
    const { pauseInstall } = await import('../../services/operations.ts');
    const { requireInstalled } = await import('../../lib/require-installed.ts');
    const { name } = await this.withPackage(this.args.name, (word) => requireInstalled(client, word));
    await pauseInstall({ client }, name);
    await this.out.document({
      kind: 'PauseResult',
      data: { name, paused: true },
      name: `capability/${name}`,
      text: () => [`${name} is paused: it stays as it is.`],
    });
    this.next(`capstan cap resume ${name}`);
  }
}
