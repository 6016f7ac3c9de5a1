import type { ClusterView, Condition, Health, KubernetesObject } from '@capstan/plugin-api';
import { isOf, listIn, recordIn } from './plain.ts';
import { PRIMARY_SUFFIX } from './spec.ts';

/** What a phase of a Canary means for the rollout; in the order in which Flagger goes through them. */
const UNDER_WAY: Readonly<Record<string, string>> = {
  Initializing: 'Flagger is making the copy that serves',
  Waiting: 'the new version waits for an approval',
  Progressing: 'the new version is being checked',
  WaitingPromotion: 'the new version waits for an approval of its promotion',
  Promoting: 'the new version has passed and is being promoted',
  Finalising: 'the new version has passed, and all traffic goes to it',
  Terminating: 'Flagger is giving the component back',
  Terminated: 'Flagger is giving the component back',
};

const NEW_VERSION: Health = {
  status: 'progressing',
  reason: 'NewVersion',
  message: 'Flagger has not looked at the new version yet',
};

/**
 * Health of a rollout from its live Canary. Only two phases are final and well: after `Failed` the version from before
 * serves, and the workload's own Deployment, which stands at 0, says nothing.
 */
export function rolloutHealth(
  _trait: KubernetesObject,
  objects: readonly KubernetesObject[],
  cluster: ClusterView,
): Health {
  const canary = canaryAmong(objects);
  if (!canary) return { status: 'progressing', reason: 'Creating', message: 'the Canary is being created' };
  const status = recordIn(canary, 'status');
  const phase = typeof status['phase'] === 'string' ? status['phase'] : '';
  if (recordIn(canary, 'spec')['suspend'] === true) {
    return { status: 'ready', reason: 'Suspended', message: 'rollouts are suspended on purpose' };
  }
  if (phase === 'Failed') return afterFailure(canary, cluster, status['canaryWeight'] === 100);
  if (phase === 'Initialized' || phase === 'Succeeded') {
    if (hasNews(canary, cluster)) {
      return NEW_VERSION;
    }
    return { status: 'ready', reason: phase };
  }
  const message = UNDER_WAY[phase];
  if (message === undefined) {
    return { status: 'progressing', reason: 'Initializing', message: 'Flagger has not looked at the Canary yet' };
  }
  return { status: 'progressing', reason: phase, message: `${message}${progress(phase, status)}` };
}

/**
 * Health of the workload whose pods Flagger runs as `<name>-primary`: what serves, whatever becomes of the new version.
 * Undefined while the workload serves itself: before the copy is there, and when it is given back.
 */
export function servingHealth(
  _trait: KubernetesObject,
  objects: readonly KubernetesObject[],
  cluster: ClusterView,
): Health | undefined {
  const canary = canaryAmong(objects);
  const primary = primaryOf(canary, cluster);
  if (!canary || !primary || !isTakenOver(canary)) return undefined;
  const { metadata } = primary;
  if (isServing(primary)) return { status: 'ready', reason: 'Serving', message: `${metadata.name} serves` };
  const problem = conditionOf(primary, 'Progressing');
  const available = conditionOf(primary, 'Available');
  if (problem?.status === 'False' || available?.status === 'False') {
    const why = (problem?.status === 'False' ? problem : available)?.message;
    const message = `${metadata.name}, which serves, is not available${why ? `: ${why}` : ''}`;
    return { status: 'degraded', reason: 'PrimaryUnavailable', message };
  }
  return { status: 'progressing', reason: 'PrimaryUpdating', message: `${metadata.name} is being updated` };
}

/** The live Deployment or DaemonSet that serves, once Flagger has taken over. */
export function servingObject(
  _trait: KubernetesObject,
  objects: readonly KubernetesObject[],
  cluster: ClusterView,
): KubernetesObject | undefined {
  const canary = canaryAmong(objects);
  return canary && isTakenOver(canary) ? primaryOf(canary, cluster) : undefined;
}

function canaryAmong(objects: readonly KubernetesObject[]): KubernetesObject | undefined {
  return objects.find((object) => isOf(object, 'flagger.app', 'Canary'));
}

/**
 * Flagger says nothing more about a rollout that failed: not when what serves is asked for again, which it does not roll
 * out, and not about a newer version before it has looked at it.
 */
function afterFailure(canary: KubernetesObject, cluster: ClusterView, promotion: boolean): Health {
  const target = targetObject(canary, cluster);
  const since = Date.parse(String(recordIn(canary, 'status')['lastTransitionTime'] ?? ''));
  if (target && primaryOf(canary, cluster) && !hasNews(canary, cluster)) {
    return {
      status: 'ready',
      reason: 'RolledBack',
      message: 'the last rollout failed; what serves is what is asked for',
    };
  }
  if (target && podsChangedAt(target) > since) return NEW_VERSION;
  return failed(promotion);
}

/** When the pods of a workload were last asked to be others: Flagger itself writes only whether there are any. */
function podsChangedAt({ metadata: { managedFields = [] } }: KubernetesObject): number {
  const times = managedFields
    .filter((entry) => {
      const template = recordIn(recordIn(entry, 'fieldsV1'), 'f:spec')['f:template'];
      return template !== undefined && JSON.stringify(template) !== NODES_ONLY;
    })
    .map(({ time }) => Date.parse(String(time)));
  return Math.max(...times.filter((time) => !Number.isNaN(time)));
}

/** A promotion may fail as well: then the old version is gone and the new one serves from the workload itself. */
function failed(promotion: boolean): Health {
  const message = promotion
    ? 'rollout failed: the new version serves, but the copy that should serve does not become ready with it'
    : 'rollout failed: the version from before still serves; the Events of the Canary say why (no traffic is a failure too)';
  return { status: 'degraded', reason: promotion ? 'PromotionFailed' : 'RolloutFailed', message, final: true };
}

function progress(phase: string, status: Readonly<Record<string, unknown>>): string {
  if (phase !== 'Progressing') return '';
  const { canaryWeight = 0, iterations = 0, failedChecks = 0 } = status;
  const so = Number(iterations) > 0 ? `${Number(iterations)} checks` : `${Number(canaryWeight)}% of the traffic`;
  return Number(failedChecks) > 0 ? `: ${so}, ${Number(failedChecks)} checks failed` : `: ${so}`;
}

/** From `Initialized` on the workload's own Deployment is at 0, or runs the new version only. */
function isTakenOver(canary: KubernetesObject): boolean {
  const phase = recordIn(canary, 'status')['phase'];
  return typeof phase === 'string' && !['', 'Initializing', 'Terminating', 'Terminated'].includes(phase);
}

/** Whether the workload's pods are to be others than those that serve: Flagger looks only at its interval. */
function hasNews(canary: KubernetesObject, cluster: ClusterView): boolean {
  const primary = primaryOf(canary, cluster);
  // A Knative Service has none, and is no kind that this plugin looks at.
  if (!primary) return false;
  const target = targetObject(canary, cluster);
  return target !== undefined && podsOf(target) !== podsOf(primary);
}

function targetObject(canary: KubernetesObject, cluster: ClusterView): KubernetesObject | undefined {
  const target = targetOf(canary);
  // A Knative Service is no kind that this plugin looks at.
  if (target.kind === 'Service') return undefined;
  return cluster.get({ ...target, namespace: canary.metadata.namespace ?? '' });
}

function primaryOf(canary: KubernetesObject | undefined, cluster: ClusterView): KubernetesObject | undefined {
  if (!canary) return undefined;
  const { apiVersion, kind, name } = targetOf(canary);
  if (kind === 'Service') return undefined;
  return cluster.get({
    apiVersion,
    kind,
    namespace: canary.metadata.namespace ?? '',
    name: `${name}${PRIMARY_SUFFIX}`,
  });
}

function targetOf(canary: KubernetesObject): { apiVersion: string; kind: string; name: string } {
  const { apiVersion, kind, name } = recordIn(canary['spec'], 'targetRef');
  return { apiVersion: String(apiVersion), kind: String(kind), name: String(name) };
}

/** A label that no node has: by selecting it Flagger keeps a DaemonSet without pods, which has no number of replicas. */
const OFF = 'flagger.app/scale-to-zero';

/** What Flagger owns of a DaemonSet's pods by that: the API server knows a nodeSelector only as a whole. */
const NODES_ONLY = JSON.stringify({ 'f:spec': { 'f:nodeSelector': {} } });

/** What the pods are made of. Flagger gives the copy's pods copies of their ConfigMaps and Secrets, and labels of its own. */
function podsOf(workload: KubernetesObject): string {
  const spec = recordIn(recordIn(workload['spec'], 'template'), 'spec');
  const { nodeSelector: _, ...pod } = spec;
  const { [OFF]: __, ...nodes } = recordIn(spec, 'nodeSelector');
  return JSON.stringify([pod, nodes]).replaceAll(`${PRIMARY_SUFFIX}"`, '"');
}

function isServing(primary: KubernetesObject): boolean {
  const spec = recordIn(primary, 'spec');
  const status = recordIn(primary, 'status');
  const count = (name: string) => (typeof status[name] === 'number' ? (status[name] as number) : 0);
  if (count('observedGeneration') < (primary.metadata.generation ?? 0)) return false;
  if (primary.kind === 'DaemonSet') return count('numberAvailable') >= count('desiredNumberScheduled');
  const wanted = typeof spec['replicas'] === 'number' ? spec['replicas'] : 1;
  return count('updatedReplicas') >= wanted && count('availableReplicas') >= wanted;
}

function conditionOf(object: KubernetesObject, type: string): Condition | undefined {
  const conditions = listIn(object['status'], 'conditions') as readonly Condition[];
  return conditions.find((one) => one.type === type);
}
