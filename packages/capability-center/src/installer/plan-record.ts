import { CapstanError, isCapstanError } from '@capstan/base';
import { recordLabels, recordName, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import type { InstallPlan, PackagePlan } from '../plan/types.ts';
import { INSTALLER_CODES } from './codes.ts';
import { INSTALLER } from './labels.ts';
import { readRecord, recordSecret } from './secrets.ts';

const KEY = 'plan.json';

/** Records a plan under its digest. Recording it again changes nothing: the Secret is immutable. */
export async function recordPlan(client: KubeClient, plan: InstallPlan): Promise<void> {
  const secret = recordSecret({
    name: recordName('plan', plan.digest),
    namespace: SYSTEM_NAMESPACE,
    labels: recordLabels('plan'),
    key: KEY,
    value: plan,
    immutable: true,
  });
  try {
    await client.create(secret, { fieldManager: INSTALLER });
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
  }
}

/** A recorded plan, or undefined when there is none of that digest. */
export async function readPlan(client: KubeClient, digest: string): Promise<InstallPlan | undefined> {
  const secret = await client.get({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: SYSTEM_NAMESPACE,
    name: recordName('plan', digest),
  });
  return secret ? readRecord<InstallPlan>(secret, KEY) : undefined;
}

/** A package of a recorded plan; throws RECORD_INVALID when the record is gone. */
export async function readPlannedPackage(client: KubeClient, digest: string, name: string): Promise<PackagePlan> {
  const plan = await readPlan(client, digest);
  const planned = plan?.packages.find((candidate) => candidate.name === name);
  if (planned) return planned;
  throw new CapstanError(INSTALLER_CODES.recordInvalid, `The recorded plan of ${name} is missing.`, {
    hint: `The Secret ${recordName('plan', digest)} in ${SYSTEM_NAMESPACE} was deleted. Install ${name} again in the same version to restore it.`,
    fields: { package: name, planDigest: digest },
  });
}

/** Deletes the recorded plans that nothing refers to any more. */
export async function pruneRecordedPlans(client: KubeClient, keep: readonly string[]): Promise<void> {
  const names = new Set(keep.map((digest) => recordName('plan', digest)));
  const selector = Object.entries(recordLabels('plan'))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const kind = { apiVersion: 'v1', kind: 'Secret' };
  const { items } = await client.list(kind, { namespace: SYSTEM_NAMESPACE, labelSelector: selector });
  const stale = items.filter(({ metadata }) => !names.has(metadata.name));
  for (const { metadata } of stale) {
    await client.delete({ ...kind, namespace: SYSTEM_NAMESPACE, name: metadata.name });
  }
}
