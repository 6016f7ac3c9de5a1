import { EXIT } from '@capstan/base';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../base-command.ts';
import type { DoctorFacts } from '../doctor/facts.ts';
import type { Finding } from '../doctor/finding.ts';

export default class Doctor extends CapstanCommand<typeof Doctor> {
  static override summary = 'look for what is wrong, with the command that mends it';
  static override description =
    'Looks at the cluster, your rights, the kinds of Capstan, its operator, the centers, every installed capability, what was begun and not ended, ' +
    'Helm releases, types and CRDs. Changes nothing without --fix. Exit 1 where something fails, 3 where the cluster cannot be reached.';
  static override reads = true;
  static override examples = [
    { command: 'capstan doctor', description: '' },
    { command: 'capstan doctor --pre', description: 'before Capstan is installed' },
    { command: 'capstan doctor --fix', description: 'mend what can be mended safely, after asking' },
    { command: 'capstan doctor --bundle report.tgz', description: 'a report for an issue, without secrets' },
  ];
  static override args = { name: Args.string({ description: 'only what concerns this capability' }) };
  static override flags = {
    pre: Flags.boolean({ summary: 'only what an installation needs; takes no rights to install' }),
    fix: Flags.boolean({ summary: 'run the fixes that lose nothing, after asking', exclusive: ['pre'] }),
    bundle: Flags.string({ summary: 'write a report archive for an issue; it holds no secrets', helpValue: 'FILE' }),
  };

  protected async work(): Promise<void> {
    const { bundle } = this.flags;
    if (bundle !== undefined) await (await import('../doctor/report.ts')).requireNewFile(bundle);
    const { findingsOf } = await import('../doctor/checks.ts');
    const options = { pre: this.flags.pre, name: this.args.name };
    let facts = await this.#facts();
    let findings = findingsOf(facts, options);
    const fixed = this.flags.fix ? await this.#fix(findings) : [];
    if (fixed.length > 0) {
      facts = await this.#facts();
      findings = findingsOf(facts, options);
    }
    await this.#print(facts, findings, fixed);
    if (bundle !== undefined) await this.#bundle(bundle, facts, findings);
    const failed = findings.some(({ level }) => level === 'fail');
    // Without a cluster it ends as every command does.
    if (failed) this.exitCode = 'value' in facts.cluster ? EXIT.failed : facts.cluster.exit;
    if (failed && bundle === undefined) this.next(...this.#nextSteps(findings));
  }

  async #facts(): Promise<DoctorFacts> {
    const { reading, gatherFacts, unreachableFacts } = await import('../doctor/gather.ts');
    const connected = await reading(() => this.cluster(), this.signal);
    if (!('value' in connected)) return unreachableFacts(connected, this.flags.context);
    const client = connected.value;
    return gatherFacts({
      client,
      namespace: await this.namespace(),
      sandbox: this.reach.isSandbox,
      command: (words) => this.reach.command(`capstan ${words}`),
      signal: this.signal,
    });
  }

  /** Runs the safe fixes, each one once and after asking. Gives those that ended well. */
  async #fix(findings: readonly Finding[]): Promise<string[]> {
    const { fixesOf, runFix } = await import('../doctor/fixes.ts');
    const done: string[] = [];
    for (const command of fixesOf(findings)) {
      const whole = this.reach.command(command);
      await this.confirm(`Run ${whole}?`);
      this.out.note(`$ ${whole}`);
      if (await runFix(whole, this.interrupt)) done.push(command);
      else this.out.note('It did not succeed; what it said stands above.');
    }
    return done;
  }

  async #print(
    { context, server }: DoctorFacts,
    findings: readonly Finding[],
    fixed: readonly string[],
  ): Promise<void> {
    const { findingLines, summaryLine } = await import('../render/doctor.ts');
    await this.out.document({
      kind: 'DoctorReport',
      data: { context, server, pre: this.flags.pre, summary: summaryLine(findings), fixed, findings },
      name: findings
        .filter(({ level }) => level !== 'ok')
        .map(({ area, id }) => `${area.replaceAll(' ', '/')}/${id}`)
        .join('\n'),
      text: () => [...findingLines(findings, this.reach, this.out.stdout), summaryLine(findings)],
    });
  }

  async #bundle(file: string, facts: DoctorFacts, findings: readonly Finding[]): Promise<void> {
    const { writeReport } = await import('../doctor/report.ts');
    const client = 'value' in facts.cluster ? await this.cluster() : undefined;
    const { files, bytes } = await writeReport({
      file,
      facts,
      findings,
      client,
      version: this.config.version,
      signal: this.signal,
    });
    this.out.note(
      `${file} holds ${files} files, ${Math.ceil(bytes / 1024)} KiB, without secrets: look at it before you pass it on.`,
    );
  }

  #nextSteps(findings: readonly Finding[]): string[] {
    const fixable = findings.some(({ level, fix }) => level !== 'ok' && fix?.safe);
    return [...(fixable ? ['capstan doctor --fix'] : []), 'capstan doctor --bundle capstan-report.tgz'];
  }
}
