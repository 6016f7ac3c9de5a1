import { readScalerOf } from '../dialect/knative-readings.ts';
import { typeName } from './conflicts.ts';
import { decidesReplicas, type FieldOwner, ownedFields } from './field-owners.ts';
import type { RuleSource, Verdict } from './verdict.ts';

/** Capstan's own workload that Knative runs. */
const SERVERLESS = 'serverlesses.workloads.capstan.dev';

/** Knative's own workload. */
const KNATIVE_SERVICE = 'services.serving.knative.dev';

/** Scalers that become annotations of a Knative Service where these can say the same. */
const READABLE: readonly string[] = [
  'autoscalers.autoscaling.knative.dev',
  'scaledobjects.keda.sh',
  'horizontalpodautoscalers.autoscaling',
];

/** True for the friendly workload that Knative scales by fields of its own. */
export function isServerless({ target }: Pick<FieldOwner, 'target'>): boolean {
  return target.resourceName === SERVERLESS;
}

/** True for Knative's own workload, which it scales by annotations of its template. */
export function isKnativeService({ target }: Pick<FieldOwner, 'target'>): boolean {
  return target.resourceName === KNATIVE_SERVICE;
}

/** True for workloads whose pods Knative starts and stops by itself. */
export function isScaledByKnative(workload: FieldOwner): boolean {
  return isServerless(workload) || isKnativeService(workload);
}

/**
 * What becomes of a scaler on a workload that Knative scales; undefined for every other trait and workload. A Serverless
 * has fields for it, so each scaler is refused. On a Knative Service a scaler that says nothing but what Knative's
 * annotations can say is read as these, and refused otherwise; Capstan's own friendly scalers see to that themselves.
 */
export function knativeVerdict(trait: FieldOwner, workload: FieldOwner): Verdict | undefined {
  if (!isScaledByKnative(workload)) return undefined;
  const [scaler, scaled] = [typeName(trait), typeName(workload)];
  const source = sourceOf(workload);
  const refused = (why: string): Verdict => ({ allowed: false, rule: why, source });
  if (ownedFields(trait).some(({ field }) => field === 'resources')) {
    return refused(
      `${scaler} changes the requests of running pods, and Knative runs revisions of ${scaled}, which never change`,
    );
  }
  if (!decidesReplicas(trait, workload)) return undefined;
  if (isServerless(workload)) {
    return refused(
      `${scaled} keeps its replicas, which ${scaler} would decide: Knative scales it by its own minScale, maxScale, metric and target`,
    );
  }
  if (READABLE.includes(trait.target.resourceName)) {
    const reason = readScalerOf(workload.object, trait.object)?.refused;
    if (reason) return refused(`Knative decides the replicas of ${scaled}, not ${scaler}: ${reason}`);
    return {
      allowed: true,
      rule: `${scaler} is read as annotations by which Knative scales ${scaled}, where these can say the same`,
      source,
    };
  }
  if (trait.target.resourceName !== 'manualscalertraits.core.oam.dev') return undefined;
  return refused(
    `Knative decides the replicas of ${scaled}, not ${scaler}: set the annotations autoscaling.knative.dev/min-scale and max-scale of its spec.template`,
  );
}

/** The Definition that says that the workload keeps its replicas, else Capstan, which knows so. */
function sourceOf(workload: FieldOwner): RuleSource {
  const stated = workload.definition ? ownedFields(workload).find(({ field }) => field === 'replicas') : undefined;
  return stated?.source ?? { kind: 'Capstan', name: `knows ${workload.target.resourceName}` };
}
