import { createHash } from 'node:crypto';
import { groupOf, type KubernetesObject } from '@capstan/base';
import type { ApplicationComponent, ApplicationConfiguration, TypedReference } from './kinds/index.ts';

/** Labels of the objects of an application. */
export const OAM_LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  application: 'app.oam.dev/name',
  component: 'app.oam.dev/component',
  revision: 'app.oam.dev/revision',
  resourceType: 'app.oam.dev/resourceType',
  /** On a trait object: the name of its TraitDefinition, where the kind does not say it. */
  traitType: 'trait.oam.dev/type',
  /** On a workload object: the name of its WorkloadDefinition, where the kind does not say it. */
  workloadType: 'workload.oam.dev/type',
} as const;

/** Annotations of the objects of an application. */
export const OAM_ANNOTATIONS = { generation: 'app.oam.dev/generation' } as const;

/** Names of objects become label values, which end at 63 characters. */
export const MAX_NAME_LENGTH = 63;

/**
 * What other tools note on the application object about that object alone. On workloads and traits it would be false:
 * kubectl and Argo CD would take them for their own.
 */
const NOT_INHERITED = /^(kubectl\.kubernetes\.io\/|meta\.helm\.sh\/|argocd\.argoproj\.io\/)/;

/** The annotations that pass from an object to what is made of it: all but those of tools about that very object. */
export function inheritedAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => !NOT_INHERITED.test(key)));
}

/** The name of the Component that an entry of an application means: a revision is named `<component>-<segment>`. */
export function componentNameOf(entry: ApplicationComponent): string {
  const pinned = pinnedRevision(entry);
  if (pinned === undefined) return packedName(entry)?.component ?? entry.componentName ?? '';
  const dash = pinned.lastIndexOf('-');
  return dash < 0 ? pinned : pinned.slice(0, dash);
}

/** The ControllerRevision that an entry pins its Component to, if it pins one; it wins over `componentName`. */
export function pinnedRevision(entry: ApplicationComponent): string | undefined {
  return entry.revisionName && !packedName(entry) ? entry.revisionName : undefined;
}

/**
 * What SREWorks packs into revisionName: `<type>|<name>|<version>`. No object of Kubernetes has a bar in its name, so
 * this never clashes with the name of a revision.
 */
export function packedName(
  entry: ApplicationComponent,
): { readonly component: string; readonly version: string } | undefined {
  const [, component, version] = /^[^|]*\|([^|]+)\|([^|]*)$/.exec(entry.revisionName ?? '') ?? [];
  return component === undefined || version === undefined ? undefined : { component, version };
}

/** The name by which the rest of the application speaks of an entry: its instance name, else that of its Component. */
export function instanceNameOf(entry: ApplicationComponent): string {
  return entry.instanceName || componentNameOf(entry);
}

/**
 * The name of a workload without revisions: the instance name that the application gives, else its own (from the
 * template or a parameter), else that of its component.
 */
export function workloadName(workload: KubernetesObject, componentName: string, instanceName?: string): string {
  return instanceName || ownName(workload) || componentName;
}

/** Everything that the names of a component's traits depend on. */
export interface TraitNamesInput {
  readonly application: string;
  readonly component: string;
  /** Tells entries of one Component apart. */
  readonly instance?: string;
  /** In the order of the application. `definitionName` is absent where no TraitDefinition exists. */
  readonly traits: readonly { readonly object: KubernetesObject; readonly definitionName?: string }[];
  /** The traits of this component in the status of the application before. */
  readonly previous?: readonly TypedReference[];
}

/**
 * The names of a component's traits: the trait's own; else the next one that the status remembers for its kind; else
 * `<component>-<Definition up to the first dot>-<hash>`. No two are equal for one kind, and none depends on the spec.
 */
export function traitNames(input: TraitNamesInput): string[] {
  const taken = new Set<string>();
  for (const { object } of input.traits) {
    const name = ownName(object);
    if (name !== undefined) taken.add(keyOf(object, name));
  }
  return input.traits.map(({ object, definitionName }) => {
    const own = ownName(object);
    if (own !== undefined) return own;
    const name = rememberedName(input, object, taken) ?? generatedName(input, object, definitionName, taken);
    taken.add(keyOf(object, name));
    return name;
  });
}

/** Everything that the labels and annotations of a workload or trait depend on. */
export interface MetadataInput {
  readonly application: ApplicationConfiguration;
  readonly component: string;
  /** Name of the component's revision; the label is there, and empty, when there is none yet. */
  readonly revision?: string;
  readonly resourceType: 'WORKLOAD' | 'TRAIT';
  /** The object as written in the component or application. */
  readonly object: KubernetesObject;
}

/** Labels and annotations of a workload or trait. Ours win over the object's own, and these over the application's. */
export function objectMetadata(input: MetadataInput): {
  labels: Record<string, string>;
  annotations: Record<string, string>;
} {
  const { application, object } = input;
  const { generation } = application.metadata;
  return {
    labels: {
      ...application.metadata.labels,
      ...object.metadata?.labels,
      [OAM_LABELS.managedBy]: 'capstan',
      [OAM_LABELS.application]: application.metadata.name,
      [OAM_LABELS.component]: input.component,
      [OAM_LABELS.revision]: input.revision ?? '',
      [OAM_LABELS.resourceType]: input.resourceType,
    },
    annotations: {
      ...inheritedAnnotations(application.metadata.annotations),
      ...object.metadata?.annotations,
      ...(generation === undefined ? {} : { [OAM_ANNOTATIONS.generation]: String(generation) }),
    },
  };
}

/** Embedded objects may come without metadata, or with an empty name from a Go client. */
function ownName(object: KubernetesObject): string | undefined {
  return object.metadata?.name || undefined;
}

function keyOf(object: KubernetesObject, name: string): string {
  return `${groupOf(object.apiVersion)}/${object.kind}/${name}`;
}

function rememberedName(input: TraitNamesInput, object: KubernetesObject, taken: Set<string>): string | undefined {
  return input.previous?.find(
    (reference) =>
      reference.apiVersion === object.apiVersion &&
      reference.kind === object.kind &&
      reference.name !== '' &&
      !taken.has(keyOf(object, reference.name)),
  )?.name;
}

function generatedName(
  input: TraitNamesInput,
  object: KubernetesObject,
  definitionName: string | undefined,
  taken: Set<string>,
): string {
  const { application, component, instance = component } = input;
  const type = definitionName === undefined ? 'dummy' : (definitionName.split('.')[0] ?? '').toLowerCase() || 'trait';
  for (let ordinal = 0; ; ordinal += 1) {
    const owner = instance === component ? [application, component] : [application, component, instance];
    const identity = [...owner, groupOf(object.apiVersion), object.kind, ordinal];
    const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 8);
    const prefix = `${component}-${type}`.slice(0, MAX_NAME_LENGTH - hash.length - 1).replace(/[-.]+$/, '');
    const name = `${prefix}-${hash}`;
    if (!taken.has(keyOf(object, name))) return name;
  }
}
