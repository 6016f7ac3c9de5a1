import { EXIT } from '@capstan/base';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';
import { shellQuote } from '../lib/words.ts';

export default class Diff extends CapstanCommand<typeof Diff> {
  static override summary = 'what applying files would change';
  static override description =
    'Compares the files, and what the operator would make of them, with the cluster, field by field. Exit code 0 means no difference, 1 differences, 2 or more an error. What is in Secrets is not shown. It changes nothing.';
  static override reads = true;
  static override failedAs = EXIT.usage;
  static override examples = [
    { command: 'capstan diff -f app.yaml', description: 'field by field' },
    { command: 'capstan diff -f app.yaml -o name', description: 'only what differs' },
  ];
  static override flags = {
    file: Flags.string({
      char: 'f',
      summary: 'file or folder to compare, - for standard input; may be repeated',
      helpValue: 'FILE',
      multiple: true,
      required: true,
    }),
  };

  protected async work(): Promise<void> {
    const { prepareFiles } = await import('../lib/prepare-files.ts');
    const { planChanges } = await import('../changes/plan.ts');
    const { changesNothing } = await import('../changes/model.ts');
    const { printPlan } = await import('../lib/print-plan.ts');
    const { requireSystem } = await import('../lib/types-catalog.ts');
    const client = await this.cluster();
    await requireSystem(client);
    const prepared = await prepareFiles(client, {
      files: this.flags.file,
      namespace: await this.namespace(),
      namespaceGiven: this.flags.namespace !== undefined,
      signal: this.signal,
    });
    this.tellWarnings(prepared.warnings);
    const plan = await planChanges({ client, ...prepared, log: this.logger, signal: this.signal });
    await printPlan(this.out, plan);
    if (changesNothing(plan)) return;
    this.exitCode = EXIT.failed;
    this.next(`capstan up ${this.flags.file.map((file) => `-f ${shellQuote(file)}`).join(' ')}`);
  }
}
