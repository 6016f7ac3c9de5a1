import type { KubernetesObject } from '@capstan/base';
import { bundledCenter, loadCatalog } from '@capstan/capability-center';
import { builtinManifests } from '@capstan/core';
import type { CustomResourceDefinition, Definition, DefinitionCatalog } from '@capstan/oam-model';
import { bundledRegistry } from './assets.ts';

/** The built-in types and those of every package that comes with Capstan: what `--offline` validates against. */
export async function offlineTypes(): Promise<DefinitionCatalog> {
  const { entries } = await loadCatalog([bundledCenter(bundledRegistry())]);
  const newest = new Map(entries.toReversed().map(({ metadata }) => [metadata.name, metadata]));
  const packages = [...newest.values()];
  const objects: KubernetesObject[] = [
    ...builtinManifests(),
    ...packages.flatMap(({ install }) => install.crds.flatMap(({ object }) => object ?? [])),
    ...packages.flatMap(({ provides }) => provides.definitions.map(({ object }) => object)),
  ];
  const isCrd = ({ kind }: KubernetesObject) => kind === 'CustomResourceDefinition';
  return {
    crds: objects.filter(isCrd) as CustomResourceDefinition[],
    definitions: objects.filter((object) => !isCrd(object)) as Definition[],
  };
}
