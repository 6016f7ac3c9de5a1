import type { ObjectReference } from '@capstan/base';
import type { FieldChange } from './field-changes.ts';

/** What becomes of an object. */
export type ChangeAction = 'created' | 'changed' | 'unchanged' | 'removed';

/** An object and what becomes of it. */
export interface ObjectChange extends ObjectReference {
  /** `file`: it stands in the files; `application`: the operator makes it for an application. */
  readonly origin: 'file' | 'application';
  /** The application that it is made for. */
  readonly application?: string;
  readonly component?: string;
  readonly action: ChangeAction;
  /** What differs; empty for objects that are created or removed as a whole. */
  readonly fields: readonly FieldChange[];
  /** The change restarts pods that run, as the trait's Definition says. */
  readonly restartsPods?: true;
  /** What must be ready before the change is made. */
  readonly waitsFor?: readonly string[];
}

/** Everything that applying some files would change. */
export interface ChangePlan {
  readonly namespace: string;
  /** In the order in which they are applied; what is removed comes last. */
  readonly objects: readonly ObjectChange[];
  /** What is read in another form than it is written, as sentences. */
  readonly warnings: readonly string[];
  /** Applications of which the caller may not read what the operator makes: of these only the files are compared. */
  readonly unreadable: readonly string[];
}

/** How many objects of a plan have each action. */
export function countsOf({ objects }: Pick<ChangePlan, 'objects'>): Readonly<Record<ChangeAction, number>> {
  const counts = { created: 0, changed: 0, unchanged: 0, removed: 0 };
  for (const { action } of objects) counts[action] += 1;
  return counts;
}

/** Whether a plan changes nothing. */
export function changesNothing(plan: Pick<ChangePlan, 'objects'>): boolean {
  return plan.objects.every(({ action }) => action === 'unchanged');
}
