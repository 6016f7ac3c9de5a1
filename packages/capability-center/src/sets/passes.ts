import { digestOf } from '@capstan/capability-model';
import { exponentialBackoff } from '@capstan/kube';
import type { WorkResult } from './set-work.ts';

/** What a plan depends on: what is wished and on offer, and what is broken. */
export interface PassQuestion {
  readonly wishes: object;
  readonly state: object;
}

interface Pass {
  readonly wishes: string;
  readonly state: string;
  readonly result: WorkResult;
  readonly failures: number;
  /** When a failure is tried again. */
  readonly retryAt?: number;
}

const backoff = exponentialBackoff({ baseMs: 15_000, maxMs: 30 * 60_000 });

/**
 * Remembers what became of each set, so that nothing is planned again while nothing has changed, and what failed is tried
 * again later and later. A failure's own traces in the cluster do not count as a change.
 */
export class Passes {
  readonly #last = new Map<string, Pass>();
  readonly #broken = new Map<string, number>();

  /** The result of the last pass, while it still holds. */
  result(name: string, question: PassQuestion, now: number): WorkResult | undefined {
    const last = this.#last.get(name);
    if (!last || last.wishes !== digestOf(question.wishes)) return undefined;
    if (last.retryAt !== undefined) return now < last.retryAt ? last.result : undefined;
    return last.state === digestOf(question.state) ? last.result : undefined;
  }

  /** Takes note of a pass; answers after how many milliseconds to try again, if it failed. */
  note(name: string, question: PassQuestion, result: WorkResult, now: number): number | undefined {
    this.#broken.delete(name);
    const wishes = digestOf(question.wishes);
    const before = this.#last.get(name);
    const failed = result.failures.size > 0;
    const failures = failed ? (before?.wishes === wishes ? before.failures : 0) + 1 : 0;
    const retryAt = failed ? { retryAt: now + backoff(failures) } : {};
    this.#last.set(name, { wishes, state: digestOf(question.state), result, failures, ...retryAt });
    return failed ? backoff(failures) : undefined;
  }

  /** How long until a failure is tried again. */
  dueInMs(name: string, now: number): number | undefined {
    const retryAt = this.#last.get(name)?.retryAt;
    return retryAt === undefined ? undefined : Math.max(1, retryAt - now);
  }

  /** Takes note of a pass that did not come to an end; answers after how many milliseconds to try again. */
  failed(name: string): number {
    const times = (this.#broken.get(name) ?? 0) + 1;
    this.#broken.set(name, times);
    return backoff(times);
  }

  forget(name: string): void {
    this.#last.delete(name);
    this.#broken.delete(name);
  }
}
