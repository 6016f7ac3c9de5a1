import { type Clock, describeObject, type KubernetesObject, systemClock } from '@capstan/base';
import type { Probe, ProbeStatus } from '@capstan/capability-model';
import { conditionsOf, healthOf, type KubeClient } from '@capstan/kube';
import { valuesAt } from './field-path.ts';

/** What a probe says about its target. */
export interface ProbeVerdict {
  readonly result: ProbeStatus['result'];
  readonly message?: string;
  /** With `failed`: its controller has not looked at the last change yet; soon it will be known. */
  readonly settling?: true;
}

/** Whether pods of the cluster run, and how that is known. */
export interface ProbeFacts {
  readonly simulated: boolean;
  readonly reason?: string;
}

/**
 * What a probe says, given its target as it is. On a cluster whose pods are simulated nothing can be said about what a
 * pod would serve, whatever a status claims, nor about what a pod would report while nobody has. A target that is not
 * there fails.
 */
export function evaluateProbe(probe: Probe, target: KubernetesObject | undefined, facts: ProbeFacts): ProbeVerdict {
  if (probe.servedByPods && facts.simulated) {
    const reason = facts.reason === undefined ? '' : `: ${facts.reason}`;
    return { result: 'unverifiable', message: `pods are simulated here${reason}` };
  }
  if (!target) return { result: 'failed', message: `${describeObject(probe.target)} does not exist` };
  if (probe.reportedByPods && facts.simulated && conditionsOf(target).length === 0) {
    const message = `no controller has reported on ${describeObject(probe.target)}, and pods are simulated here`;
    return { result: 'unverifiable', message };
  }
  const problem = problemOf(probe, target);
  if (problem === undefined) return { result: 'ok' };
  const settling = healthOf(target).reason === 'LatestGenerationNotObserved';
  return { result: 'failed', message: problem, ...(settling ? { settling } : {}) };
}

function problemOf(probe: Probe, target: KubernetesObject): string | undefined {
  if (probe.type === 'kstatus') {
    const { status, reason, message } = healthOf(target);
    return status === 'ready' ? undefined : withMessage(`${describeObject(probe.target)}: ${reason}`, message);
  }
  if (probe.type === 'condition') return conditionProblem(probe, target);
  return fieldProblem(probe, target);
}

function conditionProblem(probe: Probe & { type: 'condition' }, target: KubernetesObject): string | undefined {
  const { type, status } = probe.condition;
  const found = conditionsOf(target).find((condition) => condition.type === type);
  const where = describeObject(probe.target);
  if (!found) return `${where} has no condition ${type}`;
  if (found.status === status) return undefined;
  return withMessage(`${where}: ${type} is ${found.status} (${found.reason})`, found.message);
}

function fieldProblem(probe: Probe & { type: 'field' }, target: KubernetesObject): string | undefined {
  const values = valuesAt(target, probe.path);
  const where = `${probe.path} of ${describeObject(probe.target)}`;
  const { equals } = probe;
  if (equals === undefined) {
    return values.length > 0 && values.every(isFilled) ? undefined : `${where} is empty`;
  }
  return values.length > 0 && values.every((value) => value === equals) ? undefined : `${where} is not ${equals}`;
}

function isFilled(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function withMessage(text: string, message: string | undefined): string {
  return message ? `${text}: ${message}` : text;
}

/** Evaluates probes against the cluster as it is now; it writes nothing. */
export async function runProbes(
  client: KubeClient,
  probes: readonly Probe[],
  facts: ProbeFacts,
  clock: Clock = systemClock,
): Promise<ProbeStatus[]> {
  return Promise.all(
    probes.map(async (probe) => {
      const target = await client.get(probe.target);
      const { settling: _, ...verdict } = evaluateProbe(probe, target, facts);
      return { id: probe.id, level: probe.level, observedAt: new Date(clock.now()).toISOString(), ...verdict };
    }),
  );
}

/** `Ready`, `Ready (2 checks not verifiable here)` or `Degraded (1 of 5 checks fails)`: probes in one line. */
export function summarizeProbes(probes: readonly Pick<ProbeStatus, 'result'>[]): string {
  const failed = probes.filter(({ result }) => result === 'failed').length;
  if (failed > 0) return `Degraded (${failed} of ${probes.length} checks ${failed === 1 ? 'fails' : 'fail'})`;
  const unknown = probes.filter(({ result }) => result === 'unverifiable').length;
  if (unknown === 0) return 'Ready';
  return `Ready (${unknown} ${unknown === 1 ? 'check' : 'checks'} not verifiable here)`;
}
