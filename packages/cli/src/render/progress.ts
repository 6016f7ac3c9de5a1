import { formatDuration } from '../lib/duration.ts';
import { cut, paint, plain, type Terminal } from './terminal.ts';

/** How a step does. */
export type StepState = 'running' | 'done' | 'failed' | 'waiting';

/** Shows steps as they go. */
export interface Progress {
  /** Begins a step, or says something new of it. */
  update(id: string, text: string, state?: StepState): void;
  /** Prints a line above what is live. */
  note(text: string): void;
  /** Leaves what is shown and stops redrawing. A step that still runs is left as it is. */
  close(): void;
}

/** What a progress writes to. */
export interface ProgressOptions {
  readonly write: (text: string) => void;
  readonly terminal: Terminal;
  readonly quiet?: boolean;
  readonly now?: () => number;
}

const MARKS: Record<StepState, string> = { running: '..', waiting: '..', done: 'ok', failed: '!!' };
const TONES = { running: undefined, waiting: 'dim', done: 'good', failed: 'bad' } as const;
const REDRAW_MS = 500;
/** Off a terminal a step that goes on talking gets at most one line in this time. */
const QUIET_MS = 1_000;

interface Step {
  readonly id: string;
  readonly started: number;
  text: string;
  state: StepState;
  ended?: number;
}

/** Shows nothing. */
export const silentProgress: Progress = { update: () => {}, note: () => {}, close: () => {} };

/**
 * On a terminal one live line for each step, redrawn in place with the time it has taken; elsewhere one line for each
 * change, without times of steps that run, so that logs stay readable.
 */
export function createProgress(options: ProgressOptions): Progress {
  if (options.quiet) return silentProgress;
  return options.terminal.isTTY ? new LiveProgress(options) : new LineProgress(options);
}

class LineProgress implements Progress {
  readonly #write: (text: string) => void;
  readonly #now: () => number;
  readonly #steps = new Map<string, Step>();
  readonly #printed = new Map<string, number>();

  constructor({ write, now = Date.now }: ProgressOptions) {
    this.#write = write;
    this.#now = now;
  }

  update(id: string, text: string, state: StepState = 'running'): void {
    const known = this.#steps.get(id);
    if (known?.text === text && known.state === state) return;
    const step = { id, started: known?.started ?? this.#now(), text, state };
    this.#steps.set(id, step);
    const ended = state === 'done' || state === 'failed';
    const now = this.#now();
    if (!ended && now - (this.#printed.get(id) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    this.#printed.set(id, now);
    const took = known && ended ? `  ${formatDuration(now - step.started)}` : '';
    this.#write(`  ${MARKS[state]}  ${plain(text)}${took}\n`);
  }

  note(text: string): void {
    this.#write(`${text}\n`);
  }

  close(): void {}
}

class LiveProgress implements Progress {
  readonly #options: ProgressOptions;
  readonly #now: () => number;
  readonly #steps = new Map<string, Step>();
  readonly #timer: NodeJS.Timeout;
  /** What was said last of steps that are finished and no longer redrawn. */
  readonly #settled = new Map<string, string>();
  #drawn = 0;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS).unref();
  }

  update(id: string, text: string, state: StepState = 'running'): void {
    const now = this.#now();
    if (this.#settled.get(id) === `${state} ${text}`) return;
    this.#settled.delete(id);
    const step = this.#steps.get(id) ?? { id, started: now, text, state };
    step.text = text;
    step.state = state;
    if (state === 'done' || state === 'failed') step.ended ??= now;
    else delete step.ended;
    this.#steps.set(id, step);
    this.#draw();
  }

  note(text: string): void {
    this.#options.write(`${this.#erased()}${text}\n`);
    this.#drawn = 0;
    this.#draw();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#draw();
    this.#steps.clear();
    this.#drawn = 0;
  }

  #draw(): void {
    const lines = [...this.#steps.values()].map((step) => this.#line(step));
    this.#options.write(this.#erased() + lines.map((line) => `${line}\n`).join(''));
    this.#drawn = lines.length;
    this.#settle();
  }

  /** Finished steps at the top stay where they are: only what follows is redrawn, so the screen never overflows. */
  #settle(): void {
    for (const step of this.#steps.values()) {
      if (step.state !== 'done' && step.state !== 'failed') return;
      this.#steps.delete(step.id);
      this.#settled.set(step.id, `${step.state} ${step.text}`);
      this.#drawn--;
    }
  }

  #erased(): string {
    return this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\u001b[0J`;
  }

  #line(step: Step): string {
    const { terminal } = this.#options;
    const took = step.ended === step.started ? '' : formatDuration((step.ended ?? this.#now()) - step.started);
    const room = (terminal.columns ?? 80) - took.length - 9;
    const text = cut(plain(step.text), room, terminal.ellipsis).padEnd(room);
    return `  ${paint(MARKS[step.state], TONES[step.state], terminal)}  ${text}  ${paint(took, 'dim', terminal)}`.trimEnd();
  }
}
