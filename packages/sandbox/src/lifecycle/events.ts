import type { ProcessName } from '../engine/names.ts';

/** How far the building of the control plane's binaries is. */
export interface BuildProgress {
  readonly type: 'build';
  /** The module that is being built; `done` comes last. */
  readonly step: 'waiting' | 'etcd' | 'kubernetes' | 'kwok' | 'done';
  /** What goes on, for people: the last line of Go's output, or the step in words. */
  readonly detail: string;
  readonly elapsedMs: number;
  /** What is left by our estimate; undefined when the estimate is used up. */
  readonly remainingMs?: number;
}

/** What a start reports while it runs. */
export type SandboxEvent =
  | BuildProgress
  | { readonly type: 'waiting-for-lock' }
  | { readonly type: 'stale-process'; readonly process: ProcessName; readonly pid: number }
  | { readonly type: 'port-changed'; readonly from: number; readonly to: number }
  | { readonly type: 'step'; readonly step: SandboxStep; readonly elapsedMs: number };

/** The steps of a start, in their order. */
export type SandboxStep = 'certificates' | 'processes' | 'api-server' | 'node' | 'ready';

/** Takes events; must not throw. */
export type OnProgress = (event: SandboxEvent) => void;
