import { groupOf, type KindReference, type KubernetesObject } from '@capstan/base';
import type { CapabilityPackage } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import type { ApplicationConfiguration, Component, ComponentTrait } from '@capstan/oam-model';
import { OAM_API_VERSION } from '@capstan/oam-model';
import type { AffectedApplication } from './types.ts';

/** A Definition by what applications write: the kind it registers, or one of its names. */
export interface DefinitionName {
  /** `<plural>.<group>`. */
  readonly name: string;
  readonly kind: string;
  readonly shortName: string;
}

/** The Definitions of a package as `applicationsUsing` takes them. */
export function definitionNames(metadata: CapabilityPackage): DefinitionName[] {
  return metadata.provides.definitions.map(({ name, kind, shortName }) => ({ name, kind, shortName }));
}

/**
 * The applications that use a Definition: one of their workloads or traits is of its kind, in the text of the
 * application or among the objects that it made. Sorted by namespace and name.
 */
export async function applicationsUsing(
  client: KubeClient,
  definitions: readonly DefinitionName[],
): Promise<AffectedApplication[]> {
  if (definitions.length === 0) return [];
  const [applications, components] = await Promise.all([
    client.list({ apiVersion: OAM_API_VERSION, kind: 'ApplicationConfiguration' }),
    client.list({ apiVersion: OAM_API_VERSION, kind: 'Component' }),
  ]);
  return usage(applications.items, components.items, definitions);
}

/** The pure part of `applicationsUsing`. */
export function usage(
  applications: readonly KubernetesObject[],
  components: readonly KubernetesObject[],
  definitions: readonly DefinitionName[],
): AffectedApplication[] {
  const workloads = new Map(
    components.map((component) => [
      `${component.metadata.namespace}/${component.metadata.name}`,
      (component as Component).spec?.workload,
    ]),
  );
  return applications
    .map((object) => {
      const application = object as ApplicationConfiguration;
      const { namespace = '', name } = application.metadata;
      const kinds = kindsOf(application, workloads);
      const words = wordsOf(application);
      const used = definitions.filter(
        (definition) =>
          kinds.some((kind) => isKind(kind, definition)) || words.some((word) => isWord(word, definition)),
      );
      return { namespace, name, definitions: used.map((definition) => definition.name).sort() };
    })
    .filter(({ definitions: used }) => used.length > 0)
    .sort((a, b) => compare(a.namespace, b.namespace) || compare(a.name, b.name));
}

function kindsOf(
  application: ApplicationConfiguration,
  workloads: ReadonlyMap<string, KubernetesObject | undefined>,
): KindReference[] {
  const { namespace } = application.metadata;
  const components = application.spec?.components ?? [];
  const written = [
    ...components.map(({ componentName }) => workloads.get(`${namespace}/${componentName}`)),
    ...traitsOf(application).map(({ trait }) => trait),
  ];
  return [...written.filter((object) => object !== undefined), ...(application.status?.inventory ?? [])];
}

/** Names of traits in the talks' dialect, which does not write kinds. */
function wordsOf(application: ApplicationConfiguration): string[] {
  return traitsOf(application).flatMap(({ name }) => (name === undefined ? [] : [name]));
}

function traitsOf({ spec }: ApplicationConfiguration): readonly ComponentTrait[] {
  return [...(spec?.components ?? []).flatMap(({ traits }) => traits ?? []), ...(spec?.traits ?? [])];
}

function isKind(reference: KindReference, definition: DefinitionName): boolean {
  return reference.kind === definition.kind && groupOf(reference.apiVersion ?? '') === groupOfName(definition.name);
}

function isWord(word: string, definition: DefinitionName): boolean {
  return [definition.name, definition.shortName].includes(word.toLowerCase());
}

function groupOfName(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
