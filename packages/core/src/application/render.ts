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
import type { ObservedApplication, ProblemReason } from './model.ts';
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
  const context = contextOf(observed, component);
  const fail = (reason: ProblemReason, message: string, problem?: Problem) =>
    report({
      reason,
      message,
      component: component.name,
      ...(problem ? { path: problem.path } : {}),
      ...(problem?.hint ? { hint: problem.hint } : {}),
    });
  try {
    if (!valid(observed, component, fail)) return undefined;
    // Named before shaping, because a trait's reference to its target must be there when the trait is looked at.
    const unshaped = renderWorkload(component, withDefaults(observed, component), context);
    const traits = component.traits.map((trait) => ({ trait, ...withTarget(component, trait, unshaped) }));
    const sound = traits.map(({ trait, object }) => validTrait(observed, trait, object, fail));
    if (sound.includes(false)) return undefined;

    const shape = (workload: KubernetesObject) =>
      traits.reduce((shaped, { trait, object }) => {
        const effective = defaulted(observed, trait.served.name, object);
        return trait.contribution?.shape?.(shaped, effective) ?? shaped;
      }, workload);
    const workload = shape(component.workload);
    const effective = shape(withDefaults(observed, component));
    const children = renderWorkload(component, effective, context);
    return {
      resolved: component,
      workload,
      children,
      traits: traits.map(({ trait, object, target }) => {
        const effectiveTrait = defaulted(observed, trait.served.name, object);
        const objects = trait.contribution?.render?.({
          trait: effectiveTrait,
          workload: effective,
          children,
          target,
          context,
        });
        return { resolved: trait, object, objects: (objects ?? []).map((one) => decorated(one, context)) };
      }),
    };
  } catch (error) {
    fail('ContributionFailed', `rendering failed: ${messageOf(error)}`);
    return undefined;
  }
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

/** The trait with the reference to its target where its Definition asks for one: apiVersion, kind and name, no uid. */
function withTarget(
  component: ResolvedComponent,
  trait: ResolvedTrait,
  children: readonly KubernetesObject[],
): { object: KubernetesObject; target: ObjectReference } {
  const target = referenceTo(targetOf(component, trait, children));
  const path = trait.definition?.spec.workloadRefPath;
  if (!path) return { object: trait.object, target };
  const { apiVersion, kind, name } = target;
  return { object: setField(trait.object, path, { apiVersion, kind, name }), target };
}

function targetOf(
  component: ResolvedComponent,
  { definition }: ResolvedTrait,
  children: readonly KubernetesObject[],
): KubernetesObject {
  if (!definition) return component.workload;
  const { child: kind } = appliesTo(definition, workloadTarget(component.definition, component.workload));
  return children.find((child) => kind && kindKey(child) === kindKey(kind)) ?? component.workload;
}

type Fail = (reason: ProblemReason, message: string, problem?: Problem) => void;

function valid(observed: ObservedApplication, component: ResolvedComponent, fail: Fail): boolean {
  const { workload, served, contribution } = component;
  const problems = findProblems(observed, served.name, workload);
  if (problems.length === 0) problems.push(...(contribution?.validate?.(workload) ?? []));
  for (const problem of problems)
    fail('InvalidWorkload', `workload ${workload.kind}: ${problem.path}: ${problem.message}`, problem);
  return problems.length === 0;
}

function validTrait(
  observed: ObservedApplication,
  trait: ResolvedTrait,
  object: KubernetesObject,
  fail: Fail,
): boolean {
  const problems = findProblems(observed, trait.served.name, object);
  if (problems.length === 0) problems.push(...(trait.contribution?.validate?.(object) ?? []));
  for (const problem of problems)
    fail('InvalidTrait', `trait ${object.kind}: ${problem.path}: ${problem.message}`, problem);
  return problems.length === 0;
}

function findProblems(observed: ObservedApplication, name: string, object: KubernetesObject): Problem[] {
  const schema = schemaOf(observed, name, object);
  return schema ? [...validateAgainstSchema(object, schema)] : [];
}
