import { type KubernetesObject, type Logger, type ObjectReference, referenceTo } from '@capstan/base';
import {
  CONTROLLER_MANAGER,
  type Decision,
  type ObservedApplication,
  objectKey,
  type PlannedObject,
} from '@capstan/core';
import type { KubeClient } from '@capstan/kube';
import {
  type ApplicationConfiguration,
  type Component,
  type CustomResourceDefinition,
  componentNameOf,
  getField,
  oamCustomResourceDefinitions,
} from '@capstan/oam-model';
import type { ApplicationFiles } from '../lib/application-files.ts';
import { APPLICATION } from '../lib/applications.ts';
import { USER_MANAGER } from '../lib/apply-application.ts';
import { isOam } from '../lib/file-objects.ts';
import { orForbidden } from '../lib/forbidden.ts';
import { decideInCluster, withContributions } from '../lib/render-application.ts';
import { asApplied, componentAsApplied, documentChanges, schemaOf } from './as-applied.ts';
import { asIfApplied } from './as-if-applied.ts';
import { appliedChanges, type FieldChange, masked } from './field-changes.ts';
import type { ChangePlan, ObjectChange } from './model.ts';

/** What a plan is made of. */
export interface PlanInput {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Objects of the files, placed in their namespaces, in the order in which they are applied. */
  readonly objects: readonly KubernetesObject[];
  /** The files, for the places of what is wrong. */
  readonly loaded?: Pick<ApplicationFiles, 'documents'>;
  /** CRDs of workloads and traits, for the defaults that the API server fills in. */
  readonly crds: readonly CustomResourceDefinition[];
  /** Objects that count as there already: what packages would bring before the files are applied. */
  readonly toCome?: readonly KubernetesObject[];
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/**
 * What applying some objects would change: the objects themselves, and everything that the operator would make of the
 * applications among them, and of those in the cluster that use a component among them. The same decision as the
 * controller's, on the same facts. Reads only; fails with exit 2 where an application could not be brought about.
 */
export async function planChanges(input: PlanInput): Promise<ChangePlan> {
  const { client, objects, signal } = input;
  const crds = [...oamCustomResourceDefinitions(), ...input.crds];
  const live = await Promise.all(objects.map((object) => client.get(referenceTo(object), { signal })));
  const documents = objects.map((object, index) => documentChange(object, live[index], crds));
  const components = ofKind<Component>(objects, 'Component').map((component) =>
    componentAsApplied(component, liveOf<Component>(component, objects, live), USER_MANAGER),
  );
  const given = ofKind<ApplicationConfiguration>(objects, 'ApplicationConfiguration').map((application) =>
    asApplied(application, liveOf(application, objects, live), USER_MANAGER),
  );
  const affected = await affectedApplications(input, documents, given);
  const others = objects.filter((object) => !isOam(object, 'Component', 'ApplicationConfiguration'));
  const view = asIfApplied(client, [...(input.toCome ?? []), ...others, ...components, ...given]);
  const parts = await withContributions(input.log, async (contributions) => {
    const all: Part[] = [];
    for (const application of [...given, ...affected]) {
      const decided = await orForbidden(decideInCluster(view, { application, contributions }, input.loaded?.documents));
      all.push(
        decided ? planOf(application, decided) : { objects: [], warnings: [], unreadable: [application.metadata.name] },
      );
    }
    return all;
  });
  return {
    namespace: input.namespace,
    objects: [...documents, ...parts.flatMap((part) => part.objects)],
    warnings: [...new Set(parts.flatMap((part) => part.warnings))],
    unreadable: parts.flatMap((part) => part.unreadable),
  };
}

type Part = Pick<ChangePlan, 'objects' | 'warnings' | 'unreadable'>;

/** What a decision changes. Pure. */
export function planOf(
  application: ApplicationConfiguration,
  { observed, decision }: { readonly observed: ObservedApplication; readonly decision: Decision },
): Part {
  const of = { origin: 'application', application: application.metadata.name } as const;
  const disruptive = disruptiveTraits(observed, decision);
  // What a trait's controller makes instead is left as it is, also when it is not there.
  const applied = decision.objects.filter(({ key, action }) => action !== 'taken' || observed.live.get(key));
  const planned = applied.map((object): ObjectChange => {
    const live = observed.live.get(object.key);
    const changes = object.action !== 'keep' && object.action !== 'taken';
    const fields = live && changes ? plannedChanges(live, object) : [];
    const action = !live ? 'created' : fields.length > 0 ? 'changed' : 'unchanged';
    return {
      ...of,
      ...object.reference,
      component: object.component,
      action,
      fields,
      ...(disruptive.has(object.key) && action !== 'unchanged' ? { restartsPods: true as const } : {}),
      ...(object.waitsFor && object.waitsFor.length > 0 ? { waitsFor: object.waitsFor } : {}),
    };
  });
  const removed = decision.prune.map(
    (entry): ObjectChange => ({ ...of, ...withoutUid(entry), action: 'removed', fields: [] }),
  );
  return { objects: [...planned, ...removed], warnings: decision.warnings, unreadable: [] };
}

/** The traits of workloads that run whose Definitions say that they restart pods, by the keys of their objects. */
function disruptiveTraits(observed: ObservedApplication, { rendered }: Decision): ReadonlySet<string> {
  const running = rendered.filter(({ workload }) => observed.live.get(objectKey(referenceTo(workload))));
  const traits = running.flatMap((component) => component.traits);
  const disruptive = traits.filter(({ composed }) => composed.definition.spec.podDisruptive === true);
  return new Set(disruptive.map(({ object }) => objectKey(referenceTo(object))));
}

function plannedChanges(live: KubernetesObject, { object, strangers = [] }: PlannedObject): FieldChange[] {
  const foreign = strangers.map((segments): FieldChange => {
    const before = masked(getField(live, segments));
    return { path: segments.join('.'), change: 'removed', before };
  });
  return [...appliedChanges(live, object, CONTROLLER_MANAGER), ...foreign];
}

function documentChange(
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  crds: readonly CustomResourceDefinition[],
): ObjectChange {
  const of = { origin: 'file', ...referenceTo(object) } as const;
  if (!live) return { ...of, action: 'created', fields: [] };
  const fields = documentChanges(object, live, USER_MANAGER, schemaOf(object, crds));
  return { ...of, action: fields.length > 0 ? 'changed' : 'unchanged', fields };
}

/** Applications outside the files that use a component which changes. */
async function affectedApplications(
  { client, signal }: PlanInput,
  documents: readonly ObjectChange[],
  given: readonly ApplicationConfiguration[],
): Promise<ApplicationConfiguration[]> {
  const changed = documents.filter(({ kind, action }) => kind === 'Component' && action === 'changed');
  const namespaces = [...new Set(changed.flatMap(({ namespace }) => namespace ?? []))];
  const lists = await Promise.all(namespaces.map((namespace) => client.list(APPLICATION, { namespace, signal })));
  const isGiven = ({ metadata }: KubernetesObject) =>
    given.some((one) => one.metadata.name === metadata.name && one.metadata.namespace === metadata.namespace);
  return (lists.flatMap(({ items }) => items) as ApplicationConfiguration[]).filter(
    (application) => !isGiven(application) && usesOne(application, changed),
  );
}

function usesOne({ metadata, spec }: ApplicationConfiguration, components: readonly ObjectReference[]): boolean {
  const names = new Set(components.filter(({ namespace }) => namespace === metadata.namespace).map(({ name }) => name));
  return spec.components.some((entry) => !entry.revisionName && names.has(componentNameOf(entry)));
}

function ofKind<T extends KubernetesObject>(objects: readonly KubernetesObject[], kind: string): T[] {
  return objects.filter((object) => isOam(object, kind)) as T[];
}

function liveOf<T extends KubernetesObject>(
  object: KubernetesObject,
  objects: readonly KubernetesObject[],
  live: readonly (KubernetesObject | undefined)[],
): T | undefined {
  return live[objects.indexOf(object)] as T | undefined;
}

function withoutUid({ apiVersion, kind, name, namespace }: ObjectReference): ObjectReference {
  return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
}
