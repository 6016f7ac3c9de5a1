import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../../base-command.ts';

export default class SandboxDetach extends CapstanCommand<typeof SandboxDetach> {
  static override summary = 'end what sandbox attach began: the sandbox answers for the Service again';
  static override examples = [{ command: 'capstan sandbox detach shop/hooks', description: '' }];
  static override args = {
    service: Args.string({ required: true, description: 'NAMESPACE/SERVICE[:PORT], as it was attached' }),
  };

  protected async work(): Promise<void> {
    const { detachService, parseService, serviceLabel } = await import('../../services/sandbox-attachments.ts');
    const service = parseService(this.args.service);
    const detached = await detachService(service);
    const label = serviceLabel(service);
    await this.out.document({
      kind: 'SandboxDetachment',
      data: { ...service, detached },
      name: `attachment/${label}`,
      text: () => [detached ? `${label} is detached.` : `${label} was not attached.`],
    });
    if (!detached) this.next('capstan sandbox status');
  }
}
