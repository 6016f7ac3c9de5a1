import { CapstanError, type Clock, EXIT, systemClock } from '@capstan/base';
import { SANDBOX_CODES } from '../codes.ts';
import type { SandboxPaths } from './paths.ts';
import { logFile, logTail, type StartedProgram } from './processes.ts';

/** Options of a `Waiting`. */
export interface WaitingOptions {
  /** For everything that is waited for together. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

const START_MS = 60_000;
const POLL_MS = 50;

/** Waits for conditions while programs come up, and fails as soon as one of them ends. */
export class Waiting {
  readonly #paths: SandboxPaths;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #timeoutMs: number;
  readonly #deadline: number;
  #ended: { readonly program: StartedProgram; readonly how: string } | undefined;

  constructor(paths: SandboxPaths, options: WaitingOptions = {}) {
    this.#paths = paths;
    this.#clock = options.clock ?? systemClock;
    this.#signal = options.signal;
    this.#timeoutMs = options.timeoutMs ?? START_MS;
    this.#deadline = this.#clock.now() + this.#timeoutMs;
  }

  /** From now on the end of this program ends every wait. */
  watch(program: StartedProgram): void {
    void program.exited.then(({ code, signal }) => {
      this.#ended ??= { program, how: signal === null ? `exit code ${code}` : signal };
    });
  }

  /**
   * Resolves when `condition` holds. Fails with CAPSTAN_SANDBOX_START_FAILED when a watched program ended,
   * CAPSTAN_SANDBOX_START_TIMED_OUT after the time limit, and the signal's reason when aborted.
   */
  async until(what: string, condition: () => Promise<boolean>): Promise<void> {
    for (;;) {
      this.#signal?.throwIfAborted();
      if (this.#ended !== undefined) throw await this.#endedError(this.#ended);
      if (await condition()) return;
      if (this.#clock.now() > this.#deadline) throw this.#timedOut(what);
      await this.#clock.sleep(POLL_MS, this.#signal);
    }
  }

  async #endedError({ program, how }: { program: StartedProgram; how: string }): Promise<CapstanError> {
    const { name } = program;
    const lines = await logTail(this.#paths, name);
    return new CapstanError(SANDBOX_CODES.startFailed, `${name} ended while the sandbox started (${how})`, {
      hint: `The last lines of ${logFile(this.#paths, name)}:\n${lines}`,
      fields: { process: name, log: logFile(this.#paths, name) },
    });
  }

  #timedOut(what: string): CapstanError {
    const seconds = Math.round(this.#timeoutMs / 1000);
    return new CapstanError(SANDBOX_CODES.startTimedOut, `${what} was not ready within ${seconds} s`, {
      hint: `The processes' logs are in ${this.#paths.logs}.`,
      fields: { waitedFor: what, logs: this.#paths.logs },
      exit: EXIT.timedOut,
    });
  }
}
