import type { ApplicationConfiguration } from '@capstan/oam-model';
import { finalizersAfterLeaving } from '../scopes/index.ts';
import type { Outcome } from './act.ts';
import { currentInventory } from './inventory.ts';
import { leavingAmong } from './leaving.ts';
import type { Decision, ObservedApplication } from './model.ts';

/** The finalizer of applications that have objects which must be gone before others are deleted. */
export const ORDER_FINALIZER = 'capstan.dev/ordered-deletion';

/**
 * The finalizers that an application has after a pass, or undefined when they stay. One keeps it while an object of a
 * trait has a finalizer of its controller: without it the garbage collector would delete everything at once, also what
 * that controller needs to get done. Nothing is taken off after a failure.
 */
export function finalizersAfter(
  after: ObservedApplication,
  { problems }: Decision,
  outcome: Outcome | undefined,
): string[] | undefined {
  const { application } = after;
  const before = application.metadata.finalizers ?? [];
  const settled = !outcome?.failure && problems.length === 0;
  const left = (settled ? finalizersAfterLeaving(application) : undefined) ?? before;
  const needed = leavingAmong(after, currentInventory(after)).length > 0;
  if (needed) return left.includes(ORDER_FINALIZER) ? changed(left, before) : [...left, ORDER_FINALIZER];
  return changed(settled ? left.filter((one) => one !== ORDER_FINALIZER) : left, before);
}

/** The finalizers of a deleted application when all is in order, or undefined when it has none of ours. */
export function finalizersAtTheEnd(application: ApplicationConfiguration): string[] | undefined {
  const before = application.metadata.finalizers ?? [];
  const left = finalizersAfterLeaving(application) ?? before;
  return changed(
    left.filter((one) => one !== ORDER_FINALIZER),
    before,
  );
}

function changed(next: readonly string[], before: readonly string[]): string[] | undefined {
  return next.length === before.length ? undefined : [...next];
}
