import { CapstanCommand } from '../../base-command.ts';

export default class SandboxReset extends CapstanCommand<typeof SandboxReset> {
  static override summary = 'stop the sandbox and delete everything in it';
  static override examples = [{ command: 'capstan sandbox reset --yes', description: 'without a question' }];

  protected async work(): Promise<void> {
    const { resetSandbox, sandboxStatus } = await import('../../services/sandbox-lifecycle.ts');
    const { phase, directory } = await sandboxStatus();
    if (phase === 'absent') return this.out.note('There is no sandbox: nothing to delete.');
    await this.confirm(`Delete the sandbox in ${directory} with all its data?`);
    const { stopOperatorProcess } = await import('../../lib/operator-process.ts');
    await stopOperatorProcess();
    await resetSandbox();
    await this.out.document({
      kind: 'SandboxReset',
      data: { directory },
      name: 'sandbox',
      text: () => ['The sandbox is deleted.'],
    });
    this.next('capstan sandbox start');
  }
}
