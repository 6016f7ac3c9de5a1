/** How work that failed is tried again. */
const FIRST_RETRY_MS = 5;
const LAST_RETRY_MS = 10_000;
/** After this long others of the process get their turn. */
const TURN_MS = 8;

/** What a queue does with one key. A rejection is tried again, later each time. */
export type Work = (key: string) => Promise<void>;

/**
 * Keys to be worked on: each at most once at a time, and once more where it is added while it is worked on. Several different
 * ones go on at once, as each may wait for webhooks.
 */
export class WorkQueue {
  readonly #work: Work;
  readonly #failed: (key: string, error: unknown) => void;
  readonly #concurrency: number;
  readonly #waiting = new Set<string>();
  readonly #running = new Set<string>();
  readonly #retries = new Map<string, { readonly failures: number; readonly timer: NodeJS.Timeout | undefined }>();
  #idle: (() => void)[] = [];
  #scheduled = false;
  #closed = false;

  constructor(work: Work, failed: (key: string, error: unknown) => void, concurrency = 4) {
    this.#work = work;
    this.#failed = failed;
    this.#concurrency = concurrency;
  }

  /** Whether there is nothing to do; what waits for its next try counts as something. */
  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#running.size === 0 && this.#retries.size === 0;
  }

  /** Work on this key, soon. A retry that waits is made now. */
  add(key: string): void {
    if (this.#closed) return;
    const retry = this.#retries.get(key);
    if (retry?.timer) {
      clearTimeout(retry.timer);
      this.#retries.set(key, { failures: retry.failures, timer: undefined });
    }
    this.#waiting.add(key);
    this.#schedule();
  }

  /** Resolves when there is nothing to do. */
  async idle(): Promise<void> {
    if (this.isIdle || this.#closed) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Begins nothing more. What runs goes on to its end. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    for (const { timer } of this.#retries.values()) clearTimeout(timer);
    this.#retries.clear();
    this.#settle();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#start(performance.now() + TURN_MS);
    });
  }

  /** Takes what may run, until the turn is over. */
  #start(deadline: number): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#concurrency) return;
      if (this.#running.has(key)) continue;
      if (performance.now() > deadline) {
        this.#schedule();
        return;
      }
      this.#waiting.delete(key);
      this.#running.add(key);
      void this.#run(key, deadline);
    }
  }

  async #run(key: string, deadline: number): Promise<void> {
    try {
      await this.#work(key);
      this.#retries.delete(key);
    } catch (error) {
      this.#failed(key, error);
      this.#retryLater(key);
    }
    this.#running.delete(key);
    if (this.isIdle) this.#settle();
    else if (performance.now() < deadline) this.#start(deadline);
    else this.#schedule();
  }

  #retryLater(key: string): void {
    if (this.#closed) return;
    const failures = (this.#retries.get(key)?.failures ?? 0) + 1;
    const delay = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS);
    const timer = setTimeout(() => this.add(key), delay);
    timer.unref();
    this.#retries.set(key, { failures, timer });
  }

  #settle(): void {
    const idle = this.#idle;
    this.#idle = [];
    for (const resolve of idle) resolve();
  }
}
