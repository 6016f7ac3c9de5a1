import type { KindReference, KubernetesObject } from '@capstan/base';
import { type DefinitionCatalog, type DefinitionMatch, listDefinitions } from '../catalog.ts';
import { kindNamed } from '../dialect/served-kinds.ts';
import {
  type Definition,
  isTraitDefinition,
  isWorkloadDefinition,
  type TraitDefinition,
  type WorkloadDefinition,
} from '../kinds/index.ts';
import { keptVerdict } from './admission.ts';
import { appliesTo, type ChildKind, workloadTarget } from './applicability.ts';
import { typeExclusion } from './exclusion.ts';
import { ownedFields } from './field-owners.ts';
import { knativeVerdict } from './knative.ts';
import type { RuleTrait, RuleWorkload } from './subjects.ts';
import { targetOfDefinition } from './type-entries.ts';
import type { Verdict } from './verdict.ts';

/** Whether an installed trait fits a workload, and what else the rules say about it. */
export interface TraitFit {
  readonly definition: TraitDefinition;
  /** The rule that refuses it, else the one that admits it. */
  readonly verdict: Verdict;
  /** What the trait works on where that is a child of the workload. */
  readonly child?: ChildKind;
  /** Names of installed traits that fit too, but not beside this one, each with the rule. */
  readonly notBeside: readonly { readonly name: string; readonly verdict: Verdict }[];
  /** Fields of the workload that it decides. */
  readonly owns: readonly string[];
  readonly podDisruptive: boolean;
}

/** The rules' answer for every installed trait and one workload: the data of `trait list --applies-to W --why`. */
export function traitFits(workload: DefinitionMatch, catalog: DefinitionCatalog): TraitFit[] {
  if (!isWorkloadDefinition(workload.definition)) return [];
  const target = workloadType(workload.definition, catalog);
  const definitions = listDefinitions(catalog).map(({ definition }) => definition);
  const fits = definitions.filter(isTraitDefinition).map((definition) => {
    const trait = {
      object: NO_OBJECT,
      definition,
      target: targetOfDefinition(definition, kindOf(definition, catalog)),
    };
    const { child, ...applicable } = appliesTo(definition, target.target);
    const fits = knativeVerdict(trait, target) ?? applicable;
    const kept = fits.allowed ? keptVerdict(trait, target) : undefined;
    return { trait, definition, verdict: kept ?? fits, ...(child ? { child } : {}) };
  });
  const fitting = fits.filter(({ verdict }) => verdict.allowed).map(({ trait }) => trait);
  return fits.map(({ trait, ...fit }) => ({
    ...fit,
    notBeside: fit.verdict.allowed ? exclusions(trait, fitting, target) : [],
    owns: ownedFields(trait).map(({ field }) => field),
    podDisruptive: fit.definition.spec.podDisruptive === true,
  }));
}

function exclusions(
  trait: RuleTrait & { readonly definition: TraitDefinition },
  others: readonly (RuleTrait & { readonly definition: TraitDefinition })[],
  workload: RuleWorkload,
): TraitFit['notBeside'] {
  return others.flatMap((other) => {
    if (other.definition === trait.definition) return [];
    const found = typeExclusion(trait, other, workload);
    return found ? [{ name: other.definition.metadata.name, verdict: found.verdict }] : [];
  });
}

/** Types are compared here, so there is no object to look at. */
const NO_OBJECT: KubernetesObject = { apiVersion: '', kind: '', metadata: { name: '' } };

function workloadType(definition: WorkloadDefinition, catalog: DefinitionCatalog): RuleWorkload {
  return { object: NO_OBJECT, definition, target: workloadTarget(definition, kindOf(definition, catalog)) };
}

function kindOf({ spec: { definitionRef } }: Definition, catalog: DefinitionCatalog): KindReference | undefined {
  return kindNamed(definitionRef.name, catalog, definitionRef.version);
}
