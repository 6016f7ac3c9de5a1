import type { KubernetesObject } from '@capstan/base';
import { getField } from '../field-path.ts';
import { isJsonObject } from '../json.ts';
import type { TraitDefinition, WorkloadDefinition } from '../kinds/index.ts';
import { typeName } from './conflicts.ts';
import type { TypeTarget } from './type-entries.ts';
import type { RuleSource, Verdict } from './verdict.ts';

/** A field of the workload that a trait decides, and where that is said. */
export interface OwnedField {
  /** `replicas`, `hosts`, or any other word that Definitions agree on. */
  readonly field: string;
  readonly source: RuleSource;
}

/** A trait or workload whose fields are looked at. */
export interface FieldOwner {
  readonly object: KubernetesObject;
  readonly target: TypeTarget;
  readonly definition?: TraitDefinition | WorkloadDefinition;
}

/** Claimed by host and path, which several traits of a component may do beside one another (`oneRoutePerHost`). */
export const SHARED_FIELD = 'hosts';

const WELL_KNOWN: ReadonlyMap<string, readonly string[]> = new Map([
  ['manualscalertraits.core.oam.dev', ['replicas']],
  ['horizontalpodautoscalers.autoscaling', ['replicas']],
  ['scaledobjects.keda.sh', ['replicas']],
  ['autoscales.traits.capstan.dev', ['replicas']],
  ['cronscales.traits.capstan.dev', ['replicas']],
  ['autoscalers.autoscaling.knative.dev', ['replicas']],
  ['verticalpodautoscalers.autoscaling.k8s.io', ['resources']],
  ['canaries.flagger.app', ['rollout']],
  ['rollouts.traits.capstan.dev', ['rollout']],
  ['rollouts.argoproj.io', ['rollout']],
  ['ingresses.networking.k8s.io', [SHARED_FIELD]],
  ['httproutes.gateway.networking.k8s.io', [SHARED_FIELD]],
  ['virtualservices.networking.istio.io', [SHARED_FIELD]],
  ['domainmappings.serving.knative.dev', [SHARED_FIELD]],
  ['routes.extended.oam.dev', [SHARED_FIELD]],
]);

/** The fields that a trait owns: by `extension.owns` of its Definition, else as Capstan knows its kind. */
export function ownedFields({ definition, target }: Omit<FieldOwner, 'object'>): OwnedField[] {
  const stated = definition?.spec.extension?.owns;
  if (definition && Array.isArray(stated)) {
    const kind = definition.kind;
    const { name } = definition.metadata;
    return stated.flatMap((field: unknown, index) =>
      typeof field === 'string' ? [{ field, source: { kind, name, field: `spec.extension.owns[${index}]` } }] : [],
    );
  }
  const known = WELL_KNOWN.get(target.resourceName) ?? [];
  return known.map((field) => ({ field, source: { kind: 'Capstan', name: `knows ${target.resourceName}` } }));
}

/** Whether a trait decides how many replicas this very workload has. */
export function decidesReplicas(trait: FieldOwner, workload: FieldOwner): boolean {
  return decidedFields(trait, workload).some(({ field }) => field === 'replicas');
}

/**
 * The trait's field beside which the workload may not state replicas: its replicas, or its rollout. Who rolls a workload
 * out runs copies of it, and sets the workload itself to 0 in between.
 */
export function replicasTakenBy(trait: FieldOwner, workload: FieldOwner): OwnedField | undefined {
  return decidedFields(trait, workload).find(({ field }) => field === 'replicas' || field === 'rollout');
}

/**
 * How many replicas a workload begins with beside these traits: what it states, where the only one to decide is a trait
 * that rolls out, for that makes copies of as many as it finds. An autoscaler has a beginning of its own.
 */
export function firstReplicasOf(workload: FieldOwner, traits: readonly FieldOwner[]): number | undefined {
  const replicas = getField(workload.object, ['spec', 'replicas']);
  const taken = traits.flatMap((trait) => replicasTakenBy(trait, workload) ?? []);
  const begins = taken.length > 0 && taken.every(({ field }) => field === 'rollout');
  return begins && typeof replicas === 'number' ? replicas : undefined;
}

/** The fields of this very workload that a trait owns: none where it says that it works on another object. */
function decidedFields(trait: FieldOwner, workload: FieldOwner): OwnedField[] {
  return aim(trait, workload) === '' ? ownedFields(trait) : [];
}

/** Whether two that work on one object keep out of each other's fields: only one may decide a field of it. */
export function ownerVerdict(one: FieldOwner, other: FieldOwner): Verdict | undefined {
  const theirs = ownedFields(other);
  const both = ownedFields(one).find(
    ({ field }) => field !== SHARED_FIELD && theirs.some((each) => each.field === field),
  );
  if (!both) return undefined;
  const rule = `${typeName(one)} and ${typeName(other)} both decide the ${both.field} of the workload, and only one may`;
  return { allowed: false, rule, source: both.source };
}

/** Whether a trait may decide a field of a workload: not when the workload's Definition keeps it. */
export function workloadOwnerVerdict(trait: FieldOwner, workload: FieldOwner): Verdict | undefined {
  if (!Array.isArray(workload.definition?.spec.extension?.owns)) return undefined;
  const fields = decidedFields(trait, workload).map(({ field }) => field);
  const kept = ownedFields(workload).find(({ field }) => fields.includes(field));
  if (!kept) return undefined;
  const rule = `${typeName(workload)} keeps its ${kept.field}, which ${typeName(trait)} would decide`;
  return { allowed: false, rule, source: kept.source };
}

/** Where kinds of traits say what they work on. */
const TARGET_PATHS = ['spec.scaleTargetRef', 'spec.workloadRef', 'spec.targetRef'] as const;

/** The object that a kind of trait says it works on, as it is written. */
export function statedTarget(object: KubernetesObject): { readonly kind?: string; readonly name: string } | undefined {
  const named = TARGET_PATHS.map((path) => getField(object, path)).find(isJsonObject);
  const { kind, name } = named ?? {};
  if (typeof name !== 'string' || name === '') return undefined;
  return typeof kind === 'string' && kind !== '' ? { kind, name } : { name };
}

/**
 * The name of the object whose fields a trait decides, where it is not the workload. One that its Definition fills in is
 * the workload, whatever the trait says.
 */
export function aim({ object, definition }: FieldOwner, workload: FieldOwner): string {
  const filled = definition?.kind === 'TraitDefinition' && (definition as TraitDefinition).spec.workloadRefPath;
  if (filled) return '';
  const name = statedTarget(object)?.name ?? '';
  return name === workload.object.metadata?.name ? '' : name;
}
