import type { CenterLoopOptions } from '../health/loop.ts';
import type { InstallerContext } from '../installer/context.ts';

/** Options of `startCapabilitySets`. */
export interface CapabilitySetsOptions extends CenterLoopOptions {
  /** Opens Helm and the centers: with the first set, and again when the records of the centers change. */
  readonly open: () => Promise<InstallerContext>;
  /** How often remote centers are read again while there are sets. Default one hour. */
  readonly refreshMs?: number;
}
