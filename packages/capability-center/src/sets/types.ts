import type { CenterLoop, CenterLoopOptions } from '../health/loop.ts';
import type { DriftedItem } from '../health/package-watch.ts';
import type { InstallerContext } from '../installer/context.ts';

/** Helm and what the centers offer, opened when they are needed. */
export interface CenterAccess {
  open(): Promise<InstallerContext>;
  /** What was read may not hold any more: the next one opens them again. */
  refresh(): void;
}

/** Options of `startCapabilitySets`. */
export interface CapabilitySetsOptions extends CenterLoopOptions {
  /** Without it sets are stalled, with the reason NoCenter. */
  readonly center?: CenterAccess;
  /** How often the centers are read again while there are sets. Default one hour. */
  readonly refreshMs?: number;
}

/** Sets at work. */
export interface CapabilitySets extends CenterLoop {
  /** Takes note of what drifted of a package; nothing when it is as it was put in force. */
  drifted(name: string, items: readonly DriftedItem[]): void;
}
