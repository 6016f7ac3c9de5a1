import { describeObject } from '@capstan/base';
import { CapstanCommand } from '../../base-command.ts';
import { count } from '../../lib/words.ts';

const USUAL_LIMIT_MS = 60_000;

export default class SystemInstall extends CapstanCommand<typeof SystemInstall> {
  static override summary = "give a cluster Capstan's kinds";
  static override description =
    'Applies the CRDs of OAM and Capstan, the built-in workloads and the namespace capstan-system. A second run changes nothing.';
  static override examples = [{ command: 'capstan system install --context sandbox', description: 'in the sandbox' }];

  protected async work(): Promise<void> {
    const { installSystem } = await import('../../services/system-install.ts');
    const client = await this.changingCluster();
    const result = await installSystem(client, {
      signal: this.interrupt,
      timeoutMs: this.timeLimitMs(USUAL_LIMIT_MS),
      onProgress: (event) => {
        if (event.type === 'waiting')
          this.progress.update('wait', `waiting until ${count(event.names.length, 'CRD')} are served`);
        else if (event.action !== 'unchanged')
          this.progress.update(
            describeObject(event.reference),
            `${describeObject(event.reference)}  ${event.action}`,
            'done',
          );
        else this.progress.update('wait', 'the CRDs are served', 'done');
      },
    });
    this.progress.close();
    const changed = result.objects.filter(({ action }) => action !== 'unchanged').length;
    await this.out.document({
      kind: 'SystemInstallation',
      data: result,
      name: 'system',
      text: () => [
        result.changed
          ? `Capstan ${result.version} is installed: ${count(changed, 'object')} changed, ${result.objects.length - changed} unchanged.`
          : `Capstan ${result.version} was installed already: nothing changed.`,
      ],
    });
    this.next('capstan cap search', 'capstan system status');
  }
}
