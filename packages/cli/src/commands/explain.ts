import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../base-command.ts';

export default class Explain extends CapstanCommand<typeof Explain> {
  static override summary = 'the fields of a workload, trait or scope';
  static override reads = true;
  static override examples = [
    { command: 'capstan explain autoscale', description: 'what one may write' },
    { command: 'capstan explain autoscale.spec.triggers', description: 'one field of it' },
    { command: 'capstan explain scaledobjects.keda.sh', description: 'by its full name' },
  ];
  static override args = {
    type: Args.string({ required: true, description: 'a type, or a field of it: TYPE[.PATH]' }),
  };

  protected async work(): Promise<void> {
    const { explain } = await import('../lib/explain.ts');
    const { explanationLines } = await import('../render/explanation.ts');
    const { clusterTypes } = await import('../lib/types-catalog.ts');
    const client = await this.cluster();
    const explanation = await explain(this.args.type, await clusterTypes(client, this.signal), client);
    await this.out.document({
      kind: 'Explanation',
      data: explanation,
      name: explanation.type,
      text: () => explanationLines(explanation, this.out.stdout),
    });
    if (explanation.path === 'spec' && explanation.fields.length > 0) {
      const nested = explanation.fields.find(({ type }) => type.includes('object'));
      if (nested) this.next(`capstan explain ${explanation.type}.spec.${nested.name}`);
    }
  }
}
