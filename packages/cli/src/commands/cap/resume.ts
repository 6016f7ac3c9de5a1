import type { ResumedOperation, ResumeResult } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import { OperationCommand, operationArgs, operationFlags } from '../../operation-command.ts';

export default class CapResume extends OperationCommand<typeof CapResume> {
  static override summary = 'complete what was begun and not ended, and end a pause';
  static override description =
    'Goes on from the journal in the cluster, with the plan that was recorded; no registry is needed for it. ' +
    'Where the cluster has moved since, a new plan is made for the same goals, and it says so.';
  static override examples = [
    { command: 'capstan cap resume', description: 'everything that is unfinished' },
    { command: 'capstan cap resume keda', description: 'one capability' },
  ];
  static override args = operationArgs;
  static override flags = operationFlags;

  protected async work(): Promise<void> {
    await this.changingCluster();
    const context = await this.centerContext(this.flags.helm);
    const { resumeOperation } = await import('../../services/operations.ts');
    const result = await resumeOperation(context, await this.requestIn(context), await this.executeOptions());
    this.progress.close();
    await this.out.document({
      kind: 'ResumeResult',
      data: result,
      name: [...result.resumed.map(({ subject }) => subject), ...result.unpaused]
        .map((name) => `capability/${name}`)
        .join('\n'),
      text: () => resultLines(result),
    });
    const [first] = result.resumed;
    this.next(first && first.operation !== 'uninstall' ? `capstan cap status ${first.subject}` : 'capstan cap list');
  }
}

function resultLines({ resumed, unpaused }: ResumeResult): string[] {
  if (resumed.length + unpaused.length === 0) return ['Nothing is unfinished, and nothing is paused.'];
  return [...unpaused.map((name) => `${name} is no longer paused.`), ...resumed.flatMap(operationLines)];
}

function operationLines({ operation, subject, replanned, result }: ResumedOperation): string[] {
  const head = `${operation} of ${subject} is complete.`;
  const why = replanned === undefined ? [] : [`  With a new plan: ${replanned}`];
  if ('removed' in result) return [head, ...why, ...result.left.map((line) => `  stays: ${line}`)];
  return [head, ...why, ...result.packages.map((one) => `  ${one.name} ${versionLabel(one)}: ${one.summary}`)];
}
