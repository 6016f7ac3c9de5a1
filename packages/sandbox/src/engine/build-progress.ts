import { availableParallelism } from 'node:os';
import type { Clock } from '@capstan/base';
import type { BuildProgress, OnProgress } from '../lifecycle/events.ts';

/** What is compiled, in this order. */
export type BuildStep = 'etcd' | 'kubernetes' | 'kwok';

/** Seconds of each step with cold caches on 2 cores; measured, downloads included. */
const MEASURED: readonly (readonly [BuildStep, number])[] = [
  ['etcd', 48],
  ['kubernetes', 230],
  ['kwok', 72],
];
const MEASURED_CORES = 2;
/** Linking and downloading do not get faster with more cores. */
const LEAST_FACTOR = 0.3;
const TICK_MS = 1_000;

/** What is left to do by the measured times, for a machine with this many cores; undefined when the time is used up. */
export function estimateRemaining(step: BuildStep, elapsedInStepMs: number, cores: number): number | undefined {
  const factor = Math.max(LEAST_FACTOR, MEASURED_CORES / cores);
  const index = MEASURED.findIndex(([name]) => name === step);
  const times = MEASURED.slice(index).map(([, seconds]) => seconds * 1000 * factor);
  const [now = 0, ...later] = times;
  const left = Math.max(0, now - elapsedInStepMs) + later.reduce((sum, ms) => sum + ms, 0);
  return left > 0 ? Math.round(left) : undefined;
}

/** Reports each second how far a build is. */
export class BuildReporter {
  readonly #onProgress: OnProgress;
  readonly #clock: Clock;
  readonly #began: number;
  readonly #timer: NodeJS.Timeout;
  #step: BuildStep | undefined;
  #stepBegan: number;
  #detail = '';

  constructor(onProgress: OnProgress, clock: Clock) {
    this.#onProgress = onProgress;
    this.#clock = clock;
    this.#began = clock.now();
    this.#stepBegan = this.#began;
    this.#timer = setInterval(() => this.#report(), TICK_MS);
  }

  begin(step: BuildStep): void {
    this.#step = step;
    this.#stepBegan = this.#clock.now();
    this.#detail = '';
    this.#report();
  }

  /** A line of go's output: the package that was compiled or the module that is downloaded. */
  line(text: string): void {
    this.#detail = text;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #report(): void {
    const step = this.#step;
    if (step === undefined) return;
    const now = this.#clock.now();
    const remainingMs = estimateRemaining(step, now - this.#stepBegan, availableParallelism());
    const event: BuildProgress = { type: 'build', step, detail: this.#detail, elapsedMs: now - this.#began };
    this.#onProgress(remainingMs === undefined ? event : { ...event, remainingMs });
  }
}
