import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../../base-command.ts';

export default class WorkloadShow extends CapstanCommand<typeof WorkloadShow> {
  static override summary = 'what a workload is and where it comes from';
  static override reads = true;
  static override examples = [{ command: 'capstan workload show webservice', description: '' }];
  static override args = { name: Args.string({ required: true, description: 'short or full name of a workload' }) };

  protected async work(): Promise<void> {
    const { showType } = await import('../../lib/show-type.ts');
    const row = await showType(this.args.name, 'workload', await this.cluster(), this.signal);
    const { typeLines } = await import('../../render/type-page.ts');
    await this.out.document({ kind: 'Workload', data: row, name: row.name, text: () => typeLines(row, 'workload') });
    this.next(`capstan explain ${row.name}`);
  }
}
