import type { KubernetesObject } from '@capstan/base';
import { OAM_CODES } from '../codes.ts';
import type { Component, WorkloadOverride } from '../kinds/index.ts';
import { instanceNameOf } from '../names.ts';
import { decidesReplicas } from '../rules/field-owners.ts';
import { isServerless } from '../rules/knative.ts';
import { ruleTrait, ruleWorkload } from '../rules/subjects.ts';
import type { DraftEntry } from './application-traits.ts';
import type { DialectContext } from './context.ts';
import { saysItsKind } from './embedded.ts';
import { workloadOf } from './entries.ts';
import { describeKind } from './kind-aliases.ts';
import { isKnativeAutoscaler, isKnativeService, overridesOf, type ScalerReading } from './knative-autoscaler.ts';
import { readScalerOf } from './knative-readings.ts';
import type { DraftTrait } from './traits.ts';

/**
 * The entry of a Knative Service with the scaler among its traits as annotations of the workload, which is where Knative
 * reads them: the talks' Autoscaler, a ScaledObject or a HorizontalPodAutoscaler. One that cannot be read so stays, and so
 * do two of them; the rules speak of these. An Autoscaler on any other workload is a problem, and stays.
 */
export function withoutScalers(
  context: DialectContext,
  draft: DraftEntry,
  components: ReadonlyMap<string, Component>,
  warned: Set<DraftTrait['source']>,
): DraftEntry {
  const workload = workloadOf(draft.entry, components);
  if (saysItsKind(workload) && !isKnativeService(workload)) {
    for (const each of draft.traits) if (isAutoscaler(each)) refuse(context, each, workload, draft);
    return draft;
  }
  const found = readableScaler(context, draft, workload);
  if (!found) return draft;
  const { scaler, reading } = found;
  const overrides: WorkloadOverride[] = [...(draft.entry.overrides ?? []), ...overridesOf(reading.settings)];
  if (!warned.has(scaler.source)) warn(context, scaler, reading);
  warned.add(scaler.source);
  return { entry: { ...draft.entry, overrides }, traits: draft.traits.filter((each) => each !== scaler) };
}

/** The one scaler of an entry, where Knative can read it. Of a workload that is not known only an Autoscaler tells. */
function readableScaler(
  { catalog }: DialectContext,
  { traits }: DraftEntry,
  workload: KubernetesObject | undefined,
): { readonly scaler: DraftTrait; readonly reading: ScalerReading } | undefined {
  const subject = saysItsKind(workload) ? ruleWorkload(workload, catalog) : undefined;
  const scalers = traits.filter((each) => {
    const { trait } = each.entry;
    if (!saysItsKind(trait)) return false;
    return subject ? decidesReplicas(ruleTrait(trait, catalog), subject) : isKnativeAutoscaler(trait);
  });
  const [scaler] = scalers;
  if (scalers.length !== 1 || !scaler?.entry.trait) return undefined;
  const reading = readScalerOf(workload, scaler.entry.trait);
  return reading && reading.refused === undefined ? { scaler, reading } : undefined;
}

function isAutoscaler({ entry: { trait } }: DraftTrait): boolean {
  return saysItsKind(trait) && isKnativeAutoscaler(trait);
}

function refuse(
  context: DialectContext,
  { source }: DraftTrait,
  workload: KubernetesObject,
  { entry }: DraftEntry,
): void {
  const on = `${describeKind(workload)} of component "${instanceNameOf(entry)}"`;
  context.refuse([...source, 'trait', 'kind'], {
    code: OAM_CODES.traitNotApplicable,
    reason: 'TraitNotApplicable',
    message: `autoscaling.knative.dev Autoscaler applies to Knative Services, not to ${on}`,
    hint: isServerless(ruleWorkload(workload, context.catalog))
      ? 'Set minScale and maxScale in the workload.'
      : 'Use a scaler that fits the workload: `capstan trait list --applies-to WORKLOAD --why`.',
  });
}

function warn(context: DialectContext, { source, entry }: DraftTrait, { settings, unknown }: ScalerReading): void {
  const kind = entry.trait ? describeKind(entry.trait) : '';
  const names = [...settings.keys()];
  const last = names.pop();
  const list = names.length > 0 ? `${names.join(', ')} and ${last}` : last;
  context.warn(
    [...source, 'trait', 'apiVersion'],
    `${kind} is read as annotations autoscaling.knative.dev/${list} of the workload's spec.template`,
  );
  for (const field of unknown) {
    context.warn([...source, 'trait', 'spec', field], `${field} has no Knative annotation and is not looked at`);
  }
}
