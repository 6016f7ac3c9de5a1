import type { KubernetesObject } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import type { CustomResourceDefinition, DefinitionCatalog } from '@capstan/oam-model';
import { type ApplicationFiles, checkApplicationFiles, loadApplicationFiles } from './application-files.ts';
import { dialectWarnings, type FileWarning } from './dialect-warnings.ts';
import { objectsToApply, type Placement } from './file-objects.ts';
import { clusterTypes } from './types-catalog.ts';

/** Files that were read and checked, ready to be compared or applied. */
export interface PreparedFiles {
  readonly loaded: ApplicationFiles;
  readonly namespace: string;
  /** In the order in which they are applied. */
  readonly objects: readonly KubernetesObject[];
  readonly crds: readonly CustomResourceDefinition[];
  /** The types of the cluster. */
  readonly types: DefinitionCatalog;
  readonly warnings: readonly FileWarning[];
}

/** Reads and checks files against a cluster. Changes nothing; fails with exit 2 and every problem at its place. */
export async function prepareFiles(
  client: KubeClient,
  input: Placement & {
    readonly files: readonly string[] | ApplicationFiles;
    readonly signal: AbortSignal;
  },
): Promise<PreparedFiles> {
  const { files, namespace, signal } = input;
  const loaded = 'documents' in files ? files : await loadApplicationFiles(files);
  const types = await clusterTypes(client, signal);
  await checkApplicationFiles(loaded, { types, client, namespace, signal });
  const objects = await objectsToApply(loaded, client, types, input);
  return { loaded, namespace, objects, crds: types.crds, types, warnings: dialectWarnings(loaded, types) };
}
