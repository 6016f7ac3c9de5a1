import type { KubernetesObject } from '@capstan/base';
import { compareVersionIds, parseVersion } from '@capstan/capability-model';
import { SYSTEM_ANNOTATIONS, SYSTEM_VERSION } from './manifests.ts';

/** How an object in the cluster compares with the manifest of this version. */
export type ManifestState = 'present' | 'missing' | 'outdated' | 'newer' | 'foreign';

/** Compares. An object without our version annotation is somebody else's, but for the namespace, which anybody may make. */
export function compareManifest(live: KubernetesObject | undefined, manifest: KubernetesObject): ManifestState {
  if (!live) return 'missing';
  const annotations = live.metadata.annotations ?? {};
  const version = annotations[SYSTEM_ANNOTATIONS.version];
  if (version === undefined) return manifest.kind === 'Namespace' ? 'outdated' : 'foreign';
  if (isNewer(version)) return 'newer';
  const same = annotations[SYSTEM_ANNOTATIONS.digest] === manifest.metadata.annotations?.[SYSTEM_ANNOTATIONS.digest];
  return same && version === SYSTEM_VERSION ? 'present' : 'outdated';
}

/** The version of Capstan that wrote an object. */
export function versionOf(live: KubernetesObject): string | undefined {
  return live.metadata.annotations?.[SYSTEM_ANNOTATIONS.version];
}

/** The managers that own something of an object, without Kubernetes' own. */
export function managersOf(live: KubernetesObject): string[] {
  const managers = (live.metadata.managedFields ?? []).flatMap((entry) =>
    entry['subresource'] === undefined && typeof entry['manager'] === 'string' ? [entry['manager']] : [],
  );
  return [...new Set(managers)].filter((manager) => !manager.startsWith('capstan'));
}

function isNewer(version: string): boolean {
  return compareVersionIds({ version: parseVersion(version), release: 0 }, { version: SYSTEM_VERSION, release: 0 }) > 0;
}
