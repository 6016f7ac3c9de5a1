/** Passes that write, which an application may have in quick succession: far more than bringing it about ever takes. */
const BURST = 200;
/** One more is allowed after each of these. */
const INTERVAL_MS = 1_000;

/**
 * Slows down applications whose objects somebody else keeps changing back: two who set one field, or fill one store,
 * would otherwise answer each other as fast as the API server lets them.
 */
export class Restraint {
  /** When an application's allowance is whole again, by key; what lies in the past need not be remembered. */
  readonly #wholeAt = new Map<string, number>();

  /** For how long an application must not write yet: 0 unless it wrote far too often. */
  pause(key: string, now: number): number {
    const spent = (this.#wholeAt.get(key) ?? 0) - now;
    return Math.max(0, spent - (BURST - 1) * INTERVAL_MS);
  }

  /** An application writes. */
  spend(key: string, now: number): void {
    this.#wholeAt.set(key, Math.max(this.#wholeAt.get(key) ?? 0, now) + INTERVAL_MS);
  }

  /** An application is no more. */
  forget(key: string): void {
    this.#wholeAt.delete(key);
  }
}
