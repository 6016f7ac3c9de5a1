import type { KubernetesObject } from '@capstan/base';
import { PACKAGE_LABEL } from '@capstan/capability-model';
import type { InformerHub, SharedInformer } from '@capstan/kube';
import type { ReleaseState } from '../plan/release-state.ts';

/**
 * The state of every Helm release, by watching the metadata of Helm's records: their content, up to a megabyte each, is
 * not sent. Records of superseded revisions are left out.
 */
export class Releases {
  readonly #shared: SharedInformer;

  /** `changed` is called with `namespace/name` of a release. */
  constructor(hub: InformerHub, changed: (release: string) => void) {
    this.#shared = hub.use(
      { apiVersion: 'v1', kind: 'Secret' },
      { labelSelector: 'owner=helm,status!=superseded', metadataOnly: true },
    );
    this.#shared.onChange(({ object: { metadata } }) => changed(`${metadata.namespace}/${metadata.labels?.['name']}`));
  }

  get synced(): Promise<void> {
    return this.#shared.informer.synced;
  }

  /** The newest revision of a release. */
  find(name: string, namespace: string): (Pick<ReleaseState, 'status' | 'revision'> & { record: string }) | undefined {
    const [newest] = this.#shared.informer
      .list(namespace)
      .filter(({ metadata }) => metadata.labels?.['name'] === name)
      .toSorted((a, b) => revisionOf(b) - revisionOf(a));
    if (!newest) return undefined;
    const { labels = {}, name: record, uid = '' } = newest.metadata;
    return {
      status: (labels['status'] ?? 'unknown') as ReleaseState['status'],
      revision: revisionOf(newest),
      record: `${record}/${uid}/${labels['status']}/${labels[PACKAGE_LABEL] ?? ''}`,
    };
  }
}

function revisionOf(secret: KubernetesObject): number {
  return Number(secret.metadata.labels?.['version'] ?? 0);
}
