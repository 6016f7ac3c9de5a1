import { appliesTo } from './applicability.ts';
import { exclusion } from './exclusion.ts';
import { workloadOwnerVerdict } from './field-owners.ts';
import { knativeVerdict } from './knative.ts';
import { rolloutVerdict } from './pairs.ts';
import type { RuleTrait, RuleWorkload } from './subjects.ts';
import type { Verdict } from './verdict.ts';

/** The rule that admits or refuses a trait on a workload by itself; undefined where no Definition says anything. */
export function fitVerdict(trait: RuleTrait, workload: RuleWorkload): Verdict | undefined {
  return knativeVerdict(trait, workload) ?? (trait.definition && appliesTo(trait.definition, workload.target));
}

/** What a trait may not do to a workload that it applies to: decide what the workload keeps. */
export function keptVerdict(trait: RuleTrait, workload: RuleWorkload): Verdict | undefined {
  return rolloutVerdict(trait, workload) ?? workloadOwnerVerdict(trait, workload);
}

/** The first rule that keeps a trait from a workload with these other traits, or undefined. */
export function admission(trait: RuleTrait, workload: RuleWorkload, others: readonly RuleTrait[]): Verdict | undefined {
  const verdicts = [
    fitVerdict(trait, workload),
    keptVerdict(trait, workload),
    ...others.map((other) => exclusion(trait, other, workload)?.verdict),
  ];
  return verdicts.find((verdict) => verdict && !verdict.allowed);
}
