import { type KubernetesObject, referenceTo } from '@capstan/base';
import {
  CAPSTAN_KINDS,
  type CapabilityInstall,
  INSTALL_CONDITIONS,
  type InstallPhase,
  type ProbeStatus,
} from '@capstan/capability-model';
import { conditionsOf, findCondition, type KubeClient, recordEvent, setCondition } from '@capstan/kube';
import { conditionsFor } from '../installer/install-status.ts';
import { INSTALLER } from '../installer/labels.ts';
import type { CapabilityCheck } from './checks.ts';
import type { HealthSubject } from './subject.ts';

/** What is written of a package's health. */
export interface WrittenHealth {
  readonly phase: InstallPhase;
  readonly ready: boolean;
  readonly reason: string;
  readonly message: string;
  /** Absent: what the probes said last stays. */
  readonly probes?: readonly ProbeStatus[];
}

/** Who tells events. */
const COMPONENT = 'capstan-operator';

/**
 * Writes the health of an installation where it differs from what stands there, with one Event when reason or phase
 * change. It is written under the installer's name and guarded by the version that was looked at: an installer that
 * wrote meanwhile wins, and the health is looked at again. Answers the new object, or undefined when nothing differs.
 */
export async function writeHealth(
  client: KubeClient,
  install: CapabilityInstall,
  health: WrittenHealth,
  { now, signal }: { readonly now: number; readonly signal: AbortSignal },
): Promise<CapabilityInstall | undefined> {
  const { phase, reason, message, ready, probes = install.status?.probes ?? [] } = health;
  const before = conditionsOf(install);
  const old = findCondition(before, INSTALL_CONDITIONS.ready);
  const status = ready ? 'True' : 'False';
  const same = old?.status === status && old.reason === reason && old.message === message;
  if (same && install.status?.phase === phase && probes === install.status.probes) return undefined;
  const stamp = { generation: install.metadata.generation, now };
  const conditions = conditionsFor({ phase, reason, message })
    .map((condition) => (condition.type === INSTALL_CONDITIONS.ready ? ({ ...condition, status } as const) : condition))
    .reduce((list, condition) => setCondition(list, condition, stamp), before.filter(isOurs));
  const { resourceVersion } = install.metadata;
  const object: KubernetesObject = {
    ...CAPSTAN_KINDS.install,
    metadata: { name: install.metadata.name, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    status: { ...install.status, phase, conditions, probes },
  };
  // Forced: the status is Capstan's alone, whoever edited it by hand.
  const write = { fieldManager: INSTALLER, subresource: 'status', force: true, signal } as const;
  const written = await client.apply(object, write);
  if (old && (old.reason !== reason || install.status?.phase !== phase)) {
    const type = phase === 'Ready' && reason !== 'Drifted' ? 'Normal' : 'Warning';
    const event = { type, reason, message: phase === 'Ready' ? message : `${phase}: ${message}` } as const;
    await recordEvent(client, { ...referenceTo(install), ...uidOf(install) }, event, {
      component: COMPONENT,
      now,
      signal,
    });
  }
  return written as CapabilityInstall;
}

function isOurs({ type }: { readonly type: string }): boolean {
  return type !== INSTALL_CONDITIONS.pluginLoaded;
}

function uidOf({ metadata: { uid } }: KubernetesObject): { readonly uid?: string } {
  return uid === undefined ? {} : { uid };
}

/**
 * What the probes say now, for the status. The very same list when nothing changed, and an unchanged probe keeps the
 * moment at which it was first seen to be so: at rest nothing is written.
 */
export function probeStatuses(
  { probes }: HealthSubject,
  checks: readonly CapabilityCheck[],
  before: readonly ProbeStatus[],
  now: number,
): readonly ProbeStatus[] {
  const next = probes.map(({ id, level }): ProbeStatus => {
    const check = checks.find(({ source }) => source === `probe/${id}`);
    const { result, message } = check ?? { result: 'unverifiable' as const, message: 'it was not looked at' };
    const old = before.find((one) => one.id === id);
    if (old && old.result === result && old.message === message && old.level === level) return old;
    return {
      id,
      level,
      result,
      observedAt: new Date(now).toISOString(),
      ...(message === undefined ? {} : { message }),
    };
  });
  const same = next.length === before.length && next.every((one, index) => one === before[index]);
  return same ? before : next;
}
