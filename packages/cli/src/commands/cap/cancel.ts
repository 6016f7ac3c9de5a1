import type { CancelledOperation } from '@capstan/capability-center';
import { OperationCommand, operationArgs, operationFlags } from '../../operation-command.ts';

export default class CapCancel extends OperationCommand<typeof CapCancel> {
  static override summary = 'give an operation up and go back to the state before it';
  static override description =
    'One that another process carries out is asked to stop at its next step. What it installed is removed, what it changed is put back; ' +
    'what cannot go back is named.';
  static override examples = [
    { command: 'capstan cap cancel keda', description: 'one capability' },
    { command: 'capstan cap cancel --yes', description: 'everything that is unfinished' },
  ];
  static override args = operationArgs;
  static override flags = operationFlags;

  protected async work(): Promise<void> {
    const client = await this.changingCluster();
    const context = await this.centerContext(this.flags.helm);
    const { cancelOperation } = await import('../../services/operations.ts');
    const request = await this.requestIn(context);
    const { package: name } = request;
    const what = name === undefined ? 'everything that is unfinished' : `the operation on ${name}`;
    await this.confirm(`Give up ${what} in context ${client.context.name} and go back?`);
    const { cancelled } = await cancelOperation(context, request, await this.executeOptions());
    this.progress.close();
    await this.out.document({
      kind: 'CancelResult',
      data: { cancelled },
      name: cancelled.map(({ subject }) => `capability/${subject}`).join('\n'),
      text: () =>
        cancelled.length === 0 ? ['Nothing is under way, and nothing is unfinished.'] : cancelled.flatMap(lines),
    });
    this.next('capstan cap list');
  }
}

function lines({ operation, subject, restored, removed, left }: CancelledOperation): string[] {
  return [
    `${operation} of ${subject} is given up.`,
    ...restored.map((one) => `  as before: ${one.package} ${one.version}`),
    ...removed.map((name) => `  gone again: ${name}`),
    ...left.map((line) => `  stays: ${line}`),
  ];
}
