import { type DefinitionCatalog, definitionFor } from './catalog.ts';
import { OAM_CODES } from './codes.ts';
import { isBlank } from './json.ts';
import {
  type ApplicationComponent,
  type ApplicationConfiguration,
  type Component,
  type ComponentTrait,
  isTraitDefinition,
} from './kinds/index.ts';
import type { Problem } from './problem.ts';

/** Use of something that Capstan does not do yet. */
export interface NotYetProblem extends Problem {
  /** Name of the Component that the path is in; the application when absent. */
  readonly component?: string;
}

const DATA_PASSING = 'passing data between objects';

/**
 * What an application and its components use that this version does not do: scopes, revisions, data passing and the
 * talks' dialect; with a catalog also traits whose Definition says `revisionEnabled`. Fields that say nothing (empty
 * strings and structs of Go clients) count as absent.
 */
export function notYet(
  application: ApplicationConfiguration,
  components: readonly Component[],
  catalog?: DefinitionCatalog,
): NotYetProblem[] {
  const { spec } = application;
  return [
    ...(spec.components ?? []).flatMap((component, index) => ofComponent(component, `spec.components[${index}]`)),
    ...used(spec.traits, 'spec.traits', 'traits for the whole application'),
    ...(catalog ? ofRevisions(spec.components ?? [], catalog) : []),
    ...components.flatMap(notYetInComponent),
  ];
}

function ofComponent(component: ApplicationComponent, path: string): NotYetProblem[] {
  return [
    ...used(component.revisionName, `${path}.revisionName`, 'pinning a component to a revision'),
    ...used(component.instanceName, `${path}.instanceName`, 'instance names', 'Set metadata.name in the workload.'),
    ...used(component.dependencies, `${path}.dependencies`, 'waiting for other instances'),
    ...used(component.dataOutputs, `${path}.dataOutputs`, DATA_PASSING),
    ...used(component.dataInputs, `${path}.dataInputs`, DATA_PASSING),
    ...used(component.scopes, `${path}.scopes`, 'scopes'),
    ...(component.traits ?? []).flatMap((trait, index) => ofTrait(trait, `${path}.traits[${index}]`)),
  ];
}

function ofTrait(trait: ComponentTrait, path: string): NotYetProblem[] {
  const hint = 'Put the whole object under `trait`, with its apiVersion and kind.';
  return [
    ...(isBlank(trait.trait) ? used(trait.name, `${path}.name`, 'a trait by its name', hint) : []),
    ...used(trait.dataOutputs, `${path}.dataOutputs`, DATA_PASSING),
    ...used(trait.dataInputs, `${path}.dataInputs`, DATA_PASSING),
  ];
}

function ofRevisions(components: readonly ApplicationComponent[], catalog: DefinitionCatalog): NotYetProblem[] {
  return components.flatMap(({ traits = [] }, index) =>
    traits.flatMap(({ trait }, traitIndex) => {
      const definition = trait && !isBlank(trait) ? definitionFor(trait, 'trait', catalog)?.definition : undefined;
      const enabled = definition && isTraitDefinition(definition) && definition.spec.revisionEnabled;
      return used(
        enabled || undefined,
        `spec.components[${index}].traits[${traitIndex}].trait`,
        'traits that work with revisions',
      );
    }),
  );
}

/** The part of `notYet` that stands in a Component itself. */
export function notYetInComponent(component: Component): NotYetProblem[] {
  const { name } = component.metadata;
  const metadata = component.metadata as unknown as Record<string, unknown>;
  return ['version', 'description'].flatMap((field) =>
    used(
      metadata[field],
      `metadata.${field}`,
      `metadata.${field} of a Component`,
      `Write it as the annotation ${field}.`,
    ).map((problem) => ({ ...problem, component: name })),
  );
}

function used(
  value: unknown,
  path: string,
  what: string,
  hint = 'Take it out; a later version supports it.',
): NotYetProblem[] {
  if (isBlank(value)) return [];
  return [{ code: OAM_CODES.notYet, path, message: `not supported yet: ${what}`, hint }];
}
