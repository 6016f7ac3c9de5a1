import type { KindReference, KubernetesObject } from '@capstan/base';
import { type DefinitionCatalog, definitionFor, resourceNameIn } from '../catalog.ts';
import {
  isTraitDefinition,
  isWorkloadDefinition,
  type TraitDefinition,
  type WorkloadDefinition,
} from '../kinds/index.ts';
import { bareWorkloadTarget, type WorkloadTarget, workloadTarget } from './applicability.ts';
import { type TypeTarget, targetOfDefinition } from './type-entries.ts';

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

function kindOf({ apiVersion, kind }: KindReference): KindReference {
  return { apiVersion, kind };
}
