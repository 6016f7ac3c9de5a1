import type { Condition } from '@capstan/base';
import {
  CAPSTAN_API_VERSION,
  CAPSTAN_KINDS,
  type Capability,
  type CapabilityHealth,
  type CapabilityInstall,
  type CapabilityProvider,
  type Evidence,
  INSTALL_CONDITIONS,
  type InstallPhase,
  versionLabel,
} from '@capstan/capability-model';
import { findCondition } from '@capstan/kube';
import semver from 'semver';

const HEALTH: Readonly<Record<InstallPhase, CapabilityHealth>> = {
  Pending: 'Progressing',
  Applying: 'Progressing',
  Ready: 'Ready',
  Degraded: 'Degraded',
  Stalled: 'Degraded',
  Removing: 'Degraded',
};
const BEST_FIRST: readonly CapabilityHealth[] = ['Ready', 'Degraded', 'Progressing', 'Unknown'];

/**
 * The Capability objects that follow from the installations: one for each contract that an installed version fulfils,
 * with its providers, the healthiest first. Pure; the same installations in any order give the same objects.
 */
export function projectCapabilities(installs: readonly CapabilityInstall[]): Capability[] {
  const providers = new Map<string, CapabilityProvider[]>();
  for (const install of installs) {
    for (const { id, version, features } of install.status?.capabilities ?? []) {
      const provider = { ...providerOf(install, id), contractVersion: version, features: [...features] };
      providers.set(id, [...(providers.get(id) ?? []), provider]);
    }
  }
  return [...providers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, found]) => capabilityOf(id, found));
}

function capabilityOf(id: string, found: readonly CapabilityProvider[]): Capability {
  const rank = ({ health }: CapabilityProvider) => BEST_FIRST.indexOf(health);
  const providers = [...found].sort(
    (a, b) =>
      rank(a) - rank(b) || semver.rcompare(a.contractVersion, b.contractVersion) || (a.package < b.package ? -1 : 1),
  );
  const [best] = providers;
  return {
    apiVersion: CAPSTAN_API_VERSION,
    kind: CAPSTAN_KINDS.capability.kind,
    metadata: { name: id, labels: { 'app.kubernetes.io/managed-by': 'capstan' } },
    status: {
      providers,
      providedBy: providers.map((provider) => provider.package).join(', '),
      ...(best ? { version: best.contractVersion, health: best.health, conditions: [readyOf(best)] } : {}),
    },
  };
}

function readyOf(best: CapabilityProvider): Condition {
  const status = best.health === 'Ready' ? 'True' : best.health === 'Unknown' ? 'Unknown' : 'False';
  const by = `${best.package} ${versionLabel(best)}`;
  const message = best.message ? `${by}: ${best.message}` : `provided by ${by}`;
  return { type: 'Ready', status, reason: best.reason, message, lastTransitionTime: best.since };
}

function providerOf(install: CapabilityInstall, id: string): Omit<CapabilityProvider, 'contractVersion' | 'features'> {
  const { status = {} } = install;
  const ready = findCondition(status.conditions ?? [], INSTALL_CONDITIONS.ready);
  const definitions = (status.definitions ?? []).filter(
    ({ published, capability }) => published && (capability === undefined || capability === id),
  );
  return {
    package: install.metadata.name,
    version: status.version ?? '',
    release: status.release ?? 0,
    health: status.phase ? HEALTH[status.phase] : 'Unknown',
    reason: ready?.reason ?? 'Pending',
    ...(ready?.message ? { message: ready.message } : {}),
    definitions: definitions.map(({ name, role, kind }) => ({ name, role, kind })),
    evidence: evidenceOf(install, ready),
    since: ready?.lastTransitionTime ?? install.metadata.creationTimestamp ?? '1970-01-01T00:00:00Z',
    ...(status.standIn ? { standIn: true } : {}),
    ...(status.exports ? { exports: status.exports } : {}),
  };
}

function evidenceOf({ status = {} }: CapabilityInstall, ready: Condition | undefined): Evidence[] {
  const probes = (status.probes ?? []).map(({ id, result, message, observedAt }) => ({
    source: `probe/${id}`,
    result,
    observedAt,
    ...(message === undefined ? {} : { message }),
  }));
  if (!ready) return probes;
  const result = ready.status === 'True' ? 'ok' : ready.status === 'False' ? 'failed' : 'unverifiable';
  const summary = {
    source: 'condition/Ready',
    result,
    observedAt: ready.lastTransitionTime,
    message: ready.message,
  } as const;
  return [summary, ...probes];
}
