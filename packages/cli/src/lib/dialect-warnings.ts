import type { KubernetesObject, SourcePosition } from '@capstan/base';
import {
  type Component,
  type CustomResourceDefinition,
  componentNameOf,
  type Definition,
  type DefinitionCatalog,
  type DialectWarning,
  evaluateRules,
  formatFieldPath,
  type NormalizedApplication,
  normalizeApplication,
  normalizeComponent,
  normalizeDefinition,
  originOf,
  ruleComponents,
  type SourceDocument,
} from '@capstan/oam-model';
import type { ApplicationFiles } from './application-files.ts';
import { isOam } from './file-objects.ts';

/** An alias in a file that is read as its modern form, or something that the rules allow with a warning. */
export interface FileWarning {
  readonly source: SourcePosition;
  readonly path: string;
  readonly message: string;
}

/**
 * What the files say in the words of the talks, each with its place and the form that it is read as, and what the rules
 * warn of.
 */
export function dialectWarnings(files: ApplicationFiles, types: DefinitionCatalog): FileWarning[] {
  const found = new Map<string, FileWarning>();
  const add = (document: SourceDocument | undefined, { path, message }: DialectWarning) => {
    if (!document) return;
    const source = document.locate(path);
    found.set(JSON.stringify([source, message]), { source, path, message });
  };
  const catalog = withOwnTypes(files, types);
  const documentOf = (name: string) =>
    files.documents.find(({ object }) => isOam(object, 'Component') && object.metadata.name === name);
  for (const document of files.documents) {
    const { object } = document;
    if (isOam(object, 'Component'))
      for (const warning of normalizeComponent(object as Component, catalog).warnings) add(document, warning);
    if (isDefinition(object)) for (const warning of normalizeDefinition(object).warnings) add(document, warning);
  }
  for (const application of files.applications) {
    const document = files.documents.find(({ object }) => object === application);
    const canonical = normalizeApplication({ application, components: componentsOf(files, application), catalog });
    for (const warning of [...canonical.warnings, ...ruleWarnings(canonical, catalog)])
      add(warning.component === undefined ? document : documentOf(warning.component), warning);
  }
  return [...found.values()];
}

/** What the rules allow with a warning, as replicas that give way to a scaler. */
function ruleWarnings(canonical: NormalizedApplication, catalog: DefinitionCatalog): DialectWarning[] {
  const subjects = ruleComponents(canonical.application, canonical.components, catalog);
  const verdicts = evaluateRules(subjects).filter(({ severity }) => severity === 'warning');
  return verdicts.map(({ object: { index, trait }, message }) => {
    const below = trait === undefined ? [] : ['traits', trait, 'trait', 'kind'];
    const place = originOf(canonical.origins, ['spec', 'components', index, ...below]);
    return { path: formatFieldPath(place), message };
  });
}

/** The types with the Definitions and CRDs that the files bring, which win. */
export function withOwnTypes({ documents }: ApplicationFiles, types: DefinitionCatalog): DefinitionCatalog {
  const objects = documents.map(({ object }) => object);
  return {
    ...types,
    definitions: merged(objects.filter(isDefinition), types.definitions),
    crds: merged(objects.filter(isCrd), types.crds),
  };
}

function merged<T extends KubernetesObject>(own: readonly T[], others: readonly T[]): T[] {
  const names = new Set(own.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  return [...own, ...others.filter(({ kind, metadata }) => !names.has(`${kind}/${metadata.name}`))];
}

function isCrd(object: KubernetesObject): object is CustomResourceDefinition {
  return object.kind === 'CustomResourceDefinition';
}

/** The components of the files that an application names, by the key under which the dialect looks for them. */
export function componentsOf(
  { components }: ApplicationFiles,
  application: ApplicationFiles['applications'][number],
): ReadonlyMap<string, Component> {
  const named = new Set(application.spec.components.filter((entry) => !entry.revisionName).map(componentNameOf));
  const own = components.filter(({ metadata }) => named.has(metadata.name));
  return new Map(own.map((component) => [component.metadata.name, component]));
}

function isDefinition(object: SourceDocument['object']): object is Definition {
  return isOam(object, 'WorkloadDefinition', 'TraitDefinition', 'ScopeDefinition');
}
