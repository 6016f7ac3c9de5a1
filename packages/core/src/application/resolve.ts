import { type KubernetesObject, messageOf } from '@capstan/base';
import {
  type ApplicationComponent,
  appliesTo,
  type Component,
  conflictVerdict,
  objectMetadata,
  resolveParameters,
  type TraitDefinition,
  traitNames,
  type WorkloadDefinition,
  type WorkloadStatusEntry,
  workloadName,
  workloadTarget,
} from '@capstan/oam-model';
import type { TraitContribution, WorkloadContribution } from '@capstan/plugin-api';
import { definitionNamed, needsContribution } from './lookup.ts';
import type { DecisionProblem, ObservedApplication, ProblemReason, ServedKind } from './model.ts';
import { kindKey } from './names.ts';

/** A trait with all that belongs to it: named, labelled, not yet rendered. */
export interface ResolvedTrait {
  readonly object: KubernetesObject;
  readonly served: ServedKind;
  readonly definition: TraitDefinition;
  readonly contribution?: TraitContribution;
}

/** A component with all that belongs to it: parameters set, named, labelled, not yet rendered. */
export interface ResolvedComponent {
  readonly name: string;
  readonly workload: KubernetesObject;
  readonly served: ServedKind;
  readonly definition: WorkloadDefinition;
  readonly contribution?: WorkloadContribution;
  readonly traits: readonly ResolvedTrait[];
}

/** Takes problems. */
export type Report = (problem: DecisionProblem) => void;

/**
 * Finds what a component of the application means; only kinds that a Definition registers are touched, because the
 * controller may make objects that the application's author may not. Undefined, with problems reported, when it cannot be known.
 */
export function resolveComponent(
  observed: ObservedApplication,
  stated: ApplicationComponent,
  report: Report,
): ResolvedComponent | undefined {
  const name = stated.componentName ?? '';
  const problem = (reason: ProblemReason, message: string, hint?: string) =>
    report({ reason, message, component: name, ...(hint ? { hint } : {}) });
  const component = observed.components.get(name);
  if (!component) {
    problem('ComponentMissing', `cannot get component "${name}"`, 'Apply the Component, or correct componentName.');
    return undefined;
  }
  const template = withParameters(component, stated, problem);
  if (!template) return undefined;
  const workload = resolveWorkload(observed, name, template, problem);
  if (!workload) return undefined;
  const traits = resolveTraits(observed, stated, name, problem);
  if (!traits) return undefined;
  const allowed = checkRules(workload, traits, problem);
  return allowed ? { ...workload, name, traits } : undefined;
}

type Complain = (reason: ProblemReason, message: string, hint?: string) => void;

function withParameters(component: Component, stated: ApplicationComponent, problem: Complain) {
  try {
    return resolveParameters(component, stated.parameterValues);
  } catch (error) {
    problem('InvalidParameters', messageOf(error));
    return undefined;
  }
}

function resolveWorkload(
  observed: ObservedApplication,
  component: string,
  template: KubernetesObject,
  problem: Complain,
): Omit<ResolvedComponent, 'name' | 'traits'> | undefined {
  const served = servedAs(observed, 'WorkloadKindUnknown', template, problem);
  if (!served) return undefined;
  const definition = definitionNamed(observed.workloadDefinitions, served.name);
  const contribution = observed.contributions.workload(served.name);
  if (!definition) {
    problem('WorkloadDefinitionMissing', `there is no WorkloadDefinition ${served.name}`, KEPT);
    return undefined;
  }
  if (!contribution && needsContribution(served.name)) {
    problem('PluginNotLoaded', `workload ${template.kind}: its plugin is not running`, PLUGIN_OFF);
    return undefined;
  }
  const named = { ...template, metadata: { ...template.metadata, name: workloadName(template, component) } };
  return {
    workload: labelled(observed, component, named, 'WORKLOAD'),
    served,
    definition,
    ...(contribution ? { contribution } : {}),
  };
}

function servedAs(
  observed: ObservedApplication,
  unknown: 'WorkloadKindUnknown' | 'TraitKindUnknown',
  { apiVersion, kind }: KubernetesObject,
  problem: Complain,
): ServedKind | undefined {
  const served = observed.kinds.get(kindKey({ apiVersion, kind }));
  if (!served) problem(unknown, `the cluster does not serve ${apiVersion} ${kind}`, MISSING_KIND);
  // An application is namespaced, and nothing outside of its namespace can be owned by it.
  if (served && !served.namespaced) problem('KindNotNamespaced', `${apiVersion} ${kind} is not namespaced`);
  return served?.namespaced ? served : undefined;
}

function resolveTraits(
  observed: ObservedApplication,
  stated: ApplicationComponent,
  component: string,
  problem: Complain,
): ResolvedTrait[] | undefined {
  const objects = (stated.traits ?? []).flatMap(({ trait }) => (trait ? [trait] : []));
  const found = objects.map((object) => resolveTrait(observed, object, problem));
  const known = found.filter((trait) => trait !== undefined);
  if (known.length < found.length) return undefined;
  const names = traitNames({
    application: observed.application.metadata.name,
    component,
    traits: known.map(({ object, definition }) => ({ object, definitionName: definition.metadata.name })),
    previous: statusEntry(observed, component)?.traits?.map((entry) => entry.traitRef) ?? [],
  });
  return known.map((trait, at) => {
    const named = { ...trait.object, metadata: { ...trait.object.metadata, name: names[at] ?? component } };
    return { ...trait, object: labelled(observed, component, named, 'TRAIT') };
  });
}

/** A trait that its Definition registers and whose plugin, where it needs one, is running; else it is not touched. */
function resolveTrait(
  observed: ObservedApplication,
  object: KubernetesObject,
  problem: Complain,
): ResolvedTrait | undefined {
  const served = servedAs(observed, 'TraitKindUnknown', object, problem);
  if (!served) return undefined;
  const definition = definitionNamed(observed.traitDefinitions, served.name);
  const contribution = observed.contributions.trait(served.name);
  if (!definition) {
    problem('TraitDefinitionMissing', `trait ${object.kind}: there is no TraitDefinition ${served.name}`, KEPT);
    return undefined;
  }
  if (!contribution && needsContribution(served.name)) {
    problem('PluginNotLoaded', `trait ${object.kind}: its plugin is not running`, PLUGIN_OFF);
    return undefined;
  }
  return { object, served, definition, ...(contribution ? { contribution } : {}) };
}

function checkRules(
  { definition: registered, workload }: Pick<ResolvedComponent, 'definition' | 'workload'>,
  traits: readonly ResolvedTrait[],
  problem: Complain,
): boolean {
  const target = workloadTarget(registered, workload);
  let allowed = true;
  const refuse = (reason: ProblemReason, message: string) => {
    allowed = false;
    problem(reason, message);
  };
  const defined = traits.map(({ definition }) => definition);
  for (const [at, definition] of defined.entries()) {
    const applicable = appliesTo(definition, target);
    if (!applicable.allowed) {
      refuse(
        'TraitNotApplicable',
        `trait ${definition.metadata.name} cannot apply to ${target.definitionName}: ${applicable.rule}`,
      );
    }
    for (const other of defined.slice(at + 1)) {
      const verdict = conflictVerdict(definition, other);
      if (!verdict.allowed) {
        refuse(
          'TraitConflict',
          `traits ${definition.metadata.name} and ${other.metadata.name} conflict: ${verdict.rule}`,
        );
      }
    }
  }
  return allowed;
}

/** The object with the labels, annotations and namespace of its place in the application. */
function labelled(
  observed: ObservedApplication,
  component: string,
  object: KubernetesObject,
  resourceType: 'WORKLOAD' | 'TRAIT',
): KubernetesObject {
  const { application } = observed;
  const { labels, annotations } = objectMetadata({ application, component, resourceType, object });
  const { namespace } = application.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(namespace ? { namespace } : {}),
      labels,
      annotations,
    },
  };
}

/** What the status recorded for a component. */
export function statusEntry(observed: ObservedApplication, component: string): WorkloadStatusEntry | undefined {
  return observed.application.status?.workloads?.find((entry) => entry.componentName === component);
}

const MISSING_KIND = 'Install the capability that offers it: `capstan cap search`.';
const KEPT = 'Install the package that registers it: `capstan cap search`. Until then what runs is kept as it is.';
const PLUGIN_OFF = 'Its package is not ready: `capstan cap list`. Until then what runs is kept as it is.';
