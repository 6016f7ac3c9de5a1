import { describeObject } from '@capstan/base';
import { PACKAGE_LABEL } from '@capstan/capability-model';
import { waitFor } from '@capstan/kube';
import type { Run } from '../installer/run.ts';
import type { PackagePlan } from '../plan/types.ts';
import { foreignContents } from './namespace-contents.ts';

const GONE_WITHIN_MS = 60_000;

/** What was removed and what stays, in words. */
export interface NamespaceOutcome {
  readonly removed: readonly string[];
  readonly left: readonly string[];
}

/**
 * Deletes what the capability made at run time, then the package's namespace if it was made for the package and nothing
 * of others is in it.
 */
export async function removeNamespace(run: Run, planned: PackagePlan): Promise<NamespaceOutcome> {
  const { client } = run.context;
  const removed: string[] = [];
  for (const leftover of planned.metadata.uninstall.leftovers) {
    if (!(await client.get(leftover))) continue;
    await client.delete(leftover);
    removed.push(describeObject(leftover));
  }
  const { name } = planned.namespace;
  const reference = { apiVersion: 'v1', kind: 'Namespace', name };
  const live = await client.get(reference);
  if (!live) return { removed, left: [] };
  if (live.metadata.labels?.[PACKAGE_LABEL] !== planned.name) {
    return { removed, left: [`namespace ${name}: Capstan did not create it`] };
  }
  const foreign = live.metadata.deletionTimestamp ? [] : await foreignContents(client, planned);
  if (foreign.length > 0) {
    return { removed, left: [`namespace ${name}: it holds things of others (${foreign.slice(0, 5).join(', ')})`] };
  }
  await client.delete(reference);
  await waitFor(client, reference, (now) => now === undefined || now.metadata.uid !== live.metadata.uid, {
    timeoutMs: Math.min(GONE_WITHIN_MS, run.remainingMs()),
    signal: run.signal,
    goal: 'gone',
  });
  return { removed: [...removed, `namespace ${name}`], left: [] };
}
