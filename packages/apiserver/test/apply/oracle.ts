import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { typesForOracle } from './scenario-types.ts';
import type { Scenario, StepAnswer } from './scenarios.ts';

/** Where the oracle's Go program is. */
const SOURCE = join(import.meta.dirname, '../../oracle');

const GO = 'go';

/** Whether this machine can build the oracle. */
export function hasGo(): boolean {
  return spawnSync(GO, ['version']).status === 0;
}

/** Kubernetes' own field manager, as a process. */
export class Oracle {
  readonly #directory = mkdtempSync(join(tmpdir(), 'capstan-oracle-'));

  /** Builds the program. Throws with the compiler's words where that fails. */
  constructor() {
    const build = spawnSync(GO, ['build', '-o', this.#program, '.'], { cwd: SOURCE, encoding: 'utf8' });
    if (build.status !== 0) throw new Error(`the oracle could not be built: ${build.stderr}`);
  }

  get #program(): string {
    return join(this.#directory, 'oracle');
  }

  /** Answers scenarios, in their order. */
  async *answer(scenarios: Iterable<Scenario>): AsyncGenerator<StepAnswer[]> {
    // What it writes to standard error is the library's log of updates that it could not track.
    const child = spawn(this.#program, { stdio: ['pipe', 'pipe', 'ignore'] });
    const written = (async () => {
      child.stdin.write(`${typesForOracle()}\n`);
      for (const scenario of scenarios) {
        if (!child.stdin.write(`${JSON.stringify(scenario)}\n`)) await once(child.stdin, 'drain');
      }
      child.stdin.end();
    })();
    for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as StepAnswer[];
    await written;
  }

  /** Removes the program. */
  close(): void {
    rmSync(this.#directory, { recursive: true });
  }
}
