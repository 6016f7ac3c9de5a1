import type { KindReference, KubernetesObject } from '@capstan/base';
import { type DefinitionCatalog, definitionFor, resourceNameIn } from '../catalog.ts';
import {
  isTraitDefinition,
  isWorkloadDefinition,
  type TraitDefinition,
  type WorkloadDefinition,
} from '../kinds/index.ts';
import { appliesTo, bareWorkloadTarget, type WorkloadTarget, workloadTarget } from './applicability.ts';
import { traitConflict } from './conflicts.ts';
import { ownerVerdict, workloadOwnerVerdict } from './field-owners.ts';
import { type TypeTarget, targetOfDefinition } from './type-entries.ts';
import type { Verdict } from './verdict.ts';

/** A workload as the rules see it. */
export interface RuleWorkload {
  readonly object: KubernetesObject;
  readonly target: WorkloadTarget;
  readonly definition?: WorkloadDefinition;
}

/** A trait as the rules see it; without Definition only the rules of others speak of it. */
export interface RuleTrait {
  readonly object: KubernetesObject;
  readonly target: TypeTarget;
  readonly definition?: TraitDefinition;
}

/** A workload with the Definition that registers it. */
export function ruleWorkload(object: KubernetesObject, catalog: DefinitionCatalog): RuleWorkload {
  const definition = definitionFor(object, 'workload', catalog)?.definition;
  if (!definition || !isWorkloadDefinition(definition)) {
    return { object, target: bareWorkloadTarget(object, resourceNameIn(catalog, object)) };
  }
  return { object, definition, target: workloadTarget(definition, kindOf(object)) };
}

/** A trait with the Definition that registers it. */
export function ruleTrait(object: KubernetesObject, catalog: DefinitionCatalog): RuleTrait {
  const definition = definitionFor(object, 'trait', catalog)?.definition;
  if (!definition || !isTraitDefinition(definition)) {
    return { object, target: { resourceName: resourceNameIn(catalog, object), kind: kindOf(object) } };
  }
  return { object, definition, target: targetOfDefinition(definition, kindOf(object)) };
}

/** The first rule that keeps a trait from a workload with these other traits, or undefined. */
export function admission(trait: RuleTrait, workload: RuleWorkload, others: readonly RuleTrait[]): Verdict | undefined {
  const applicable = trait.definition && appliesTo(trait.definition, workload.target);
  if (applicable && !applicable.allowed) return applicable;
  const verdicts = [
    workloadOwnerVerdict(trait, workload),
    ...others.flatMap((other) => [traitConflict(trait, other), ownerVerdict(trait, other, workload)]),
  ];
  return verdicts.find((verdict) => verdict && !verdict.allowed);
}

function kindOf({ apiVersion, kind }: KindReference): KindReference {
  return { apiVersion, kind };
}
