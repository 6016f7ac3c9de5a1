import type { KubernetesObject } from '@capstan/base';
import { healthOf, type NewCondition } from '@capstan/kube';
import type { TypedReference } from '@capstan/oam-model';
import { type Report, syncedCondition } from '../shared/conditions.ts';
import type { Failure, Outcome } from './act.ts';

/** The status of a workload whose children were looked after. */
export function reportOutcome({ deployment, service, failures }: Outcome): Report {
  const resources = [deployment, service].flatMap((child) => (child ? [typedReference(child)] : []));
  const problem = failures[0] && problemText(failures[0]);
  return {
    conditions: [syncedCondition(problem), readyCondition(deployment, problem)],
    fields: { resources: resources.length > 0 ? resources : undefined },
  };
}

/** The status of a workload that cannot be rendered. What it made before stays, and stays on record. */
export function reportProblem(problem: string): Report {
  return { conditions: [syncedCondition(problem), readyCondition(undefined, problem)] };
}

/** A failure as conditions tell it. */
export function problemText({ stage, message }: Failure): string {
  return `${stage}: ${message}`;
}

/** Says no more than changes rarely: counts of pods are in the Deployment's own status. */
function readyCondition(deployment: KubernetesObject | undefined, problem: string | undefined): NewCondition {
  const type = 'Ready';
  if (problem !== undefined || !deployment) {
    return { type, status: 'False', reason: 'ReconcileError', message: (problem ?? '').slice(0, 1024) };
  }
  const health = healthOf(deployment);
  if (health.status === 'ready') return { type, status: 'True', reason: 'DeploymentReady', message: '' };
  if (health.status === 'degraded') {
    return { type, status: 'False', reason: health.reason, message: health.message ?? '' };
  }
  const message = `deployment ${deployment.metadata.name} is not ready`;
  return { type, status: 'False', reason: 'DeploymentNotReady', message };
}

function typedReference({ apiVersion, kind, metadata: { name, uid } }: KubernetesObject): TypedReference {
  return { apiVersion, kind, name, ...(uid === undefined ? {} : { uid }) };
}
