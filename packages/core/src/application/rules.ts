import { appliesTo, conflictVerdict, workloadTarget } from '@capstan/oam-model';
import type { ComposedComponent } from './compose.ts';
import type { ProblemReason } from './model.ts';

/** Which rules of their Definitions the traits of a component break. */
export function brokenRules({
  definition: registered,
  workload,
  traits,
}: ComposedComponent): { readonly reason: ProblemReason; readonly message: string }[] {
  const target = workloadTarget(registered, workload);
  const broken: { reason: ProblemReason; message: string }[] = [];
  const defined = traits.map(({ definition }) => definition);
  for (const [at, definition] of defined.entries()) {
    const applicable = appliesTo(definition, target);
    if (!applicable.allowed) {
      const message = `trait ${definition.metadata.name} cannot apply to ${target.definitionName}: ${applicable.rule}`;
      broken.push({ reason: 'TraitNotApplicable', message });
    }
    for (const other of defined.slice(at + 1)) {
      const verdict = conflictVerdict(definition, other);
      if (verdict.allowed) continue;
      const message = `traits ${definition.metadata.name} and ${other.metadata.name} conflict: ${verdict.rule}`;
      broken.push({ reason: 'TraitConflict', message });
    }
  }
  return broken;
}
