import { type Normal, normaliseRun } from '../normalise/normalise.ts';
import type { Script, Turn } from '../script/types.ts';
import { Client } from './client.ts';
import type { Engine } from './engine.ts';
import { execute } from './execute.ts';

/** Normalised answers by the name of the script, per step. */
export type Answers = ReadonlyMap<string, readonly (Normal | undefined)[]>;

/** How scripts are run against an engine. */
export interface RunOptions {
  /** How many scripts run beside each other. Default 8. */
  readonly parallel?: number;
  readonly maxWaitMs?: number;
  readonly onScript?: (script: Script, ms: number) => void;
}

/** Runs scripts: most beside each other, some before and after them by themselves. */
export async function runSuite(engine: Engine, scripts: readonly Script[], options: RunOptions = {}): Promise<Answers> {
  const { parallel = 8, maxWaitMs, onScript } = options;
  const client = new Client(engine.endpoint);
  const answers = new Map<string, readonly (Normal | undefined)[]>();
  const run = async (script: Script) => {
    const began = Date.now();
    const { token } = engine.endpoint;
    const exchanges = await execute(script, { client, token, ...(maxWaitMs !== undefined && { maxWaitMs }) });
    answers.set(script.name, normaliseRun(script, exchanges));
    onScript?.(script, Date.now() - began);
  };
  try {
    const inTurn = (wanted: Turn) => scripts.filter(({ turn }) => turn === wanted);
    for (const script of inTurn('first')) await run(script);
    const waiting = inTurn('beside');
    const worker = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(next);
    };
    await Promise.all(Array.from({ length: parallel }, worker));
    for (const script of inTurn('last')) await run(script);
  } finally {
    client.close();
  }
  return answers;
}
