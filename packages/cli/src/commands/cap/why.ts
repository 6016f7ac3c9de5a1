import type { WhyReport } from '@capstan/capability-center';
import * as Args from '@oclif/core/args';
import { CapstanCommand } from '../../base-command.ts';

export default class CapWhy extends CapstanCommand<typeof CapWhy> {
  static override summary = 'why a capability is installed: who asked for it, and who needs it';
  static override reads = true;
  static override examples = [{ command: 'capstan cap why keda', description: '' }];
  static override args = { name: Args.string({ required: true, description: 'name of an installed capability' }) };

  protected async work(): Promise<void> {
    const { readStanding, requireStanding } = await import('../../lib/standing.ts');
    const { whyInstalled } = await import('../../services/why.ts');
    const standing = await readStanding(await this.cluster(), this.signal);
    this.out.note(...standing.warnings);
    const name = await this.withPackage(this.args.name, async (word) => requireStanding(standing, word));
    const report = whyInstalled(standing.question, name);
    const { whyLines } = await import('../../render/why.ts');
    await this.out.document({
      kind: 'WhyReport',
      data: report,
      name: `capability/${name}`,
      text: () => whyLines(report, this.out.stdout),
    });
    this.next(...this.#nextSteps(report));
  }

  #nextSteps({ package: name, askedBy, dependents }: WhyReport): string[] {
    if (askedBy.length === 0 && dependents.length === 0) return [`capstan cap uninstall ${name} --plan`];
    return [`capstan cap graph ${name}`];
  }
}
