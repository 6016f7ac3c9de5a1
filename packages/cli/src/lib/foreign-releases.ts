import type { KubeClient } from '@capstan/kube';
import { orForbidden } from './forbidden.ts';

/** As in `@capstan/capability-model`, which a list of what is installed need not load for one label. */
const PACKAGE_LABEL = 'capstan.dev/package';

/**
 * Whether Helm has releases here that Capstan did not make. One request for the labels of their records alone; where
 * they may not be read, there is nothing to tell.
 */
export async function hasForeignReleases(client: KubeClient, signal: AbortSignal): Promise<boolean> {
  const kind = { apiVersion: 'v1', kind: 'Secret' };
  const labelSelector = `owner=helm,status=deployed,!${PACKAGE_LABEL}`;
  const found = await orForbidden(client.list(kind, { labelSelector, metadataOnly: true, signal }));
  return (found?.items.length ?? 0) > 0;
}
