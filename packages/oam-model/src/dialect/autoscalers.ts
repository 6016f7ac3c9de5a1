import { OAM_CODES } from '../codes.ts';
import type { Component, WorkloadOverride } from '../kinds/index.ts';
import { instanceNameOf } from '../names.ts';
import type { DraftEntry } from './application-traits.ts';
import type { DialectContext } from './context.ts';
import { saysItsKind } from './embedded.ts';
import { componentOf } from './entries.ts';
import { describeKind } from './kind-aliases.ts';
import { isKnativeAutoscaler, isKnativeService, readAutoscaler } from './knative-autoscaler.ts';
import type { DraftTrait } from './traits.ts';

/**
 * The entry with the talks' Autoscalers among its traits as annotations of the workload, which is where Knative reads
 * them. On any other workload it is a problem, and stays.
 */
export function withoutAutoscalers(
  context: DialectContext,
  draft: DraftEntry,
  components: ReadonlyMap<string, Component>,
  warned: Set<DraftTrait['source']>,
): DraftEntry {
  const workload = componentOf(draft.entry, components)?.spec?.workload;
  const overrides: WorkloadOverride[] = [...(draft.entry.overrides ?? [])];
  const traits = draft.traits.filter((each) => {
    const { trait } = each.entry;
    if (!saysItsKind(trait) || !isKnativeAutoscaler(trait)) return true;
    if (saysItsKind(workload) && !isKnativeService(workload)) {
      refuse(context, each, `${describeKind(workload)} of component "${instanceNameOf(draft.entry)}"`);
      return true;
    }
    const reading = readAutoscaler(trait);
    overrides.push(...reading.overrides);
    if (!warned.has(each.source)) warn(context, each, reading.unknown);
    warned.add(each.source);
    return false;
  });
  if (traits.length === draft.traits.length) return draft;
  return { entry: { ...draft.entry, overrides }, traits };
}

function refuse(context: DialectContext, { source }: DraftTrait, on: string): void {
  context.refuse([...source, 'trait', 'kind'], {
    code: OAM_CODES.traitNotApplicable,
    reason: 'TraitNotApplicable',
    message: `autoscaling.knative.dev Autoscaler applies to Knative Services, not to ${on}`,
    hint: 'Use a scaler that fits the workload: `capstan trait list --applies-to WORKLOAD --why`.',
  });
}

function warn(context: DialectContext, { source, entry }: DraftTrait, unknown: readonly string[]): void {
  const kind = entry.trait ? describeKind(entry.trait) : '';
  context.warn(
    [...source, 'trait', 'apiVersion'],
    `${kind} is read as annotations autoscaling.knative.dev/min-scale and max-scale of the workload's spec.template`,
  );
  for (const field of unknown) {
    context.warn([...source, 'trait', 'spec', field], `${field} has no Knative annotation and is not looked at`);
  }
}
