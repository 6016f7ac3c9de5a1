import {
  type DefinitionCatalog,
  evaluateRules,
  firstReplicasOf,
  type RuleComponent,
  type RuleVerdict,
  replicasTakenBy,
  ruleTrait,
  ruleWorkload,
  withoutOwnedFields,
} from '@capstan/oam-model';
import type { ComposedComponent } from './compose.ts';
import type { Report } from './problems.ts';

/** What the rules leave of the components of an application, and what they warn of. */
export interface RuledComponents {
  /** Without the fields that a trait of theirs decides: the two would undo each other for ever. */
  readonly components: ComposedComponent[];
  readonly warnings: string[];
}

/** Asks the one rule engine about the components of an application; what it refuses is reported. */
export function applyRules(
  components: readonly ComposedComponent[],
  catalog: DefinitionCatalog,
  report: Report,
): RuledComponents {
  const ruled = components.map((component) => ruleComponent(component, catalog));
  const verdicts = evaluateRules(ruled);
  for (const verdict of verdicts) if (!verdict.allowed) report(refusal(verdict, components));
  const warnings = verdicts.filter(({ severity }) => severity === 'warning').map(({ message }) => message);
  return {
    components: components.map((component, at) => {
      const { workload, traits } = ruled[at] as RuleComponent;
      const replicasOwned = traits.some((trait) => replicasTakenBy(trait, workload) !== undefined);
      const firstReplicas = firstReplicasOf(workload, traits);
      return {
        ...component,
        workload: withoutOwnedFields(workload, traits),
        replicasOwned,
        ...(firstReplicas === undefined ? {} : { firstReplicas }),
      };
    }),
    warnings,
  };
}

function refusal({ name, message, object }: RuleVerdict, components: readonly ComposedComponent[]) {
  const component = components.find(({ resolved }) => resolved.index === object.index)?.name;
  const reason = name === 'appliesToWorkloads' ? ('TraitNotApplicable' as const) : ('TraitConflict' as const);
  return { reason, message, ...(component === undefined ? {} : { component }) };
}

function ruleComponent(component: ComposedComponent, catalog: DefinitionCatalog): RuleComponent {
  const { resolved, name, instance, workload, traits } = component;
  return {
    index: resolved.index,
    component: name,
    instance,
    workload: ruleWorkload(workload, catalog),
    traits: traits.map(({ object }, index) => ({ ...ruleTrait(object, catalog), index })),
  };
}
