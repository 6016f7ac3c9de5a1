import { type Clock, systemClock } from '@capstan/base';
import type { InstallerContext } from '@capstan/capability-center';

/** The centers and Helm, opened when somebody needs them. */
export interface CenterSource {
  /** What was opened last, while it is fresh; else it is opened again. */
  open(): Promise<InstallerContext>;
  /** What the centers offer may have changed: the next one opens them again. */
  refresh(): void;
}

/** How long what was read is used without a sign of change. Centers far away may change without one. */
const FRESH_MS = 10 * 60_000;

/** Opens with `open` at first use, and again after `refresh` or ten minutes. A failure is not kept. */
export function createCenterSource(open: () => Promise<InstallerContext>, clock: Clock = systemClock): CenterSource {
  let opened: { readonly at: number; readonly context: Promise<InstallerContext> } | undefined;
  return {
    open() {
      if (!opened || clock.now() - opened.at > FRESH_MS) {
        const fresh = { at: clock.now(), context: open() };
        opened = fresh;
        fresh.context.catch(() => {
          if (opened === fresh) opened = undefined;
        });
      }
      return opened.context;
    },
    refresh() {
      opened = undefined;
    },
  };
}
