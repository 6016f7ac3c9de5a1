import type { KubernetesObject } from '@capstan/base';
import { type DefinitionCatalog, normalizeApplication, normalizeComponent } from '@capstan/oam-model';
import type { ApplicationFiles } from './application-files.ts';
import { componentsOf, withOwnTypes } from './dialect-warnings.ts';

/** The Components and applications of files in canonical form: what everything but the one door to both dialects reads. */
export function canonicalObjects(files: ApplicationFiles, types: DefinitionCatalog): KubernetesObject[] {
  const catalog = withOwnTypes(files, types);
  return [
    ...files.components.map((component) => normalizeComponent(component, catalog).object),
    ...files.applications.map(
      (application) =>
        normalizeApplication({ application, components: componentsOf(files, application), catalog }).application,
    ),
  ];
}
