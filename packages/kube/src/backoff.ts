/** Milliseconds to wait after the n-th failure in a row (from 1). */
export type Backoff = (failures: number) => number;

/** Options of `exponentialBackoff`. */
export interface BackoffOptions {
  readonly baseMs?: number;
  readonly maxMs?: number;
  /** Takes a random share of up to half the delay away, so that many processes do not come back at once. Default: none. */
  readonly random?: () => number;
}

/** Doubles from `baseMs` (100) to `maxMs` (60 000). Deterministic unless `random` is given. */
export function exponentialBackoff({ baseMs = 100, maxMs = 60_000, random }: BackoffOptions = {}): Backoff {
  return (failures) => {
    // The exponent is bounded so that the power stays a number.
    const delay = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 40));
    return random ? Math.round(delay * (1 - random() / 2)) : delay;
  };
}
