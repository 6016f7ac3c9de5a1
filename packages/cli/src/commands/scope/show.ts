import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../../base-command.ts';

export default class ScopeShow extends CapstanCommand<typeof ScopeShow> {
  static override summary = 'what a scope is and where it comes from';
  static override reads = true;
  static override examples = [{ command: 'capstan scope show healthscope', description: '' }];
  static override args = { name: Args.string({ required: true, description: 'short or full name of a scope' }) };

  protected async work(): Promise<void> {
    const { showType } = await import('../../lib/show-type.ts');
    const row = await showType(this.args.name, 'scope', await this.cluster(), this.signal);
    const { typeLines } = await import('../../render/type-page.ts');
    await this.out.document({ kind: 'Scope', data: row, name: row.name, text: () => typeLines(row, 'scope') });
    this.next(`capstan explain ${row.name}`);
  }
}
