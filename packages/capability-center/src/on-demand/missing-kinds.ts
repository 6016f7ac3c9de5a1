import type { KubernetesObject } from '@capstan/base';
import {
  type ApplicationConfiguration,
  type Component,
  componentNameOf,
  type DefinitionCatalog,
  type SourceDocument,
  type UnknownKind,
  validateApplication,
} from '@capstan/oam-model';
import type { KindUse, MissingKind } from './types.ts';

/** Applications, the Components that they use, and the types that count as registered. */
export interface ApplicationQuestion {
  readonly applications: readonly ApplicationConfiguration[];
  readonly components: readonly Component[];
  /** The Definitions of the cluster, and of the files where these bring some, with their CRDs. */
  readonly types: DefinitionCatalog;
}

/**
 * The kinds of workloads, traits and scopes that applications use and nothing registers or serves, each once, in the
 * order in which they are met. Forms of the talks count as what they are read as. Pure; other mistakes are not told here.
 */
export function missingKinds({ applications, components, types }: ApplicationQuestion): MissingKind[] {
  const objects = [...components, ...applications];
  const documents = objects.map(documentOf);
  const { definitions, crds } = types;
  const found = new Map<string, { readonly unknown: UnknownKind; readonly usedBy: Map<string, KindUse> }>();
  for (const { unknown, source, path } of validateApplication({ documents, definitions, crds })) {
    if (!unknown) continue;
    const key = identityOf(unknown);
    const kind = found.get(key) ?? { unknown, usedBy: new Map<string, KindUse>() };
    const use = useOf(objects[Number(source.file)], path);
    kind.usedBy.set(JSON.stringify(use), use);
    found.set(key, kind);
  }
  return [...found.values()].map(({ unknown, usedBy }) => ({ ...unknown, usedBy: [...usedBy.values()] }));
}

/** One text for one kind, or for one name of a Definition. */
export function identityOf({ role, apiVersion, kind, named = '' }: UnknownKind): string {
  return [role, apiVersion, kind, named].join(' ');
}

/** The object as a document whose places tell nothing but its index. */
function documentOf(object: KubernetesObject, index: number): SourceDocument {
  const file = String(index);
  return { file, object, locate: () => ({ file }) };
}

function useOf(object: KubernetesObject | undefined, path: string): KindUse {
  if (object?.kind !== 'ApplicationConfiguration') return { component: object?.metadata.name ?? '' };
  const application = object.metadata.name;
  const index = /^spec\.components\[(\d+)\]/.exec(path)?.[1];
  const entry = index === undefined ? undefined : (object as ApplicationConfiguration).spec.components[Number(index)];
  return entry ? { application, component: componentNameOf(entry) } : { application };
}
