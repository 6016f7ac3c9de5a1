import { type KubernetesObject, messageOf } from '@capstan/base';
import {
  type ApplicationComponent,
  appliesTo,
  type Component,
  conflictVerdict,
  objectMetadata,
  resolveParameters,
  type TraitDefinition,
  type TypedReference,
  traitNames,
  type WorkloadDefinition,
  type WorkloadStatusEntry,
  workloadName,
  workloadTarget,
} from '@capstan/oam-model';
import type { TraitContribution, WorkloadContribution } from '@capstan/plugin-api';
import { definitionNamed, needsContribution } from './lookup.ts';
import type { DecisionProblem, ObservedApplication, ProblemReason, ServedKind } from './model.ts';
import { kindKey, NO_DEFINITION_MESSAGE } from './names.ts';

/** A trait with all that belongs to it: named, labelled, not yet rendered. */
export interface ResolvedTrait {
  readonly object: KubernetesObject;
  readonly served: ServedKind;
  readonly definition?: TraitDefinition;
  readonly contribution?: TraitContribution;
  readonly message?: string;
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

/** Finds what a component of the application means; undefined, with problems reported, when it cannot be known. */
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
  const known = definitionNamed(observed.workloadDefinitions, served.name);
  const contribution = observed.contributions.workload(served.name);
  if (!contribution && needsContribution(served.name)) {
    if (known) problem('PluginNotLoaded', `workload ${template.kind}: its plugin is not running`, KEPT);
    else problem('WorkloadDefinitionMissing', `there is no WorkloadDefinition ${served.name}`, KEPT);
    return undefined;
  }
  const name = workloadName(template, component);
  return {
    workload: labelled(observed, component, { ...template, metadata: { ...template.metadata, name } }, 'WORKLOAD'),
    served,
    // As in the reference, a workload kind works without being registered; then only its own name is its identity.
    definition: known ?? anonymousDefinition(served.name),
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
  const previous = statusEntry(observed, component)?.traits ?? [];
  const objects = (stated.traits ?? []).flatMap(({ trait }) => (trait ? [trait] : []));
  const found = objects.map((object) => {
    const served = servedAs(observed, 'TraitKindUnknown', object, problem);
    return served && { object, served, definition: definitionNamed(observed.traitDefinitions, served.name) };
  });
  if (found.includes(undefined)) return undefined;
  const known = found.filter((trait) => trait !== undefined);
  const names = traitNames({
    application: observed.application.metadata.name,
    component,
    traits: known.map(({ object, definition }) => ({
      object,
      ...(definition ? { definitionName: definition.metadata.name } : {}),
    })),
    previous: previous.map((entry) => entry.traitRef),
  });
  const resolved = known.map(({ object, served, definition }, at): ResolvedTrait | undefined => {
    const named = { ...object, metadata: { ...object.metadata, name: names[at] ?? component } };
    const contribution = observed.contributions.trait(served.name);
    const message = definition ? undefined : NO_DEFINITION_MESSAGE;
    const reason = whyHeld({ served, definition, contribution }, previous, named);
    if (reason) {
      const what =
        reason === 'PluginNotLoaded' ? 'its plugin is not running' : `there is no TraitDefinition ${served.name}`;
      problem(reason, `trait ${object.kind}: ${what}`, KEPT);
      return undefined;
    }
    return {
      object: labelled(observed, component, named, 'TRAIT'),
      served,
      ...(definition ? { definition } : {}),
      ...(contribution ? { contribution } : {}),
      ...(message ? { message } : {}),
    };
  });
  return resolved.includes(undefined) ? undefined : resolved.filter((trait) => trait !== undefined);
}

/**
 * Why a trait must not be touched now. A Definition or a plugin that went away while the trait was in use must not
 * take the trait's effect with it. A kind that never had a Definition is applied as it is, as in the reference.
 */
function whyHeld(
  trait: { served: ServedKind; definition: TraitDefinition | undefined; contribution: TraitContribution | undefined },
  previous: NonNullable<WorkloadStatusEntry['traits']>,
  object: KubernetesObject,
): ProblemReason | undefined {
  const ours = needsContribution(trait.served.name);
  if (trait.definition) return ours && !trait.contribution ? 'PluginNotLoaded' : undefined;
  const before = previous.find(({ traitRef }) => sameObject(traitRef, object));
  const hadDefinition = before !== undefined && before.message !== NO_DEFINITION_MESSAGE;
  return ours || hadDefinition ? 'TraitDefinitionMissing' : undefined;
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
  const defined = traits.flatMap(({ definition }) => (definition ? [definition] : []));
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

function sameObject(reference: TypedReference, object: KubernetesObject): boolean {
  return (
    reference.apiVersion === object.apiVersion &&
    reference.kind === object.kind &&
    reference.name === object.metadata.name
  );
}

function anonymousDefinition(name: string): WorkloadDefinition {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'WorkloadDefinition',
    metadata: { name },
    spec: { definitionRef: { name } },
  };
}

const MISSING_KIND = 'Install the capability that offers it: `capstan cap search`.';
const KEPT = 'What runs is kept as it is; nothing is changed or deleted until it is back.';
