import { CapstanError, EXIT } from '@capstan/base';
import { SANDBOX_CODES } from '../codes.ts';
import { BINARIES } from './programs.ts';

/** The sandbox's two control planes. `embedded` needs only Node; `real` is Kubernetes' own programs. */
export const ENGINES = ['embedded', 'real'] as const;

/** Name of an engine. */
export type EngineName = (typeof ENGINES)[number];

/**
 * The engine of a new sandbox when none is asked for: what `CAPSTAN_SANDBOX_ENGINE` says, else `embedded`.
 * Fails with CAPSTAN_SANDBOX_ENGINE_UNKNOWN when that is not an engine.
 */
export function defaultEngine(env: NodeJS.ProcessEnv = process.env): EngineName {
  const named = env['CAPSTAN_SANDBOX_ENGINE'];
  if (!named) return 'embedded';
  const engine = ENGINES.find((one) => one === named);
  if (engine !== undefined) return engine;
  throw new CapstanError(SANDBOX_CODES.engineUnknown, `CAPSTAN_SANDBOX_ENGINE says ${named}, which is not an engine`, {
    hint: `The engines are ${ENGINES.join(' and ')}.`,
    fields: { given: named },
    exit: EXIT.usage,
  });
}

/** Our own background process beside the API server: the service front, the stage runner, the simulated controllers. */
export const AGENT = 'agent';

/** The embedded engine's API server. */
export const API_SERVER = 'apiserver';

/** The processes of each engine, in the order in which they start. */
export const PROCESSES = {
  embedded: [API_SERVER, AGENT],
  real: ['etcd', AGENT, ...BINARIES.filter((name) => name !== 'etcd')],
} as const;

/** Name of one of a sandbox's processes. */
export type ProcessName = (typeof PROCESSES)[EngineName][number];

/** The names of all processes that a sandbox may have, whatever its engine. */
export const ALL_PROCESSES: readonly ProcessName[] = [...new Set<ProcessName>(Object.values(PROCESSES).flat())];

/** Those that hold the data: they end last, so that what the others still write finds them. */
export const STORES: readonly ProcessName[] = ['etcd', API_SERVER];
