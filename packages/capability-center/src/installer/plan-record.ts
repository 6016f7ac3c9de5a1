import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { CapstanError, messageOf } from '@capstan/base';
import { recordName, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import type { InstallPlan, PackagePlan } from '../plan/types.ts';
import type { UninstallPlan } from '../uninstall/types.ts';
import { INSTALLER_CODES } from './codes.ts';
import { loadPieces, storePieces } from './pieces.ts';
import { invalidRecord } from './secrets.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);
const MAX_PLAN_BYTES = 256 * 1024 * 1024;

/** A plan of any operation. */
export type AnyPlan = InstallPlan | UninstallPlan;

/** Records a plan under its digest. Recording it again changes nothing. */
export async function recordPlan(client: KubeClient, plan: AnyPlan): Promise<void> {
  await storePieces(client, { kind: 'plan', id: plan.digest }, await pack(JSON.stringify(plan)));
}

/** A recorded plan of any operation, or undefined when there is none of that digest. */
export async function readRecordedPlan(client: KubeClient, digest: string): Promise<AnyPlan | undefined> {
  const bytes = await loadPieces(client, { kind: 'plan', id: digest });
  if (!bytes) return undefined;
  try {
    return JSON.parse((await unpack(bytes, { maxOutputLength: MAX_PLAN_BYTES })).toString('utf8')) as AnyPlan;
  } catch (error) {
    throw invalidRecord(recordName('plan', digest), `${messageOf(error)}.`, error);
  }
}

/** A recorded plan of an installation, upgrade or rollback, or undefined. */
export async function readPlan(client: KubeClient, digest: string): Promise<InstallPlan | undefined> {
  const plan = await readRecordedPlan(client, digest);
  return plan?.kind === 'InstallPlan' ? plan : undefined;
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
