import { referenceTo } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilityInstallStatus, LEASES } from '@capstan/capability-model';
import { conditionsOf, leaseHolder, waitFor } from '@capstan/kube';
import { publishCapabilities } from '../discovery/publish.ts';
import { writeStatus } from '../installer/install-status.ts';
import { packageOf } from '../installer/labels.ts';
import type { Run } from '../installer/run.ts';
import { definitionsOf } from '../plan/definitions.ts';
import type { PackageRemoval } from './types.ts';

const UNLOAD_MS = 30_000;

/** Shows that packages are going away and, where an operator runs, waits until their plugins are off. */
export async function switchOff(
  run: Run,
  removals: readonly PackageRemoval[],
  statusFor: (removal: PackageRemoval) => Omit<CapabilityInstallStatus, 'conditions'>,
): Promise<void> {
  const { client } = run.context;
  const standing = { phase: 'Removing', reason: 'Uninstalling', message: 'it is being removed' } as const;
  for (const removal of removals) await writeStatus(client, removal.name, standing, statusFor(removal));
  await publishCapabilities(client);
  const operator = await leaseHolder(client, LEASES.operator);
  if (!operator?.alive) return;
  await Promise.all(removals.map((removal) => waitUntilOff(run, removal.name)));
}

async function waitUntilOff(run: Run, name: string): Promise<void> {
  const reference = { ...CAPSTAN_KINDS.install, name };
  const isOff = (install: Parameters<typeof conditionsOf>[0] | undefined) =>
    !install || conditionsOf(install).every(({ type, status }) => type !== 'PluginLoaded' || status !== 'True');
  try {
    const options = { timeoutMs: UNLOAD_MS, signal: run.signal, goal: 'switched off' };
    await waitFor(run.context.client, reference, isOff, options);
  } catch (error) {
    if (run.signal.aborted) throw error;
    run.note('begin', 'the operator did not switch the plugin off in time; the removal goes on without it', name);
  }
}

/** Takes away the Definitions of a package, last first; those of others of the same name stay. */
export async function withdrawDefinitions(run: Run, { name, planned }: PackageRemoval): Promise<void> {
  const { client } = run.context;
  for (const definition of definitionsOf(planned.metadata).reverse()) {
    const live = await client.get(referenceTo(definition));
    if (live && packageOf(live) === name) await client.delete(referenceTo(definition));
  }
}
