import { type KubernetesObject, messageOf } from '@capstan/base';
import {
  type ApplicationConfiguration,
  instanceNameOf,
  objectMetadata,
  resolveParameters,
  setField,
  type TraitDefinition,
  traitNames,
  type WorkloadDefinition,
  withOverrides,
} from '@capstan/oam-model';
import type { KindReference, TraitContribution, WorkloadContribution } from '@capstan/plugin-api';
import { workloadNameFor } from '../revisions/workload-name.ts';
import type { ResolvedEntry } from './entries.ts';
import type { ObservedApplication, ServedKind } from './model.ts';
import { objectKey } from './names.ts';
import { withoutNulls } from './plain.ts';
import { type Complain, complainFor, type Report } from './problems.ts';
import { registeredTrait, registeredWorkload, servedAs } from './registration.ts';

/** A trait as the OAM reference renders it: named, labelled, with its reference to the workload. */
export interface ComposedTrait {
  readonly object: KubernetesObject;
  readonly served: ServedKind;
  /** Made up for a kind that no TraitDefinition registers. */
  readonly definition: TraitDefinition;
  readonly registered: boolean;
  readonly contribution?: TraitContribution;
  /** What the plugin behind it may look at: as it was when `contribution` was taken, for a plugin may go meanwhile. */
  readonly kinds: readonly KindReference[];
}

/** A component as the OAM reference renders it: parameters set, named, labelled. No plugin has looked at it yet. */
export interface ComposedComponent {
  readonly resolved: ResolvedEntry;
  /** Name of the Component. */
  readonly name: string;
  /** How the rest of the application calls it. */
  readonly instance: string;
  readonly workload: KubernetesObject;
  readonly served: ServedKind;
  /** Made up for a kind that no WorkloadDefinition registers. */
  readonly definition: WorkloadDefinition;
  readonly contribution?: WorkloadContribution;
  /** What the plugin behind it may look at. */
  readonly kinds: readonly KindReference[];
  readonly traits: readonly ComposedTrait[];
  /** Several workloads of the component may live at once. */
  readonly revisionEnabled: boolean;
  /** A trait decides how many replicas there are. */
  readonly replicasOwned: boolean;
  /** How many there are to be at first, where a trait decides it from then on and says nothing about the beginning. */
  readonly firstReplicas?: number;
}

/** Where an object of a component stands: what data passing and waiting are said about. */
export function slotOf({ resolved }: ComposedComponent, trait?: number): string {
  return trait === undefined ? `${resolved.index}/workload` : `${resolved.index}/traits/${trait}`;
}

/** Composes the objects of a component. Undefined, with problems reported, when it cannot be done. */
export function composeComponent(
  observed: ObservedApplication,
  application: ApplicationConfiguration,
  resolved: ResolvedEntry,
  report: Report,
): ComposedComponent | undefined {
  const { entry, componentName: name } = resolved;
  const complain = complainFor(name, report);
  const template = withParameters(resolved, complain);
  const served = template && servedAs(observed, 'workload', template, complain);
  const kind = served && registeredWorkload(observed, template, served, complain);
  if (!kind) return undefined;
  const found = (entry.traits ?? []).flatMap(({ trait }) => {
    if (!trait) return [];
    const servedTrait = servedAs(observed, 'trait', trait, complain);
    return [servedTrait && registeredTrait(observed, trait, servedTrait, complain)];
  });
  const traits = found.filter((trait) => trait !== undefined);
  if (traits.length < found.length) return undefined;
  const revisionEnabled = traits.some(({ definition }) => definition.spec.revisionEnabled === true);
  const workload = namedWorkload(observed, application, { resolved, template, revisionEnabled }, complain);
  if (!workload) return undefined;
  return {
    resolved,
    name,
    instance: instanceNameOf(entry),
    workload,
    ...kind,
    traits: namedTraits(application, resolved, traits).map((trait) => withReference(trait, workload, complain)),
    revisionEnabled,
    replicasOwned: false,
  };
}

function withParameters({ component, entry }: ResolvedEntry, complain: Complain): KubernetesObject | undefined {
  try {
    return withoutNulls(withOverrides(resolveParameters(component, entry.parameterValues), entry));
  } catch (error) {
    complain('InvalidParameters', messageOf(error));
    return undefined;
  }
}

interface Unnamed {
  readonly resolved: ResolvedEntry;
  readonly template: KubernetesObject;
  readonly revisionEnabled: boolean;
}

function namedWorkload(
  observed: ObservedApplication,
  application: ApplicationConfiguration,
  { resolved, template, revisionEnabled }: Unnamed,
  complain: Complain,
): KubernetesObject | undefined {
  const { component, entry, recorded } = resolved;
  const { namespace } = application.metadata;
  const { apiVersion, kind } = template;
  const before = recorded?.workloadRef?.name;
  const place = namespace ? { namespace } : {};
  const existing = before ? observed.live.get(objectKey({ apiVersion, kind, name: before, ...place })) : undefined;
  const { instanceName } = entry;
  const named = workloadNameFor({
    workload: template,
    ...(instanceName ? { instanceName } : {}),
    component,
    revisionEnabled,
    existing,
  });
  if ('error' in named) {
    complain('RevisionMissing', named.error);
    return undefined;
  }
  const object = { ...template, metadata: { ...template.metadata, name: named.name } };
  return labelled(application, resolved, object, 'WORKLOAD');
}

function namedTraits(
  application: ApplicationConfiguration,
  resolved: ResolvedEntry,
  traits: readonly ComposedTrait[],
): ComposedTrait[] {
  const { entry, componentName: component, recorded } = resolved;
  const names = traitNames({
    application: application.metadata.name,
    component,
    ...(entry.instanceName ? { instance: entry.instanceName } : {}),
    traits: traits.map(({ object, definition, registered }) => ({
      object,
      ...(registered ? { definitionName: definition.metadata.name } : {}),
    })),
    previous: recorded?.traits?.map(({ traitRef }) => traitRef) ?? [],
  });
  return traits.map((trait, at) => {
    const named = { ...trait.object, metadata: { ...trait.object.metadata, name: names[at] ?? component } };
    return { ...trait, object: labelled(application, resolved, named, 'TRAIT') };
  });
}

/** The object with the labels, annotations and namespace of its place in the application. */
function labelled(
  application: ApplicationConfiguration,
  { componentName: component, revision }: ResolvedEntry,
  object: KubernetesObject,
  resourceType: 'WORKLOAD' | 'TRAIT',
): KubernetesObject {
  const { labels, annotations } = objectMetadata({ application, component, revision, resourceType, object });
  const { namespace } = application.metadata;
  const { ownerReferences: _, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: { ...metadata, ...(namespace ? { namespace } : {}), labels, annotations },
  };
}

/** Where its Definition asks for a reference to the workload, it holds apiVersion, kind and name, and no uid. */
function withReference(trait: ComposedTrait, workload: KubernetesObject, complain: Complain): ComposedTrait {
  const path = trait.definition.spec.workloadRefPath;
  if (!path) return trait;
  const { apiVersion, kind, metadata } = workload;
  try {
    return { ...trait, object: setField(trait.object, path, { apiVersion, kind, name: metadata.name }) };
  } catch (error) {
    const { name } = trait.object.metadata;
    complain('InvalidTrait', `cannot set trait "${name}" reference to "${metadata.name}": ${messageOf(error)}`);
    return trait;
  }
}
