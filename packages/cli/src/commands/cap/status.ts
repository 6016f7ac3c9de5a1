import { EXIT } from '@capstan/base';
import type { CapabilityReport } from '@capstan/capability-center';
import { versionLabel } from '@capstan/capability-model';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import { renderTable } from '../../render/table.ts';

export default class CapStatus extends CapstanCommand<typeof CapStatus> {
  static override summary = 'how an installed capability does, check by check';
  static override reads = true;
  static override examples = [
    { command: 'capstan cap status keda', description: '' },
    { command: 'capstan cap status keda --exit-code', description: 'exit 7 unless it is ready' },
  ];
  static override args = { name: Args.string({ required: true, description: 'name of an installed capability' }) };
  static override flags = { 'exit-code': Flags.boolean({ summary: 'exit 7 unless it is ready' }) };

  protected async work(): Promise<void> {
    const { capabilityStatus } = await import('../../services/capability-status.ts');
    const client = await this.cluster();
    const command = (words: string) => this.reach.command(`capstan ${words}`);
    const report = await this.withPackage(this.args.name, (name) => capabilityStatus({ client, command }, name));
    await this.out.document({
      kind: 'CapabilityStatus',
      data: report,
      name: `capability/${report.name}`,
      text: () => this.#lines(report),
    });
    if (this.flags['exit-code'] && report.phase !== 'Ready') this.exitCode = EXIT.degraded;
    this.next(...report.next);
  }

  #lines({ name, phase, summary, standIn, checks, ...id }: CapabilityReport): string[] {
    const columns = [
      { header: 'CHECK', value: (check: (typeof checks)[number]) => check.source },
      { header: 'RESULT', value: (check: (typeof checks)[number]) => check.result, state: true },
      {
        header: 'MESSAGE',
        value: (check: (typeof checks)[number]) =>
          [check.message, check.result === 'failed' ? check.meaning : undefined].filter(Boolean).join('; '),
        flexible: true,
      },
    ];
    return [
      `${name} ${versionLabel(id)}  ${summary.startsWith(phase) ? summary : `${phase}: ${summary}`}`,
      ...(standIn ? ['Its chart is a stand-in: it has the objects of the real one, nothing runs.'] : []),
      ...(checks.length > 0 ? ['', ...renderTable(checks, columns, { terminal: this.out.stdout })] : []),
    ];
  }
}
