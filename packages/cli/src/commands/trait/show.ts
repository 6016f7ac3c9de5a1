import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../../base-command.ts';

export default class TraitShow extends CapstanCommand<typeof TraitShow> {
  static override summary = 'what a trait is and where it comes from';
  static override reads = true;
  static override examples = [{ command: 'capstan trait show autoscale', description: '' }];
  static override args = { name: Args.string({ required: true, description: 'short or full name of a trait' }) };

  protected async work(): Promise<void> {
    const { showType } = await import('../../lib/show-type.ts');
    const row = await showType(this.args.name, 'trait', await this.cluster(), this.signal);
    const { typeLines } = await import('../../render/type-page.ts');
    await this.out.document({ kind: 'Trait', data: row, name: row.name, text: () => typeLines(row, 'trait') });
    this.next(`capstan explain ${row.name}`);
  }
}
