import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../../base-command.ts';

export default class SandboxAttach extends CapstanCommand<typeof SandboxAttach> {
  static override summary = 'let a process of this machine answer for a Service of the sandbox';
  static override description =
    'The API server sends its calls for the Service (admission and conversion webhooks, aggregated APIs) to that process, until sandbox detach or sandbox reset. ' +
    'HOST:PORT speaks TLS for itself; for http://HOST:PORT the TLS ends at the sandbox, with a certificate that its API server trusts.';
  static override examples = [
    {
      command: 'capstan sandbox attach shop/hooks http://127.0.0.1:8080',
      description: 'a webhook that is being written',
    },
    { command: 'capstan sandbox attach shop/hooks:443 127.0.0.1:9443', description: 'one that brings its certificate' },
  ];
  static override args = {
    service: Args.string({ required: true, description: 'NAMESPACE/SERVICE[:PORT]' }),
    target: Args.string({ required: true, description: 'HOST:PORT or http://HOST:PORT' }),
  };

  protected async work(): Promise<void> {
    const { parseService, parseTarget, serviceLabel, targetLabel } = await import(
      '../../services/sandbox-attachments.ts'
    );
    const { attach } = await import('../../lib/attach.ts');
    const attachment = { ...parseService(this.args.service), ...parseTarget(this.args.target) };
    const { serviceExists } = await attach(attachment);
    const service = serviceLabel(attachment);
    if (!serviceExists)
      this.progress.note(`There is no Service ${service} yet: its calls are forwarded once it exists.`);
    this.progress.close();
    await this.out.document({
      kind: 'SandboxAttachment',
      data: attachment,
      name: `attachment/${service}`,
      text: () => [`Calls for ${service} go to ${targetLabel(attachment)}.`],
    });
    this.next(`capstan sandbox detach ${service}`);
  }
}
