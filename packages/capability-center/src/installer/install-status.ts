import { isCapstanError, type KubernetesObject } from '@capstan/base';
import {
  CAPSTAN_KINDS,
  type CapabilityInstall,
  type CapabilityInstallStatus,
  INSTALL_CONDITIONS,
  type InstallPhase,
} from '@capstan/capability-model';
import { conditionsOf, KUBE_CODES, type KubeClient, type NewCondition, setCondition } from '@capstan/kube';
import type { PackagePlan } from '../plan/types.ts';
import { INSTALLER } from './labels.ts';

/** How an installation stands, in the terms of its conditions. */
export interface InstallStanding {
  readonly phase: InstallPhase;
  readonly reason: string;
  readonly message: string;
}

/** The goal object of a package. */
export function goalObject(
  planned: Pick<PackagePlan, 'name' | 'range' | 'values' | 'center'>,
  more: { readonly pinCenter: boolean; readonly allowStandIns: boolean },
): KubernetesObject {
  const { name, range, values, center } = planned;
  return {
    ...CAPSTAN_KINDS.install,
    metadata: { name },
    spec: {
      package: name,
      version: range,
      ...(Object.keys(values).length > 0 ? { values } : {}),
      ...(more.pinCenter ? { center } : {}),
      ...(more.allowStandIns ? { allowStandIns: true } : {}),
    },
  };
}

/** The status of an installation, apart from how it stands. */
export type InstallFacts = Omit<CapabilityInstallStatus, 'conditions' | 'phase' | 'observedGeneration'>;

/**
 * Writes the status of an installation by server-side apply: the installer's fields and conditions, never those of
 * others (the operator writes PluginLoaded). An installation that does not exist any more is left alone. `known` is the
 * installation as this process saw it last; without it, it is read. Answers it as it is then.
 */
export async function writeStatus(
  client: KubeClient,
  name: string,
  standing: InstallStanding,
  status: InstallFacts,
  known?: CapabilityInstall,
): Promise<CapabilityInstall | undefined> {
  const live = known ?? ((await client.get({ ...CAPSTAN_KINDS.install, name })) as CapabilityInstall | undefined);
  if (!live) return undefined;
  const { generation } = live.metadata;
  const stamp = { generation, now: Date.now() };
  const ours = conditionsOf(live).filter(({ type }) => type !== INSTALL_CONDITIONS.pluginLoaded);
  const conditions = conditionsFor(standing).reduce(
    (list, condition) => setCondition(list, condition, stamp),
    [...ours],
  );
  const object: KubernetesObject = {
    ...CAPSTAN_KINDS.install,
    metadata: { name },
    status: {
      ...status,
      phase: standing.phase,
      conditions,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    },
  };
  try {
    return (await client.apply(object, { fieldManager: INSTALLER, subresource: 'status' })) as CapabilityInstall;
  } catch (error) {
    if (isCapstanError(error, KUBE_CODES.notFound)) return undefined;
    throw error;
  }
}

/** The installer's three conditions for a standing, as kstatus reads them. */
export function conditionsFor({ phase, reason, message }: InstallStanding): NewCondition[] {
  const { ready, reconciling, stalled } = INSTALL_CONDITIONS;
  const works = phase === 'Applying' || phase === 'Removing' || phase === 'Pending';
  const isReady = phase === 'Ready' || phase === 'Degraded';
  const idle = { reason: 'Idle', message: '' };
  return [
    { type: ready, status: isReady ? 'True' : 'False', reason, message },
    { type: reconciling, status: works ? 'True' : 'False', ...(works ? { reason, message } : idle) },
    {
      type: stalled,
      status: phase === 'Stalled' ? 'True' : 'False',
      ...(phase === 'Stalled' ? { reason, message } : idle),
    },
  ];
}
