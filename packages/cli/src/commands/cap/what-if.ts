import { CapstanError, EXIT } from '@capstan/base';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import { CLI_CODES } from '../../codes.ts';

export default class CapWhatIf extends CapstanCommand<typeof CapWhatIf> {
  static override summary = 'whether the cluster may be upgraded, and what must be upgraded before';
  static override description =
    'Answers with the upgrades to make before that of Kubernetes, in their order, or with the proof that there is no way. ' +
    'Exit 5 where there is none. Changes nothing.';
  static override reads = true;
  static override examples = [{ command: 'capstan cap what-if --kubernetes 1.36', description: '' }];
  static override flags = {
    kubernetes: Flags.string({ required: true, summary: 'version of Kubernetes to go to', helpValue: 'VERSION' }),
  };

  protected async work(): Promise<void> {
    const { kubernetes } = this.flags;
    if (!/^v?\d+\.\d+(?:\.\d+)?(?:[-+][\w.+-]+)?$/.test(kubernetes)) {
      throw new CapstanError(CLI_CODES.usage, `--kubernetes ${kubernetes} is no version of Kubernetes`, {
        hint: 'For instance 1.36, or 1.36.2.',
        exit: EXIT.usage,
      });
    }
    const { readStanding } = await import('../../lib/standing.ts');
    const { whatIf } = await import('../../services/what-if.ts');
    const standing = await readStanding(await this.cluster(), this.signal);
    this.out.note(...standing.warnings);
    const report = whatIf(standing.question, { kubernetes });
    const { whatIfLines } = await import('../../render/what-if.ts');
    await this.out.document({
      kind: 'WhatIfReport',
      data: report,
      name:
        report.status === 'after-upgrades'
          ? report.first.map((step) => `capability/${step.package}`).join('\n')
          : report.status,
      text: () => whatIfLines(report, this.out.stdout),
    });
    if (report.status === 'impossible') this.exitCode = EXIT.blocked;
    if (report.status === 'undecided') this.exitCode = EXIT.failed;
    if (report.status !== 'after-upgrades') return this.next('capstan cap list --updates');
    const [first] = report.first;
    if (first)
      this.next(`capstan cap upgrade ${first.package} --to ${first.hops[0]?.version ?? first.to.version} --plan`);
  }
}
