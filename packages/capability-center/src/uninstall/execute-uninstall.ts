import { referenceTo } from '@capstan/base';
import { CAPSTAN_KINDS, LEASES, recordName } from '@capstan/capability-model';
import { conditionsOf, leaseHolder, waitFor } from '@capstan/kube';
import { publishCapabilities } from '../discovery/publish.ts';
import { commitUninstall } from '../installer/commit.ts';
import { commandLine, type ExecuteOptions, type InstallerContext } from '../installer/context.ts';
import { writeStatus } from '../installer/install-status.ts';
import { packageOf } from '../installer/labels.ts';
import { type Run, runOperation } from '../installer/run.ts';
import { statusOf } from '../installer/status-of.ts';
import { assertExecutable } from '../plan/assert-executable.ts';
import { definitionsOf } from '../plan/definitions.ts';
import { drainInstances } from './drain.ts';
import { planUninstall } from './plan-uninstall.ts';
import { removeCrds } from './remove-crds.ts';
import { removeNamespace } from './remove-namespace.ts';
import { removeUnit } from './remove-unit.ts';
import type { UninstallPlan, UninstallResult } from './types.ts';

const OVERHEAD_MS = 300_000;
const UNLOAD_MS = 30_000;

/**
 * Removes a package in the order that breaks nothing: the plugin is switched off, the Definitions are withdrawn, objects
 * that are on their way out are waited for while their controller runs, then the releases go, then (if wanted and empty)
 * the CRDs, then the namespace if it was made for the package and holds nothing else. Throws the plan's first blocker
 * (exit 5) before anything is changed; what blocks is checked again once the install Lease is held.
 */
export async function executeUninstall(
  context: InstallerContext,
  plan: UninstallPlan,
  options: ExecuteOptions = {},
): Promise<UninstallResult> {
  assertExecutable(plan);
  const words = `cap uninstall ${plan.package}${plan.deleteCrds ? ' --delete-crds' : ''}`;
  const { units, metadata } = plan.planned;
  const limits = units.reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds * 1000, 0);
  return runOperation(
    {
      context,
      header: {
        operation: 'uninstall',
        subject: plan.package,
        planDigest: plan.planDigest,
        command: commandLine(context, words),
      },
      options,
      defaultTimeoutMs: OVERHEAD_MS + limits + metadata.uninstall.timeoutSeconds * 1000,
      prepare: async () => {
        assertExecutable(await planUninstall(context, { package: plan.package, deleteCrds: plan.deleteCrds }));
      },
      onStop: (error) =>
        writeStatus(
          context.client,
          plan.package,
          {
            phase: 'Stalled',
            reason: 'RemovalStopped',
            message: `${error.message}${error.next[0] === undefined ? '' : ` Go on with: ${error.next[0]}`}`,
          },
          statusFor(plan),
        ),
    },
    (run) => uninstall(run, plan),
  );
}

async function uninstall(run: Run, plan: UninstallPlan): Promise<UninstallResult> {
  const { planned } = plan;
  const { name, metadata } = planned;
  const removed: string[] = [];
  const left: string[] = [];

  await run.step({ kind: 'begin', package: name, text: `switch ${name} off` }, () => switchOff(run, plan));
  const definitions = definitionsOf(metadata).reverse();
  const names = definitions.map((definition) => definition.metadata.name);
  await run.step(
    { kind: 'withdraw', package: name, text: `withdraw ${names.join(', ')}`, detail: { definitions: names } },
    () => withdraw(run, plan),
  );
  removed.push(...names.map((definition) => `Definition ${definition}`));
  await run.step({ kind: 'drain', package: name, text: 'objects that are on their way out' }, () =>
    drainInstances(run, plan),
  );
  for (const unit of planned.units.toReversed()) {
    const detail = { release: unit.release, namespace: unit.namespace };
    const text = `Helm release ${unit.namespace}/${unit.release}`;
    await run.step({ kind: 'unit', package: name, text, detail }, () => removeUnit(run, name, unit));
    removed.push(text);
  }
  const crds = plan.crds.map((crd) => crd.name);
  if (plan.deleteCrds && crds.length > 0) {
    const step = { kind: 'crd', package: name, text: `${crds.length} CRDs`, detail: { crds } } as const;
    await run.step(step, () => removeCrds(run, planned));
    removed.push(...crds.map((crd) => `CRD ${crd}`));
  } else {
    left.push(...crds.map((crd) => `CRD ${crd}: kept, so that no object of its kind is lost`));
  }
  const namespace = await run.step(
    { kind: 'namespace', package: name, text: `namespace ${planned.namespace.name}`, detail: { ...plan.namespace } },
    () => removeNamespace(run, planned),
  );
  removed.push(...namespace.removed);
  left.push(...namespace.left);
  await run.step({ kind: 'tombstone', package: name, text: 'record that it is gone' }, () =>
    commitUninstall(run, plan, left),
  );
  return { package: name, version: planned.version, removed, left };
}

/** Shows that the package is going away and, where an operator runs, waits until its plugin is off. */
async function switchOff(run: Run, plan: UninstallPlan): Promise<void> {
  const { client } = run.context;
  const reference = { ...CAPSTAN_KINDS.install, name: plan.package };
  const standing = { phase: 'Removing', reason: 'Uninstalling', message: 'it is being removed' } as const;
  await writeStatus(client, plan.package, standing, statusFor(plan));
  await publishCapabilities(client);
  const operator = await leaseHolder(client, LEASES.operator);
  if (!operator?.alive) return;
  const isOff = (install: Parameters<typeof conditionsOf>[0] | undefined) =>
    !install || conditionsOf(install).every(({ type, status }) => type !== 'PluginLoaded' || status !== 'True');
  try {
    await waitFor(client, reference, isOff, { timeoutMs: UNLOAD_MS, signal: run.signal, goal: 'switched off' });
  } catch (error) {
    if (run.signal.aborted) throw error;
    run.note(
      'begin',
      'the operator did not switch the plugin off in time; the removal goes on without it',
      plan.package,
    );
  }
}

async function withdraw(run: Run, plan: UninstallPlan): Promise<void> {
  const { client } = run.context;
  for (const definition of definitionsOf(plan.planned.metadata).reverse()) {
    const live = await client.get(referenceTo(definition));
    if (live && packageOf(live) === plan.package) await client.delete(referenceTo(definition));
  }
}

function statusFor(plan: UninstallPlan) {
  return { ...statusOf(plan.planned, plan.planDigest, false), journal: { name: recordName('journal', plan.package) } };
}
