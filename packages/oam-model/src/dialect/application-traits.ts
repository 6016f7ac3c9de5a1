import type { KubernetesObject } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import type { ApplicationComponent, Component } from '../kinds/index.ts';
import { instanceNameOf } from '../names.ts';
import { admission } from '../rules/admission.ts';
import { typeName } from '../rules/conflicts.ts';
import { type RuleTrait, ruleTrait, ruleWorkload } from '../rules/subjects.ts';
import type { DialectContext } from './context.ts';
import { saysItsKind } from './embedded.ts';
import { workloadOf } from './entries.ts';
import { describeKind } from './kind-aliases.ts';
import { isKnativeAutoscaler, isKnativeService } from './knative-autoscaler.ts';
import type { DraftTrait } from './traits.ts';

/** An entry with its traits on their way to the canonical form. */
export interface DraftEntry {
  readonly entry: ApplicationComponent;
  readonly traits: readonly DraftTrait[];
}

/** Why a component does not get a trait of the application; no rule where its own trait of the type wins. */
interface Refusal {
  readonly rule?: string;
}

/**
 * The entries with the application's traits attached to every component that the rules admit, behind its own traits. A
 * component's own trait of the same type wins. A trait that no component admits is a problem; where only some do not,
 * one warning says which and why.
 */
export function attachApplicationTraits(
  context: DialectContext,
  entries: readonly DraftEntry[],
  traits: readonly DraftTrait[],
  components: ReadonlyMap<string, Component>,
): readonly DraftEntry[] {
  return traits.reduce((drafts, draft) => {
    const { trait } = draft.entry;
    if (!saysItsKind(trait)) return drafts;
    const refusals = drafts.map((each) => refusalOf(context, trait, each, workloadOf(each.entry, components)));
    report(context, drafts, draft, trait, refusals);
    return drafts.map((each, index) => (refusals[index] ? each : { ...each, traits: [...each.traits, draft] }));
  }, entries);
}

function refusalOf(
  context: DialectContext,
  trait: KubernetesObject,
  { traits }: DraftEntry,
  workload: KubernetesObject | undefined,
): Refusal | undefined {
  const subject = ruleTrait(trait, context.catalog);
  const present = traits.flatMap(({ entry }) => (saysItsKind(entry.trait) ? [entry.trait] : []));
  const others = present.map((each) => ruleTrait(each, context.catalog));
  if (others.some((other) => isSameType(other, subject))) return {};
  // Without its Component nothing is known about the workload; that it is missing is said elsewhere.
  if (!saysItsKind(workload)) return undefined;
  if (isKnativeAutoscaler(trait) && !isKnativeService(workload)) {
    return { rule: `${workload.kind} is not a Knative Service` };
  }
  const refused = admission(subject, ruleWorkload(workload, context.catalog), others);
  return refused && { rule: refused.rule };
}

/** Definitions are types: two may register one CRD. Without them the kind is. */
function isSameType(one: RuleTrait, other: RuleTrait): boolean {
  const defined = one.definition && other.definition;
  return defined ? typeName(one) === typeName(other) : one.target.resourceName === other.target.resourceName;
}

function report(
  context: DialectContext,
  drafts: readonly DraftEntry[],
  { source }: DraftTrait,
  trait: KubernetesObject,
  refusals: readonly (Refusal | undefined)[],
): void {
  const path = [...source, 'trait'];
  const words = drafts.flatMap(({ entry }, index) => {
    const rule = refusals[index]?.rule;
    return rule === undefined ? [] : [`${instanceNameOf(entry)}: ${rule}`];
  });
  const attached = refusals.filter((refusal) => refusal === undefined).length;
  if (drafts.length > 0 && words.length === drafts.length) {
    context.refuse(path, {
      code: OAM_CODES.traitNotApplicable,
      reason: 'TraitNotApplicable',
      message: `${describeKind(trait)} applies to no component of the application`,
      hint: `${words.join('; ')}.`,
    });
  } else if (words.length > 0) {
    context.warn(path, `${describeKind(trait)} is not attached to ${words.join('; ')}`);
  }
  if (attached > 1 && trait.metadata?.name && !isKnativeAutoscaler(trait)) {
    context.refuse([...path, 'metadata', 'name'], {
      code: OAM_CODES.traitInvalid,
      reason: 'InvalidTrait',
      message: `${attached} components would share the trait "${trait.metadata.name}"`,
      hint: 'Leave the name out: each component then gets a trait of its own.',
    });
  }
}
