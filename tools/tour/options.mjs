import { parseArgs } from 'node:util';

/** What `pnpm start` understands. */
export const USAGE = `Usage: pnpm start [--engine embedded|real] [--keep]
       pnpm start --kubeconfig FILE [--stand-ins] [--yes]

  --engine NAME      control plane of the sandbox: embedded needs only Node, real is built with Go
  --keep             leave the sandbox running and print its kubeconfig
  --kubeconfig FILE  take the tour on that cluster instead of the sandbox
  --stand-ins        with --kubeconfig: install the stand-in charts (simulated clusters only)
  --yes              with --kubeconfig: do not ask before changing the cluster`;

/**
 * @typedef {{ help: boolean, engine: string | undefined, keep: boolean, kubeconfig: string | undefined, standIns: boolean, yes: boolean }} TourOptions
 * @param {string[]} args
 * @returns {TourOptions | { problem: string }}
 */
export function parseOptions(args) {
  try {
    const { values } = parseArgs({
      args: args.filter((arg) => arg !== '--'),
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        engine: { type: 'string' },
        keep: { type: 'boolean', default: false },
        kubeconfig: { type: 'string' },
        'stand-ins': { type: 'boolean', default: false },
        yes: { type: 'boolean', short: 'y', default: false },
      },
    });
    if (values.engine !== undefined && !['embedded', 'real'].includes(values.engine))
      return { problem: `--engine is embedded or real, not ${values.engine}.` };
    if (values.engine && values.kubeconfig)
      return { problem: '--engine is for the sandbox: it has no meaning with --kubeconfig.' };
    if (values.keep && values.kubeconfig)
      return { problem: '--keep is for the sandbox: it has no meaning with --kubeconfig.' };
    if (values['stand-ins'] && !values.kubeconfig)
      return { problem: '--stand-ins goes with --kubeconfig: the sandbox has them anyway.' };
    return {
      help: values.help,
      engine: values.engine,
      keep: values.keep,
      kubeconfig: values.kubeconfig,
      standIns: values['stand-ins'],
      yes: values.yes,
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
