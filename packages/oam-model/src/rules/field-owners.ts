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
  ['verticalpodautoscalers.autoscaling.k8s.io', ['resources']],
  ['canaries.flagger.app', ['rollout']],
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

/** The fields of this very workload that a trait owns: none where it says that it works on another object. */
export function decidedFields(trait: FieldOwner, workload: FieldOwner): OwnedField[] {
  return aim(trait, workload) === '' ? ownedFields(trait) : [];
}

/**
 * Whether two traits of a component keep out of each other's fields: of one field of one object only one may decide.
 * Undefined where they share none.
 */
export function ownerVerdict(one: FieldOwner, other: FieldOwner, workload: FieldOwner): Verdict | undefined {
  const theirs = ownedFields(other);
  const both = ownedFields(one).find(
    ({ field }) => field !== SHARED_FIELD && theirs.some((each) => each.field === field),
  );
  if (!both || aim(one, workload) !== aim(other, workload)) return undefined;
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

/** The object whose fields a trait decides. One that its Definition fills in is the workload, whatever the trait says. */
function aim({ object, definition }: FieldOwner, workload: FieldOwner): string {
  const filled = definition?.kind === 'TraitDefinition' && (definition as TraitDefinition).spec.workloadRefPath;
  if (filled) return '';
  const named = TARGET_PATHS.map((path) => getField(object, path)).find(isJsonObject);
  const name = named?.['name'];
  return typeof name !== 'string' || name === '' || name === workload.object.metadata?.name ? '' : name;
}
