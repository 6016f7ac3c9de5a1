import type { ScopeHealthCondition, WorkloadHealthCondition } from '@capstan/oam-model';
import { checkWorkload } from './check.ts';
import type { FoundMember } from './model.ts';

/** What a scope's status says beside its conditions. */
export interface ScopeHealth {
  readonly scopeHealthCondition: ScopeHealthCondition;
  readonly healthConditions: readonly WorkloadHealthCondition[];
}

/** A workload of an older revision that was scaled away. */
const TIMEWORN = 'Ready:0/0 ';

/** The health of a scope: of each member in order, with its peers folded in, and of all. Counts of zero are left out. */
export function judgeScope(members: readonly FoundMember[]): ScopeHealth {
  const healthConditions = members.map((member) => withPeers(checkWorkload(member), member.peers.map(checkWorkload)));
  const count = (status: string) => healthConditions.filter(({ healthStatus }) => healthStatus === status).length;
  const counts = {
    total: members.length,
    healthyWorkloads: count('HEALTHY'),
    unhealthyWorkloads: count('UNHEALTHY'),
    unknownWorkloads: count('UNKNOWN'),
  };
  const healthStatus = counts.healthyWorkloads === members.length ? 'HEALTHY' : 'UNHEALTHY';
  const told = Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0));
  return { scopeHealthCondition: { healthStatus, ...told }, healthConditions };
}

/** Folds the workloads of other revisions into a member's condition: any of them that is unhealthy makes it so. */
export function withPeers(
  own: WorkloadHealthCondition,
  peers: readonly WorkloadHealthCondition[],
): WorkloadHealthCondition {
  if (peers.length === 0) return own;
  const all = [...peers, own].sort((a, b) => revisionOf(b) - revisionOf(a));
  const unhealthy = all.some(({ healthStatus }) => healthStatus === 'UNHEALTHY');
  const healthStatus = unhealthy ? 'UNHEALTHY' : own.healthStatus;
  const list = (text: (one: WorkloadHealthCondition) => string) =>
    all.map((one) => `${one.targetWorkload?.name}:${text(one)}`).join(' ');
  if (healthStatus === 'UNKNOWN') return { ...own, workloadStatus: list(({ workloadStatus = '' }) => workloadStatus) };
  // The newest two are always told of.
  const told = all.filter(({ diagnosis }, at) => at < 2 || diagnosis !== TIMEWORN);
  const diagnosis = told.map((one) => `${one.targetWorkload?.name}:${one.diagnosis ?? ''}`).join(' ');
  return { ...own, healthStatus, diagnosis };
}

/** The number at the end of `<component>-v<number>`; 0 for any other name. */
function revisionOf({ targetWorkload }: WorkloadHealthCondition): number {
  const name = targetWorkload?.name ?? '';
  const number = name.slice(name.lastIndexOf('v') + 1);
  return /^[0-9]+$/.test(number) ? Number(number) : 0;
}
