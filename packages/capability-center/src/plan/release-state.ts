import type { KubernetesObject } from '@capstan/base';
import { PACKAGE_LABEL, selectorOf } from '@capstan/capability-model';
import type { ReleaseStatus } from '@capstan/helm-ts';
import type { KubeClient } from '@capstan/kube';
import { INSTALLER_CODES } from '../installer/codes.ts';
import { announcesRelease, type Journal } from '../installer/journal.ts';
import { UNIT_DIGEST_LABEL } from '../installer/labels.ts';
import type { PlanBlocker } from './types.ts';

/** The newest revision of a Helm release, from the labels of its record. */
export interface ReleaseState {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly status: ReleaseStatus;
  /** The package that the release was made for; absent when it is not ours. */
  readonly package?: string;
  /** Chart and values that it was made from. */
  readonly unitDigest?: string;
}

/** The state of a release, or undefined when Helm knows none of that name in the namespace. */
export async function readRelease(
  client: KubeClient,
  name: string,
  namespace: string,
): Promise<ReleaseState | undefined> {
  const { items } = await client.list(
    { apiVersion: 'v1', kind: 'Secret' },
    { namespace, labelSelector: selectorOf({ owner: 'helm', name }) },
  );
  const newest = items.toSorted((a, b) => revisionOf(b) - revisionOf(a))[0];
  if (!newest) return undefined;
  const labels = newest.metadata.labels ?? {};
  const owner = labels[PACKAGE_LABEL];
  const unitDigest = labels[UNIT_DIGEST_LABEL];
  return {
    name,
    namespace,
    revision: revisionOf(newest),
    status: (labels['status'] ?? 'unknown') as ReleaseStatus,
    ...(owner === undefined ? {} : { package: owner }),
    ...(unitDigest === undefined ? {} : { unitDigest }),
  };
}

/** Whether Helm has not finished with a release. */
export function isPending(state: ReleaseState): boolean {
  return state.status.startsWith('pending-') || state.status === 'uninstalling';
}

/**
 * What forbids to touch a release: somebody else made it. A release is ours when its record carries our label, or when
 * the journal of an unfinished run announced it (Helm writes the record itself, so a kill may come in between).
 */
export function releaseBlocker(
  state: ReleaseState,
  packageName: string,
  journal: Journal | undefined,
): PlanBlocker | undefined {
  if (state.package === packageName) return undefined;
  const unlabelled = state.package === undefined;
  if (unlabelled && journal && announcesRelease(journal, state.name, state.namespace)) return undefined;
  const where = `${state.namespace}/${state.name}`;
  const pending = isPending(state) ? `, and it is in state ${state.status}` : '';
  return {
    code: INSTALLER_CODES.releaseConflict,
    message: `The Helm release ${where} was not made by Capstan${pending}.`,
    hint: `${packageName} would be installed as that release. Say --adopt to take it over as it is, use what is there, or remove it first.`,
    next: [`helm status ${state.name} --namespace ${state.namespace}`],
    owner: state.package === undefined ? 'Helm' : `capability package ${state.package}`,
  };
}

function revisionOf(secret: KubernetesObject): number {
  return Number(secret.metadata.labels?.['version'] ?? 0);
}
