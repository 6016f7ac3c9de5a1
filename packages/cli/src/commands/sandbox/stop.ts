import { CapstanCommand } from '../../base-command.ts';
import { count } from '../../lib/words.ts';

export default class SandboxStop extends CapstanCommand<typeof SandboxStop> {
  static override summary = 'stop the sandbox and keep its data';
  static override examples = [{ command: 'capstan sandbox stop', description: '' }];

  protected async work(): Promise<void> {
    const { stopSandbox } = await import('../../services/sandbox-lifecycle.ts');
    const { stopOperatorProcess } = await import('../../lib/operator-process.ts');
    const operator = await stopOperatorProcess();
    const { stopped } = await stopSandbox();
    const processes = [...(operator ? ['operator'] : []), ...stopped];
    await this.out.document({
      kind: 'SandboxStop',
      data: { stopped: processes },
      name: 'sandbox',
      text: () =>
        processes.length === 0
          ? ['The sandbox was not running.']
          : [`The sandbox is stopped (${count(processes.length, 'process', 'processes')}). Its data is kept.`],
    });
    if (processes.length > 0) this.next('capstan sandbox start', 'capstan sandbox reset');
  }
}
