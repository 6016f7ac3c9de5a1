import { CapstanError, EXIT } from '@capstan/base';
import { versionLabel } from '@capstan/capability-model';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import { CapstanCommand } from '../../base-command.ts';
import { CLI_CODES } from '../../codes.ts';
import { count, enumerate } from '../../lib/words.ts';
import type { OutputChoice } from '../../render/output.ts';

/** `-o` names the file here; the forms of output keep their names. */
const fileOrOutput = Flags.custom<OutputChoice & { readonly file?: string }>({
  parse: async (text) => (await import('../../lib/bundles.ts')).parseFileOrOutput(text),
});

export default class CapBundle extends CapstanCommand<typeof CapBundle> {
  static override summary = 'write what capabilities take into one file, for sites without a network';
  static override description =
    'The file holds the metadata of the packages that a plan chooses, their charts, contracts, signatures, the list of images ' +
    'and the digest of the plan. "cap bundle load" makes a center of it there, and planning gives the same digest.';
  static override reads = true;
  static override examples = [
    { command: 'capstan cap bundle keda -o keda.tar', description: '' },
    { command: 'capstan cap bundle keda@2.20 flagger --file site.tar -o json', description: 'with the list as JSON' },
    { command: 'capstan cap bundle load keda.tar', description: 'on the other side' },
  ];
  static override strict = false;
  static override args = {
    name: Args.string({ required: true, description: 'NAME or NAME@RANGE; more than one may follow' }),
  };
  static override flags = {
    output: fileOrOutput({
      char: 'o',
      summary: 'the file that is written, with a dot or a slash in its name; or the form of the output',
      helpValue: 'FILE',
    }),
    file: Flags.string({ summary: 'the file that is written, where -o says the form', helpValue: 'FILE' }),
    set: Flags.string({ summary: 'a value that it will be installed with', helpValue: 'KEY=VALUE', multiple: true }),
    values: Flags.string({ summary: 'YAML file with values', helpValue: 'FILE', multiple: true }),
    'allow-stand-ins': Flags.boolean({ summary: 'plan as with this flag of "cap install"' }),
    helm: Flags.string({ summary: 'Helm program to use', helpValue: 'FILE' }),
  };

  protected async work(): Promise<void> {
    const { installGoals } = await import('../../lib/install-goals.ts');
    const { writeBundle } = await import('../../lib/bundles.ts');
    const { set = [], values = [], 'allow-stand-ins': allowStandIns } = this.flags;
    const output: (OutputChoice & { readonly file?: string }) | undefined = this.flags.output;
    const file = this.flags.file ?? output?.file;
    if (file === undefined) {
      throw new CapstanError(CLI_CODES.usage, 'which file to write is not said', {
        hint: 'Name it with -o FILE.',
        next: [`capstan cap bundle ${this.words.join(' ')} -o ${this.args.name.replace(/@.*/, '')}.tar`],
        exit: EXIT.usage,
      });
    }
    const asked = await installGoals(this.words, values, set);
    const context = await this.centerContext(this.flags.helm);
    const goals = await Promise.all(
      asked.map(async (goal) => ({ ...goal, package: await this.packageIn(context, goal.package) })),
    );
    const written = await writeBundle(context, { goals, file, allowStandIns, signal: this.signal });
    const { list, bytes, digest, warnings } = written;
    for (const warning of warnings) this.out.note(`warning: ${warning}`);
    const charts = list.packages.flatMap((one) => one.charts).length;
    await this.out.document({
      kind: 'BundleResult',
      data: { file: written.file, digest, bytes, list },
      name: written.file,
      text: () => [
        `${file}: ${enumerate(list.packages.map((one) => `${one.name} ${versionLabel(one)}`))}`,
        `  ${count(charts, 'chart')}, ${count(list.images.length, 'image')} listed, ${(bytes / 1024 / 1024).toFixed(1)} MiB, ${digest}`,
        `  plan ${list.plan.digest}, for Kubernetes ${list.plan.kubernetes}`,
      ],
    });
    this.next(`capstan cap bundle load ${file}`);
  }
}
