import { describeObject } from '@capstan/base';
import { PACKAGE_LABEL } from '@capstan/capability-model';
import { waitFor } from '@capstan/kube';
import type { Run } from '../installer/run.ts';
import { foreignContents } from './namespace-contents.ts';
import { namespacesOf } from './plan-package.ts';
import type { KeptThing, PackageRemoval } from './types.ts';

const GONE_WITHIN_MS = 60_000;

/** What was removed and what stays. */
export interface NamespaceOutcome {
  readonly removed: readonly string[];
  readonly kept: readonly KeptThing[];
}

/**
 * Deletes what the capability made at run time, then the package's namespaces as far as they were made for the package
 * and nothing of others is in them.
 */
export async function removeNamespaces(run: Run, { planned }: PackageRemoval): Promise<NamespaceOutcome> {
  const { client } = run.context;
  const removed: string[] = [];
  const kept: KeptThing[] = [];
  for (const leftover of planned.metadata.uninstall.leftovers) {
    if (!(await client.get(leftover))) continue;
    await client.delete(leftover);
    removed.push(describeObject(leftover));
  }
  for (const name of namespacesOf(planned)) {
    const why = await removeNamespace(run, planned, name);
    if (why === undefined) removed.push(`namespace ${name}`);
    else if (why !== '') kept.push({ what: `namespace ${name}`, why, delete: `kubectl delete namespace ${name}` });
  }
  return { removed, kept };
}

/** Answers why a namespace stays: nothing when it goes, an empty text when there is none. */
async function removeNamespace(
  run: Run,
  planned: PackageRemoval['planned'],
  name: string,
): Promise<string | undefined> {
  const { client } = run.context;
  const reference = { apiVersion: 'v1', kind: 'Namespace', name };
  const live = await client.get(reference);
  if (!live) return '';
  if (live.metadata.labels?.[PACKAGE_LABEL] !== planned.name) return 'Capstan did not create it';
  const foreign = live.metadata.deletionTimestamp ? [] : await foreignContents(client, planned, name);
  if (foreign.length > 0) return `it holds things of others (${foreign.slice(0, 5).join(', ')})`;
  await client.delete(reference);
  await waitFor(client, reference, (now) => now === undefined || now.metadata.uid !== live.metadata.uid, {
    timeoutMs: Math.min(GONE_WITHIN_MS, run.remainingMs()),
    signal: run.signal,
    goal: 'gone',
  });
  return undefined;
}
