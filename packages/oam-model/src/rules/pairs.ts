import type { JsonObject } from '@capstan/base';
import { getField } from '../field-path.ts';
import { isBlank, isJsonObject } from '../json.ts';
import { typeName } from './conflicts.ts';
import { aim, type FieldOwner, ownedFields } from './field-owners.ts';
import { isScaledByKnative } from './knative.ts';
import type { Verdict } from './verdict.ts';

const KEDA = ['scaledobjects.keda.sh', 'autoscales.traits.capstan.dev', 'cronscales.traits.capstan.dev'];
const HPA = ['horizontalpodautoscalers.autoscaling'];
const VPA = ['verticalpodautoscalers.autoscaling.k8s.io'];
const MANUAL = ['manualscalertraits.core.oam.dev'];
const CANARY = 'canaries.flagger.app';
const FLAGGER = [CANARY, 'rollouts.traits.capstan.dev'];
const ARGO = ['rollouts.argoproj.io'];
const ROUTES = ['virtualservices.networking.istio.io', 'routes.extended.oam.dev'];

/** Two kinds of traits that know of one another, and why they cannot stand on one object; undefined where they can. */
interface PairRule {
  readonly one: readonly string[];
  readonly other: readonly string[];
  readonly because: (one: FieldOwner, other: FieldOwner, workload: FieldOwner) => string | undefined;
}

/** What the controllers of well-known kinds do to one another, whatever the objects say. */
const NEVER: readonly PairRule[] = [
  {
    one: [...KEDA, ...HPA],
    other: VPA,
    because: (scaler, vpa) =>
      `${typeName(vpa)} changes the requests that ${typeName(scaler)} measures by, so each undoes what the other did`,
  },
  {
    one: FLAGGER,
    other: MANUAL,
    because: (rollout, manual) =>
      `Flagger sets the replicas of the workload to 0 for ${typeName(rollout)} and runs a copy of it, and ${typeName(manual)} sets them back`,
  },
  {
    one: FLAGGER,
    other: ARGO,
    because: (rollout, argo) =>
      `${typeName(rollout)} and ${typeName(argo)} both roll the workload out, and only one may`,
  },
];

/** What they do to one another with fields that can be written otherwise. */
const SOMETIMES: readonly PairRule[] = [
  { one: FLAGGER, other: ['scaledobjects.keda.sh'], because: (_rollout, scaledObject) => lostByFlagger(scaledObject) },
  { one: FLAGGER, other: KEDA, because: (_rollout, scaler, workload) => tooLongForFlagger(scaler, workload) },
  { one: [CANARY], other: [...KEDA, ...HPA], because: withoutAutoscalerRef },
  { one: [CANARY], other: ROUTES, because: withOwnRoute },
  {
    one: FLAGGER,
    other: ['routes.extended.oam.dev'],
    because: (rollout, route, workload) =>
      isScaledByKnative(workload) && isGiven(route, 'spec.traffic')
        ? `${typeName(rollout)} and spec.traffic of ${typeName(route)} both divide the traffic of the Knative Service, and only one may`
        : undefined,
  },
];

/** Why two traits of well-known kinds cannot work on one object, whatever their Definitions say; undefined where they can. */
export function pairVerdict(one: FieldOwner, other: FieldOwner, workload: FieldOwner): Verdict | undefined {
  return either([...NEVER, ...SOMETIMES], one, other, workload);
}

/** The same for two types, of which there are no objects yet. */
export function typePairVerdict(one: FieldOwner, other: FieldOwner, workload: FieldOwner): Verdict | undefined {
  return either(NEVER, one, other, workload);
}

function either(
  pairs: readonly PairRule[],
  one: FieldOwner,
  other: FieldOwner,
  workload: FieldOwner,
): Verdict | undefined {
  for (const pair of pairs) {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      if (!isOneOf(pair.one, first) || !isOneOf(pair.other, second)) continue;
      const rule = pair.because(first, second, workload);
      if (rule) return refusedBecause(rule, first);
    }
  }
  return undefined;
}

/** Why a trait of a well-known kind cannot stand on this very workload, whatever its Definition says. */
export function rolloutVerdict(trait: FieldOwner, workload: FieldOwner): Verdict | undefined {
  if (!isOneOf(FLAGGER, trait) || aim(trait, workload) !== '') return undefined;
  const [rollout, type] = [typeName(trait), typeName(workload)];
  if (isOneOf(ARGO, workload)) {
    return refusedBecause(`${rollout} and ${type} both roll the workload out, and only one may`, trait);
  }
  if (!isScaledByKnative(workload)) return besideOneCopy(trait, workload);
  if (isGiven(workload, 'spec.traffic')) {
    const rule = `${rollout} and spec.traffic of ${type} both divide the traffic between revisions, and only one may`;
    return refusedBecause(rule, trait);
  }
  const wrong = isOneOf([CANARY], trait) ? wrongForKnative(trait) : undefined;
  return wrong === undefined ? undefined : refusedBecause(`${rollout} on ${type} ${wrong}`, trait);
}

/** A workload that keeps its replicas must not run twice, as it does while Flagger compares two versions. */
function besideOneCopy(trait: FieldOwner, workload: FieldOwner): Verdict | undefined {
  if (!workload.definition) return undefined;
  const kept = ownedFields(workload).find(({ field }) => field === 'replicas');
  if (!kept) return undefined;
  const rule = `${typeName(workload)} keeps its ${kept.field}, and ${typeName(trait)} runs a copy of it beside it`;
  return { allowed: false, rule, source: kept.source };
}

/** Flagger reads a Canary on a Knative Service so only, and refuses an autoscaler: Knative has its own. */
function wrongForKnative({ object }: FieldOwner): string | undefined {
  if (getField(object, 'spec.provider') !== 'knative') return 'must say spec.provider: knative';
  if (!isBlank(getField(object, 'spec.autoscalerRef'))) return 'may have no spec.autoscalerRef: Knative scales it';
  return undefined;
}

/** Flagger reads and writes whole ScaledObjects by a type that lacks these fields. */
const LOST_BY_FLAGGER = ['initialCooldownPeriod', 'advanced.scalingModifiers', 'fallback.behavior'] as const;

function lostByFlagger({ object }: FieldOwner): string | undefined {
  const lost = LOST_BY_FLAGGER.filter((field) => getField(object, `spec.${field}`) !== undefined).map(
    (field) => `spec.${field}`,
  );
  const triggers = getField(object, 'spec.triggers');
  for (const [at, trigger] of (Array.isArray(triggers) ? triggers : []).entries()) {
    if (isJsonObject(trigger) && 'useCachedMetrics' in trigger) lost.push(`spec.triggers[${at}].useCachedMetrics`);
  }
  if (lost.length === 0) return undefined;
  return `Flagger writes ScaledObjects without fields that it does not know, so beside it these may not be set: ${lost.join(', ')}`;
}

/** KEDA makes `keda-hpa-<name>` of the copy `<name>-primary`, and both end up in labels. */
const LONGEST_BESIDE_FLAGGER = 46;

function tooLongForFlagger(scaler: FieldOwner, workload: FieldOwner): string | undefined {
  if (isScaledByKnative(workload)) return undefined;
  const { name = '' } =
    (scaler.target.resourceName === 'scaledobjects.keda.sh' ? scaler : workload).object.metadata ?? {};
  if (name.length <= LONGEST_BESIDE_FLAGGER) return undefined;
  return `Flagger copies the ScaledObject "${name}" to "${name}-primary", which KEDA has no room for: the name may have ${LONGEST_BESIDE_FLAGGER} characters`;
}

/** A raw Canary is applied as it is written, so it has to name the scaler that Flagger is to take along. */
function withoutAutoscalerRef(canary: FieldOwner, scaler: FieldOwner, workload: FieldOwner): string | undefined {
  if (isScaledByKnative(workload)) return undefined;
  const isHpa = isOneOf(HPA, scaler);
  const kind = isHpa ? 'HorizontalPodAutoscaler' : 'ScaledObject';
  const isRaw = isHpa || scaler.target.resourceName === 'scaledobjects.keda.sh';
  const name = (isRaw ? scaler : workload).object.metadata?.name;
  const stated = getField(canary.object, 'spec.autoscalerRef');
  const reference: JsonObject = isJsonObject(stated) ? stated : {};
  if (reference['kind'] === kind && (name === undefined || name === '' || reference['name'] === name)) return undefined;
  const wanted = name ? `${kind} ${name}` : `the ${kind} by its metadata.name`;
  return `${typeName(canary)} and ${typeName(scaler)} both set the replicas unless spec.autoscalerRef of the Canary names ${wanted}; rollouts.traits.capstan.dev does so by itself`;
}

/** With Istio Flagger makes the VirtualService itself, from the Canary alone. */
function withOwnRoute(canary: FieldOwner, route: FieldOwner): string | undefined {
  const provider = getField(canary.object, 'spec.provider');
  if (!isBlank(provider) && provider !== 'istio') return undefined;
  return `Flagger makes the route of ${typeName(canary)} itself, beside which ${typeName(route)} is a second one: write its hosts and gateways into spec.service of the Canary, or use rollouts.traits.capstan.dev, which takes it over`;
}

function isGiven({ object }: FieldOwner, path: string): boolean {
  return !isBlank(getField(object, path));
}

function isOneOf(names: readonly string[], { target }: Pick<FieldOwner, 'target'>): boolean {
  return names.includes(target.resourceName);
}

function refusedBecause(rule: string, { target }: FieldOwner): Verdict {
  return { allowed: false, rule, source: { kind: 'Capstan', name: `knows ${target.resourceName}` } };
}
