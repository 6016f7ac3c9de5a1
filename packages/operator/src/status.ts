import { type ObjectReference, referenceTo } from '@capstan/base';
import { CAPSTAN_KINDS, INSTALL_CONDITIONS, LEASES, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { conditionsOf, findCondition, type KubeClient, leaseHolder } from '@capstan/kube';
import { compareManifest, type ManifestState, versionOf } from './compare.ts';
import { systemManifests } from './manifests.ts';

/** Whether an operator works on this cluster. */
export interface OperatorPresence {
  readonly running: boolean;
  /** Host and process of the one that runs, or ran last. */
  readonly holder?: string;
  /** When it took over; RFC 3339. */
  readonly since?: string;
}

/** The plugin of an installed package, as the operator reported it. */
export interface PluginPresence {
  readonly name: string;
  readonly loaded: boolean;
  readonly reason: string;
  readonly message: string;
}

/** What of Capstan a cluster has. */
export interface SystemStatus {
  /** True when everything of this version, or of a newer one, is there. */
  readonly installed: boolean;
  /** The version found; absent when nothing of ours is there. */
  readonly version?: string;
  readonly manifests: readonly { readonly reference: ObjectReference; readonly state: ManifestState }[];
  readonly operator: OperatorPresence;
  readonly plugins: readonly PluginPresence[];
}

/** Reads what of Capstan a cluster has. */
export async function systemStatus(client: KubeClient): Promise<SystemStatus> {
  const found = await Promise.all(
    systemManifests().map(async (manifest) => ({ manifest, live: await client.get(referenceTo(manifest)) })),
  );
  const manifests = found.map(({ manifest, live }) => ({
    reference: referenceTo(manifest),
    state: compareManifest(live, manifest),
  }));
  const version = found.map(({ live }) => live && versionOf(live)).find((one) => one !== undefined);
  const [operator, installs] = await Promise.all([operatorIsRunning(client), client.list(CAPSTAN_KINDS.install)]);
  const plugins = installs.items.flatMap((install) => {
    const loaded = findCondition(conditionsOf(install), INSTALL_CONDITIONS.pluginLoaded);
    if (!loaded) return [];
    const { reason, message } = loaded;
    return [{ name: install.metadata.name, loaded: loaded.status === 'True', reason, message }];
  });
  return {
    installed: manifests.every(({ state }) => state === 'present' || state === 'newer'),
    ...(version ? { version } : {}),
    manifests,
    operator,
    plugins,
  };
}

/** Whether an operator works on this cluster: the Lease is held and was renewed in time. */
export async function operatorIsRunning(client: KubeClient): Promise<OperatorPresence> {
  const state = await leaseHolder(client, LEASES.operator, { namespace: SYSTEM_NAMESPACE });
  if (!state) return { running: false };
  if (!state.alive) return { running: false, holder: state.holder };
  const lease = await client.get({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    name: LEASES.operator,
    namespace: SYSTEM_NAMESPACE,
  });
  const { acquireTime } = (lease?.['spec'] ?? {}) as { acquireTime?: string };
  return { running: true, holder: state.holder, ...(acquireTime ? { since: acquireTime } : {}) };
}
