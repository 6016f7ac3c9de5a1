import { type Condition, groupOf, type Health, type KubernetesObject } from '@capstan/base';
import { conditionsOf } from './client.ts';
import { findCondition } from './conditions.ts';
import { degraded, numberAt, progressing, ready } from './kstatus-values.ts';
import { WORKLOAD_RULES } from './kstatus-workloads.ts';

/** The health of one kind from its own fields. */
type HealthRule = (object: KubernetesObject) => Health;

const RULES: Readonly<Record<string, HealthRule>> = {
  ...WORKLOAD_RULES,
  'PersistentVolumeClaim.': (claim) => {
    const phase = (claim['status'] as { phase?: string } | undefined)?.phase;
    return phase === 'Bound' ? ready('Bound') : progressing('NotBound', `phase ${phase ?? 'unknown'}`);
  },
  'Service.': (service) => {
    const spec = service['spec'] as { type?: string; clusterIP?: string } | undefined;
    const waits = spec?.type === 'LoadBalancer' && !spec.clusterIP;
    return waits ? progressing('NoIPAssigned', 'the LoadBalancer has no cluster IP yet') : ready('ServiceReady');
  },
  'CustomResourceDefinition.apiextensions.k8s.io': definition,
  'APIService.apiregistration.k8s.io': (service) => {
    const available = findCondition(conditionsOf(service), 'Available');
    if (available?.status === 'True') return ready('Available');
    return progressing(available?.reason ?? 'NotAvailable', available?.message);
  },
};

/**
 * The health of any object by the rules of kstatus (sigs.k8s.io/cli-utils/pkg/kstatus): Current is ready, InProgress and
 * Terminating are progressing, Failed is degraded. Kinds without rules go by their conditions Reconciling, Stalled and Ready;
 * an object that has none of them counts as ready. Unlike kstatus, a pod that cannot be scheduled stays progressing
 * however long it waits, an APIService goes by its Available condition, and the condition Degraded counts like Stalled.
 */
export function healthOf(object: KubernetesObject): Health {
  const conditions = conditionsOf(object);
  if (object.metadata.deletionTimestamp) return progressing('Terminating', deletionText(object, conditions));
  const general = generation(object) ?? fromConditions(conditions);
  if (general) return general;
  const rule = RULES[`${object.kind}.${groupOf(object.apiVersion)}`];
  return rule ? rule(object) : fromReady(object, conditions);
}

/** What an object that is being deleted waits for: in its controller's words where it has some, else its finalizers. */
function deletionText({ metadata: { finalizers = [] } }: KubernetesObject, conditions: readonly Condition[]): string {
  const told = findCondition(conditions, 'Ready');
  if (told?.reason === 'Deleting' && told.message) return told.message;
  if (finalizers.length === 0) return 'it is being deleted';
  return `it is being deleted and waits for ${finalizers.join(', ')}`;
}

function generation(object: KubernetesObject): Health | undefined {
  const observed = numberAt(object, 'status', 'observedGeneration');
  const wanted = object.metadata.generation;
  if (observed === undefined || wanted === undefined || observed === wanted) return undefined;
  return progressing('LatestGenerationNotObserved', `generation ${wanted}, observed ${observed}`);
}

function fromConditions(conditions: readonly Condition[]): Health | undefined {
  for (const { type, status, reason, message } of conditions) {
    if (status !== 'True') continue;
    if (type === 'Reconciling') return progressing(reason || type, message);
    if (type === 'Stalled' || type === 'Degraded') return degraded(reason || type, message);
  }
  return undefined;
}

function fromReady(object: KubernetesObject, conditions: readonly Condition[]): Health {
  const condition = findCondition(conditions, 'Ready');
  if (!condition) return ready('Exists');
  const { observedGeneration } = condition;
  const wanted = object.metadata.generation;
  if (observedGeneration !== undefined && wanted !== undefined && observedGeneration < wanted) {
    return progressing('LatestGenerationNotObserved', `generation ${wanted}, observed ${observedGeneration}`);
  }
  if (condition.status === 'True') return ready(condition.reason || 'Ready', condition.message);
  return progressing(condition.reason || 'NotReady', condition.message);
}

function definition(crd: KubernetesObject): Health {
  const conditions = conditionsOf(crd);
  const names = findCondition(conditions, 'NamesAccepted');
  if (names?.status === 'False') return degraded(names.reason, names.message);
  const established = findCondition(conditions, 'Established');
  if (established?.status === 'True') return ready('Established');
  if (established?.status === 'False' && established.reason !== 'Installing') {
    return degraded(established.reason, established.message);
  }
  return progressing('Installing', 'it is not established yet');
}
