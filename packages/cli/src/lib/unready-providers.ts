import type { KubernetesObject } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilityInstall, PACKAGE_LABEL } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import {
  type ApplicationConfiguration,
  type Component,
  type DefinitionCatalog,
  type DefinitionRole,
  definitionFor,
} from '@capstan/oam-model';
import type { ApplicationFiles } from './application-files.ts';
import { canonicalObjects } from './canonical-application.ts';
import { orForbidden } from './forbidden.ts';

/**
 * A line for each package that brings a type of the files, is installed and is not ready: the application waits for it,
 * and nothing has to be installed. Nothing for who may not see what is installed.
 */
export async function unreadyProviders(
  client: KubeClient,
  files: ApplicationFiles,
  types: DefinitionCatalog,
  signal: AbortSignal,
): Promise<string[]> {
  const packages = new Set(usedObjects(canonicalObjects(files, types)).flatMap((used) => packageOf(used, types)));
  if (packages.size === 0) return [];
  const { items } = (await orForbidden(client.list(CAPSTAN_KINDS.install, { signal }))) ?? { items: [] };
  return (items as readonly CapabilityInstall[]).flatMap(({ metadata: { name }, status }) => {
    if (!packages.has(name) || !status?.phase || status.phase === 'Ready') return [];
    const ready = status.conditions?.find(({ type }) => type === 'Ready');
    return [`${name}, which the application uses, is ${status.phase}: ${ready?.message || 'not ready yet'}`];
  });
}

interface UsedObject {
  readonly role: DefinitionRole;
  readonly object: KubernetesObject;
}

function usedObjects(objects: readonly KubernetesObject[]): UsedObject[] {
  return objects.flatMap((object): UsedObject[] => {
    if (object.kind === 'Component') return [{ role: 'workload', object: (object as Component).spec.workload }];
    const { components } = (object as ApplicationConfiguration).spec;
    return components.flatMap(({ traits = [] }) =>
      traits.flatMap(({ trait }) => (trait ? [{ role: 'trait' as const, object: trait }] : [])),
    );
  });
}

function packageOf({ role, object }: UsedObject, types: DefinitionCatalog): string[] {
  const name = definitionFor(object, role, types)?.definition.metadata.labels?.[PACKAGE_LABEL];
  return name === undefined ? [] : [name];
}
