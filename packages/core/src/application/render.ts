import { type KubernetesObject, messageOf, type ObjectReference, referenceTo } from '@capstan/base';
import {
  appliesTo,
  applySchemaDefaults,
  OAM_LABELS,
  setField,
  validateAgainstSchema,
  workloadTarget,
} from '@capstan/oam-model';
import type { ComponentContext, Problem } from '@capstan/plugin-api';
import { type ComposedComponent, type ComposedTrait, slotOf } from './compose.ts';
import { replicasOfOthers } from './field-owners.ts';
import { withKnownFields } from './known-fields.ts';
import { schemaOf } from './lookup.ts';
import type { DecisionProblem, ObservedApplication } from './model.ts';
import { kindKey, MANAGED_BY, objectKey, RESOURCE_LABELS } from './names.ts';
import { specOf } from './plain.ts';
import { type Complain, complainFor, type Report } from './problems.ts';
import {
  complainAbout,
  decorated,
  type RenderedTrait,
  renderTraits,
  type Taker,
  type TargetedTrait,
} from './render-traits.ts';

/** A component as it is applied, and what it renders. */
export interface RenderedComponent {
  readonly composed: ComposedComponent;
  readonly workload: KubernetesObject;
  readonly children: readonly KubernetesObject[];
  readonly traits: readonly RenderedTrait[];
  /** Its traits that take something over. */
  readonly takers: readonly Taker[];
  /** Who makes an object of the component in its place, by the object's key. */
  readonly takenBy: ReadonlyMap<string, ObjectReference>;
  /** What each of its objects waits for, by slot; nothing is said about one that waits for nothing. */
  readonly waits: Waits;
  /** Fields of its objects that their kinds do not know, as sentences. */
  readonly leftOut: readonly string[];
}

/** What objects wait for, as sentences, by `slotOf`. */
export type Waits = ReadonlyMap<string, readonly string[]>;

/**
 * Shapes and renders a component. What the application states is what is applied, so that nobody's defaults become
 * ours; plugins are given the same with the CRD's defaults. What waits for data is not complete: it is not looked at.
 */
export function renderComponent(
  observed: ObservedApplication,
  composed: ComposedComponent,
  waits: Waits,
  report: Report,
): RenderedComponent | undefined {
  const problems: DecisionProblem[] = [];
  const complain = complainFor(composed.name, (problem) => problems.push(problem));
  try {
    const { component, leftOut } = withKnownFields(observed, composed);
    const rendered = waits.has(slotOf(component))
      ? renderWithoutWorkload(observed, component, waits, complain)
      : render(observed, component, waits, complain);
    for (const problem of problems) report(problem);
    return problems.length > 0 || !rendered ? undefined : { ...rendered, leftOut };
  } catch (error) {
    complain('ContributionFailed', `rendering failed: ${messageOf(error)}`);
    for (const problem of problems) report(problem);
    return undefined;
  }
}

function render(
  observed: ObservedApplication,
  component: ComposedComponent,
  waits: Waits,
  complain: Complain,
): Omit<RenderedComponent, 'leftOut'> | undefined {
  const context = contextOf(observed, component);
  const stated = withDefaults(observed, component);
  if (!checkWorkload(observed, component, stated, complain)) return undefined;
  // Rendered before shaping too, because a trait's reference to its target must be there when the trait is looked at.
  const unshaped = renderWorkload(component, stated, context);
  const traits = component.traits.map((trait, at) => ({
    ...targeted(observed, component, trait, unshaped),
    waits: waits.has(slotOf(component, at)),
  }));
  const sound = traits.map((trait) => trait.waits || checkTrait(observed, trait, complain));
  if (sound.includes(false)) return undefined;

  const shape = (workload: KubernetesObject) =>
    traits.reduce((shaped, { composed, effective, waits: waiting }) => {
      return (waiting ? undefined : composed.contribution?.shape?.(shaped, effective)) ?? shaped;
    }, workload);
  const workload = shape(stated);
  const children = renderWorkload(component, workload, context).map((child) =>
    traits.reduce((shaped, { composed, effective, waits: waiting }) => {
      return (waiting ? undefined : composed.contribution?.shapeChild?.(shaped, effective)) ?? shaped;
    }, child),
  );
  return {
    composed: component,
    workload: shape(component.workload),
    children,
    ...renderTraits(observed, { traits, workload, children, context }, complain),
    waits,
  };
}

/** As in the reference, traits do not wait with their workload; but those that work on what it renders have to. */
function renderWithoutWorkload(
  observed: ObservedApplication,
  component: ComposedComponent,
  waits: Waits,
  complain: Complain,
): Omit<RenderedComponent, 'leftOut'> | undefined {
  const held = new Map(waits);
  const reasons = waits.get(slotOf(component)) ?? [];
  for (const [at, trait] of component.traits.entries()) {
    const { contribution, definition } = trait;
    const dependent = contribution !== undefined || definition.spec.extension?.target === 'child';
    if (dependent && !held.has(slotOf(component, at))) held.set(slotOf(component, at), reasons);
  }
  const traits = component.traits.map((composed) => ({ composed, object: composed.object, objects: [] }));
  const sound = component.traits.map((composed, at) => {
    const { object, served } = composed;
    if (held.has(slotOf(component, at))) return true;
    const effective = defaulted(observed, served.name, object);
    return checkTrait(observed, { composed, object, effective }, complain);
  });
  if (sound.includes(false)) return undefined;
  const { workload } = component;
  return { composed: component, workload, children: [], traits, takers: [], takenBy: new Map(), waits: held };
}

function contextOf(
  { application, capabilities = {} }: ObservedApplication,
  { name, workload }: ComposedComponent,
): ComponentContext {
  return {
    application: application.metadata.name,
    component: name,
    namespace: application.metadata.namespace ?? 'default',
    labels: {
      [OAM_LABELS.managedBy]: MANAGED_BY,
      [RESOURCE_LABELS.name]: workload.metadata.name,
      [RESOURCE_LABELS.instance]: `${application.metadata.name}-${workload.metadata.name}`.slice(0, 63),
      [RESOURCE_LABELS.partOf]: application.metadata.name,
      [OAM_LABELS.application]: application.metadata.name,
      [OAM_LABELS.component]: name,
    },
    capabilities,
  };
}

/** The workload as plugins see it: with defaults, and with the replicas that `kubectl scale` or an autoscaler set. */
function withDefaults(observed: ObservedApplication, component: ComposedComponent): KubernetesObject {
  const { workload, served } = component;
  const effective = defaulted(observed, served.name, workload);
  const decided = component.replicasOwned || specOf(workload)['replicas'] !== undefined;
  if (!served.subresources.includes('scale') || decided) return effective;
  const replicas = replicasOfOthers(observed.live.get(objectKey(referenceTo(workload))));
  return replicas === undefined ? effective : { ...effective, spec: { ...specOf(effective), replicas } };
}

function defaulted(observed: ObservedApplication, name: string, object: KubernetesObject): KubernetesObject {
  const schema = schemaOf(observed, name, object);
  return schema ? applySchemaDefaults(object, schema) : object;
}

function renderWorkload(
  component: ComposedComponent,
  workload: KubernetesObject,
  context: ComponentContext,
): KubernetesObject[] {
  const children = component.contribution?.render?.(workload, context) ?? [];
  return children.map((child) => decorated(child, context));
}

/** Where its Definition asks for a reference to the target, it holds apiVersion, kind and name, and no uid. */
function targeted(
  observed: ObservedApplication,
  component: ComposedComponent,
  composed: ComposedTrait,
  children: readonly KubernetesObject[],
): Omit<TargetedTrait, 'waits'> {
  const target = referenceTo(targetOf(observed, component, composed, children));
  const path = composed.definition.spec.workloadRefPath;
  const { apiVersion, kind, name } = target;
  const isChild = name !== component.workload.metadata.name || kindKey(target) !== kindKey(component.workload);
  const object = path && isChild ? setField(composed.object, path, { apiVersion, kind, name }) : composed.object;
  return { composed, target, object, effective: defaulted(observed, composed.served.name, object) };
}

/** What a trait works on: the workload, or its child of the kind that the rules found, rendered or made by its controller. */
function targetOf(
  observed: ObservedApplication,
  { definition: registered, workload, contribution }: ComposedComponent,
  { definition }: ComposedTrait,
  children: readonly KubernetesObject[],
): KubernetesObject {
  const { child: kind } = appliesTo(definition, workloadTarget(registered, workload));
  if (!kind) return workload;
  const rendered = children.find((child) => kindKey(child) === kindKey(kind));
  if (rendered || contribution?.render) return rendered ?? workload;
  const live = observed.live.get(objectKey(referenceTo(workload)));
  const [made] = (live && observed.ownedBy?.(live, [kind])) ?? [];
  // Before it is there it is taken to be named like its workload, as the Deployment of a ContainerizedWorkload is.
  const { name, namespace } = workload.metadata;
  const { apiVersion, kind: kindName } = kind;
  return made ?? { apiVersion, kind: kindName, metadata: { name, ...(namespace ? { namespace } : {}) } };
}

function checkWorkload(
  observed: ObservedApplication,
  { workload, served, contribution }: ComposedComponent,
  effective: KubernetesObject,
  complain: Complain,
): boolean {
  const problems = schemaProblems(observed, served.name, workload);
  if (problems.length === 0) problems.push(...(contribution?.validate?.(effective) ?? []));
  for (const problem of problems) complainAbout('InvalidWorkload', workload, problem, complain);
  return problems.length === 0;
}

function checkTrait(
  observed: ObservedApplication,
  { composed, object, effective }: Pick<TargetedTrait, 'composed' | 'object' | 'effective'>,
  complain: Complain,
): boolean {
  const problems = schemaProblems(observed, composed.served.name, object);
  if (problems.length === 0) problems.push(...(composed.contribution?.validate?.(effective) ?? []));
  for (const problem of problems) complainAbout('InvalidTrait', object, problem, complain);
  return problems.length === 0;
}

function schemaProblems(observed: ObservedApplication, name: string, object: KubernetesObject): Problem[] {
  const schema = schemaOf(observed, name, object);
  return schema ? [...validateAgainstSchema(object, schema)] : [];
}
