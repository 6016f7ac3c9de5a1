import { appliesTo, appliesToEntries } from './applicability.ts';
import { exclusion } from './exclusion.ts';
import { workloadOwnerVerdict } from './field-owners.ts';
import { isKnativeService, knativeVerdict } from './knative.ts';
import { rolloutVerdict } from './pairs.ts';
import type { RuleTrait, RuleWorkload } from './subjects.ts';
import type { Verdict } from './verdict.ts';

/** The rule that admits or refuses a trait on a workload by itself; undefined where no Definition says anything. */
export function fitVerdict(trait: RuleTrait, workload: RuleWorkload): Verdict | undefined {
  return knativeVerdict(trait, workload) ?? (trait.definition && appliesTo(trait.definition, workload.target));
}

/**
 * What a trait may not do to a workload that it applies to: decide what the workload keeps. A friendly scaler whose
 * Definition names the Knative Service writes what it wants into its template, which is where the Service keeps it.
 */
export function keptVerdict(trait: RuleTrait, workload: RuleWorkload): Verdict | undefined {
  const unfit = rolloutVerdict(trait, workload);
  if (unfit || (isKnativeService(workload) && isForAnnotations(trait, workload))) return unfit;
  return workloadOwnerVerdict(trait, workload);
}

function isForAnnotations(trait: RuleTrait, workload: RuleWorkload): boolean {
  if (knativeVerdict(trait, workload)?.allowed) return true;
  return trait.definition !== undefined && appliesToEntries(trait.definition).some(({ entry }) => entry !== '*');
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
