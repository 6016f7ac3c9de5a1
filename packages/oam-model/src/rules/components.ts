import type { KubernetesObject } from '@capstan/base';
import type { DefinitionCatalog } from '../catalog.ts';
import { saysItsKind } from '../dialect/embedded.ts';
import { workloadOf } from '../dialect/entries.ts';
import type { ApplicationComponent, ApplicationConfiguration, Component } from '../kinds/index.ts';
import { componentNameOf, instanceNameOf } from '../names.ts';
import { typeName } from './conflicts.ts';
import { type RuleTrait, type RuleWorkload, ruleTrait, ruleWorkload } from './subjects.ts';
import type { RuleObject } from './verdict.ts';

/** A trait of a component, with its index in the component's `traits`. */
export type PlacedTrait = RuleTrait & { readonly index: number };

/** One component of an application as the rules see it. */
export interface RuleComponent {
  /** Index in `spec.components`. */
  readonly index: number;
  /** Name of its Component, as the reference's messages say it. */
  readonly component: string;
  readonly instance: string;
  readonly workload: RuleWorkload;
  readonly traits: readonly PlacedTrait[];
}

/**
 * The components of a canonical application as the rules see them. Left out are those whose Component is not known and
 * traits that are no objects: that is said elsewhere.
 */
export function ruleComponents(
  application: ApplicationConfiguration,
  components: ReadonlyMap<string, Component>,
  catalog: DefinitionCatalog,
): RuleComponent[] {
  return (application.spec.components ?? []).flatMap((entry, index) => {
    const workload = workloadOf(entry, components);
    if (!saysItsKind(workload)) return [];
    const traits = (entry.traits ?? []).flatMap(({ trait }, at) =>
      saysItsKind(trait) ? [{ ...ruleTrait(trait, catalog), index: at }] : [],
    );
    const instance = instanceNameOf(entry);
    const subject = ruleWorkload(named(workload, entry), catalog);
    return [{ index, component: componentNameOf(entry), instance, workload: subject, traits }];
  });
}

/** The workload under the name that it will have, by which others may refer to it. */
function named(workload: KubernetesObject, entry: ApplicationComponent): KubernetesObject {
  const name = entry.instanceName || workload.metadata?.name || componentNameOf(entry);
  return { ...workload, metadata: { ...workload.metadata, name } };
}

/** What a verdict about the workload, or about one of the traits, speaks of. */
export function placeOf({ index, instance, workload }: RuleComponent, trait?: PlacedTrait): RuleObject {
  const place = { index, component: instance, type: typeName(trait ?? workload) };
  return trait ? { ...place, trait: trait.index } : place;
}
