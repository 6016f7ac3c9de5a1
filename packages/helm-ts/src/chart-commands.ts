import { access } from 'node:fs/promises';
import { CapstanError } from '@capstan/base';
import { lintArguments, templateArguments } from './arguments.ts';
import type { Call, Caller } from './call.ts';
import type { CallOptions } from './call-types.ts';
import { readLint, readVerification } from './chart-results.ts';
import { HELM_CODES } from './codes.ts';
import { readLimit } from './limits.ts';
import { parseManifest, readChart } from './results.ts';
import type { Helm } from './types.ts';

/** The commands that need no cluster. */
export function chartCommands(call: Caller): Pick<Helm, 'template' | 'package' | 'show' | 'lint' | 'verify'> {
  const run = (flags: CallOptions, rest: Omit<Call, 'flags' | 'limitMs'>) =>
    call({ ...rest, flags, limitMs: readLimit(flags) });
  return {
    async template(release, chart, flags = {}) {
      const { values } = flags;
      return parseManifest(
        await run(flags, { command: 'template', release, chart, args: templateArguments(flags), values }),
      );
    },
    async package(directory, flags) {
      const args = [`--destination=${flags.destination}`];
      if (flags.version !== undefined) args.push(`--version=${flags.version}`);
      if (flags.appVersion !== undefined) args.push(`--app-version=${flags.appVersion}`);
      const output = await run(flags, { command: 'package', chart: directory, args });
      return output.trim().replace(/^.*saved it to: /s, '');
    },
    show: {
      chart: async (chart, flags = {}) => readChart(await run(flags, { command: 'show chart', chart })),
      crds: async (chart, flags = {}) => parseManifest(await run(flags, { command: 'show crds', chart })),
    },
    async lint(path, flags = {}) {
      await requireChart(path);
      const { values } = flags;
      const args = lintArguments(flags);
      const output = await run(flags, { command: 'lint', operands: [path], args, values, answers: [1] });
      return readLint(output, flags.strict === true);
    },
    async verify(archive, flags) {
      const args = [`--keyring=${flags.keyring}`];
      return readVerification(await run(flags, { command: 'verify', operands: [archive], args }));
    },
  };
}

async function requireChart(path: string): Promise<void> {
  await access(path).catch((cause: unknown) => {
    throw new CapstanError(HELM_CODES.chartNotFound, `helm lint: there is no chart at ${path}`, { cause });
  });
}
