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
import { replicasOfOthers } from './field-owners.ts';
import { schemaOf } from './lookup.ts';
import type { DecisionProblem, ObservedApplication, ProblemReason } from './model.ts';
import { kindKey, MANAGED_BY, objectKey, RESOURCE_LABELS } from './names.ts';
import { specOf } from './plain.ts';
import type { Report, ResolvedComponent, ResolvedTrait } from './resolve.ts';

/** A trait as it is applied, and what it renders. */
export interface RenderedTrait {
  readonly resolved: ResolvedTrait;
  readonly object: KubernetesObject;
  readonly objects: readonly KubernetesObject[];
}

/** A component as it is applied, and what it renders. */
export interface RenderedComponent {
  readonly resolved: ResolvedComponent;
  readonly workload: KubernetesObject;
  readonly children: readonly KubernetesObject[];
  readonly traits: readonly RenderedTrait[];
}

/**
 * Shapes and renders a component. What the application states is what is applied, so that nobody's defaults become
 * ours; plugins are given the same with the CRD's defaults.
 */
export function renderComponent(
  observed: ObservedApplication,
  component: ResolvedComponent,
  report: Report,
): RenderedComponent | undefined {
  const problems: DecisionProblem[] = [];
  const complain = (reason: ProblemReason, message: string, { path, hint }: Partial<Problem> = {}) =>
    problems.push({ reason, message, component: component.name, ...(path ? { path } : {}), ...(hint ? { hint } : {}) });
  try {
    const rendered = render(observed, component, complain);
    for (const problem of problems) report(problem);
    return problems.length > 0 ? undefined : rendered;
  } catch (error) {
    complain('ContributionFailed', `rendering failed: ${messageOf(error)}`);
    for (const problem of problems) report(problem);
    return undefined;
  }
}

type Complain = (reason: ProblemReason, message: string, problem?: Partial<Problem>) => void;

/** A trait with what it refers to: as applied, and with its CRD's defaults as plugins see it. */
interface TargetedTrait {
  readonly resolved: ResolvedTrait;
  readonly target: ObjectReference;
  readonly object: KubernetesObject;
  readonly effective: KubernetesObject;
}

function render(
  observed: ObservedApplication,
  component: ResolvedComponent,
  complain: Complain,
): RenderedComponent | undefined {
  const context = contextOf(observed, component);
  const stated = withDefaults(observed, component);
  if (!checkWorkload(observed, component, stated, complain)) return undefined;
  // Rendered before shaping too, because a trait's reference to its target must be there when the trait is looked at.
  const unshaped = renderWorkload(component, stated, context);
  const traits = component.traits.map((trait) => targeted(observed, component, trait, unshaped));
  const sound = traits.map((trait) => checkTrait(observed, trait, complain));
  if (sound.includes(false)) return undefined;

  const shape = (workload: KubernetesObject) =>
    traits.reduce((shaped, { resolved, effective }) => {
      return resolved.contribution?.shape?.(shaped, effective) ?? shaped;
    }, workload);
  const workload = shape(stated);
  const children = renderWorkload(component, workload, context);
  return {
    resolved: component,
    workload: shape(component.workload),
    children,
    traits: traits.map(({ resolved, target, object, effective }) => {
      const input = { trait: effective, workload, children, target, context };
      const unfit = resolved.contribution?.check?.(input) ?? [];
      for (const problem of unfit) complainAbout('InvalidTrait', object, problem, complain);
      const objects = unfit.length > 0 ? [] : (resolved.contribution?.render?.(input) ?? []);
      return { resolved, object, objects: objects.map((one) => decorated(one, context)) };
    }),
  };
}

function contextOf({ application }: ObservedApplication, { name, workload }: ResolvedComponent): ComponentContext {
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
  };
}

/** The workload as plugins see it: with defaults, and with the replicas that `kubectl scale` or an autoscaler set. */
function withDefaults(observed: ObservedApplication, component: ResolvedComponent): KubernetesObject {
  const { workload, served } = component;
  const effective = defaulted(observed, served.name, workload);
  if (!served.subresources.includes('scale') || specOf(workload)['replicas'] !== undefined) return effective;
  const replicas = replicasOfOthers(observed.live.get(objectKey(referenceTo(workload))));
  return replicas === undefined ? effective : { ...effective, spec: { ...specOf(effective), replicas } };
}

function defaulted(observed: ObservedApplication, name: string, object: KubernetesObject): KubernetesObject {
  const schema = schemaOf(observed, name, object);
  return schema ? applySchemaDefaults(object, schema) : object;
}

function renderWorkload(
  component: ResolvedComponent,
  workload: KubernetesObject,
  context: ComponentContext,
): KubernetesObject[] {
  const children = component.contribution?.render(workload, context) ?? [];
  return children.map((child) => decorated(child, context));
}

/** Labels of the host win: selectors and informers depend on them. */
function decorated(object: KubernetesObject, context: ComponentContext): KubernetesObject {
  const labels = { ...object.metadata.labels, ...context.labels };
  return { ...object, metadata: { ...object.metadata, namespace: context.namespace, labels } };
}

/** Where its Definition asks for a reference to the target, it holds apiVersion, kind and name, and no uid. */
function targeted(
  observed: ObservedApplication,
  component: ResolvedComponent,
  resolved: ResolvedTrait,
  children: readonly KubernetesObject[],
): TargetedTrait {
  const target = referenceTo(targetOf(component, resolved, children));
  const path = resolved.definition.spec.workloadRefPath;
  const { apiVersion, kind, name } = target;
  const object = path ? setField(resolved.object, path, { apiVersion, kind, name }) : resolved.object;
  return { resolved, target, object, effective: defaulted(observed, resolved.served.name, object) };
}

function targetOf(
  component: ResolvedComponent,
  { definition }: ResolvedTrait,
  children: readonly KubernetesObject[],
): KubernetesObject {
  const { child: kind } = appliesTo(definition, workloadTarget(component.definition, component.workload));
  return children.find((child) => kind && kindKey(child) === kindKey(kind)) ?? component.workload;
}

function checkWorkload(
  observed: ObservedApplication,
  { workload, served, contribution }: ResolvedComponent,
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
  { resolved, object, effective }: TargetedTrait,
  complain: Complain,
): boolean {
  const problems = schemaProblems(observed, resolved.served.name, object);
  if (problems.length === 0) problems.push(...(resolved.contribution?.validate?.(effective) ?? []));
  for (const problem of problems) complainAbout('InvalidTrait', object, problem, complain);
  return problems.length === 0;
}

function complainAbout(
  reason: 'InvalidWorkload' | 'InvalidTrait',
  object: KubernetesObject,
  problem: Problem,
  complain: Complain,
): void {
  const role = reason === 'InvalidTrait' ? 'trait' : 'workload';
  complain(reason, `${role} ${object.kind}: ${problem.path}: ${problem.message}`, problem);
}

function schemaProblems(observed: ObservedApplication, name: string, object: KubernetesObject): Problem[] {
  const schema = schemaOf(observed, name, object);
  return schema ? [...validateAgainstSchema(object, schema)] : [];
}
