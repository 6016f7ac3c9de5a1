import { type Context, createContext, Script } from 'node:vm';

/** What a validation may take. Real values take well under a millisecond. */
const LIMIT_MS = 500;

/** Made when it is needed: most commands check no values. */
let made: { readonly script: Script; readonly sandbox: Context } | undefined;

/** Work took longer than it may; most likely a regular expression that tries everything. */
export class TimeBound extends Error {}

/**
 * The answer of synchronous work that runs foreign regular expressions: a pattern can be written so that some text keeps
 * it busy for years, and nothing but the clock can tell. Throws TimeBound after half a second.
 */
export function bounded<T>(work: () => T): T {
  made ??= { script: new Script('work()'), sandbox: createContext({}) };
  const { script, sandbox } = made;
  sandbox['work'] = work;
  try {
    return script.runInContext(sandbox, { timeout: LIMIT_MS }) as T;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw new TimeBound('it takes too long');
    throw error;
  } finally {
    sandbox['work'] = undefined;
  }
}
