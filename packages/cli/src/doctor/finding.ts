import type { ExitCode } from '@capstan/base';

/** How bad a finding is. Only `fail` makes doctor end with exit 1. */
export type Level = 'ok' | 'warn' | 'fail';

/** A way out of what was found. */
export interface Fix {
  /** A command ready to be copied; of capstan's without the flags that reach the cluster. */
  readonly command: string;
  /** `doctor --fix` may run it: it loses nothing and can be repeated. */
  readonly safe?: boolean;
}

/** One thing that was looked at. */
export interface Finding {
  /** Stable name of the check: `operator-silent`. */
  readonly id: string;
  readonly level: Level;
  /** What it is about: `cluster`, `operator`, `center capstan`, `keda`. */
  readonly area: string;
  readonly message: string;
  readonly cause?: string;
  readonly fix?: Fix;
}

/** What was read, or why it could not be. */
export type Reading<T> =
  | { readonly value: T }
  | {
      readonly code: string;
      readonly reason: string;
      readonly hint?: string;
      readonly forbidden: boolean;
      /** With which any other command would have ended. */
      readonly exit: ExitCode;
    };

/** The value of a reading; undefined where there is none. */
export function readValue<T>(reading: Reading<T>): T | undefined {
  return 'value' in reading ? reading.value : undefined;
}
