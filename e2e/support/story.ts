import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { capstan, type Outcome, type RunOptions } from './capstan.ts';

/** A cluster that a story has to itself. `folder` and `env` are set once `beforeAll` has run. */
export interface Stage {
  /** Runs `capstan` against the story's cluster. */
  run(args: string, options?: RunOptions): Promise<Outcome>;
  /** Runs and expects exit 0; gives stdout. */
  ok(args: string, options?: RunOptions): Promise<string>;
  /** Runs with `-o json`, expects exit 0 and gives the parsed answer. */
  json(args: string, options?: RunOptions): Promise<Record<string, unknown> & { items: Record<string, unknown>[] }>;
  readonly kubeconfig: string;
  /** A folder of the story's own. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A story on the sandbox: `beforeAll` starts one in a folder of its own, `afterAll` leaves no process and no file.
 * With CAPSTAN_E2E_KUBECONFIG the same stories run on that cluster instead, and start nothing.
 */
export function stage(options: { readonly start?: string } = {}): Stage {
  const given = process.env['CAPSTAN_E2E_KUBECONFIG'];
  const state = { folder: '', env: {} as Record<string, string> };
  const run = (args: string, more: RunOptions = {}) => {
    const line = given ? args.replace('--context sandbox', `--kubeconfig ${given}`) : args;
    return capstan(words(line), { ...more, env: { ...state.env, ...more.env } });
  };
  const ok = async (args: string, more?: RunOptions) => {
    const outcome = await run(args, more);
    expect(outcome.code, `capstan ${args}\n${outcome.stdout}\n${outcome.stderr}`).toBe(0);
    return outcome.stdout;
  };
  beforeAll(async () => {
    state.folder = await mkdtemp(join(tmpdir(), 'capstan-story-'));
    state.env = { CAPSTAN_SANDBOX_DIR: join(state.folder, 'sandbox'), KUBECONFIG: '', HOME: state.folder };
    const cache = process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/root', '.cache');
    state.env['XDG_CACHE_HOME'] = cache;
    if (!given) await ok(options.start ?? 'sandbox start');
  });
  afterAll(async () => {
    if (!given) await run('sandbox reset --yes');
    await rm(state.folder, { recursive: true, force: true });
  });
  return {
    run,
    ok,
    json: async (args, more) => JSON.parse(await ok(`${args} -o json`, more)),
    get kubeconfig() {
      return given ?? join(state.folder, 'sandbox/kubeconfig');
    },
    get folder() {
      return state.folder;
    },
    get env() {
      return state.env;
    },
  };
}

/** Splits a command line at spaces; single quotes keep a word together. */
function words(line: string): string[] {
  return (line.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''));
}
