import {
  bareWorkloadTarget,
  evaluateRules,
  type RuleComponent,
  type RuleTrait,
  type RuleWorkload,
  withoutOwnedFields,
  workloadTarget,
} from '@capstan/oam-model';
import type { ComposedComponent, ComposedTrait } from './compose.ts';
import type { DecisionProblem } from './model.ts';

/** The rules that the components of an application break, in the order of the components. */
export function brokenRules(components: readonly ComposedComponent[]): DecisionProblem[] {
  const verdicts = evaluateRules(components.map(ruleComponent)).filter(({ allowed }) => !allowed);
  return verdicts.map(({ name, message, object }) => {
    const component = components.find(({ resolved }) => resolved.index === object.index)?.name;
    const reason = name === 'appliesToWorkloads' ? 'TraitNotApplicable' : 'TraitConflict';
    return { reason, message, ...(component === undefined ? {} : { component }) };
  });
}

/** The component without what a trait of it decides: the two would undo each other for ever. */
export function withoutOwned(component: ComposedComponent): ComposedComponent {
  const workload = withoutOwnedFields(ruleWorkload(component), component.traits.map(ruleTrait));
  return workload === component.workload ? component : { ...component, workload };
}

function ruleComponent(component: ComposedComponent): RuleComponent {
  const { resolved, name, instance, traits } = component;
  return {
    index: resolved.index,
    component: name,
    instance,
    workload: ruleWorkload(component),
    traits: traits.map((trait, index) => ({ ...ruleTrait(trait), index })),
  };
}

function ruleWorkload({ workload, definition, registered, served }: ComposedComponent): RuleWorkload {
  if (!registered) return { object: workload, target: bareWorkloadTarget(workload, served.name) };
  return { object: workload, definition, target: workloadTarget(definition, workload) };
}

function ruleTrait({ object, definition, registered, served }: ComposedTrait): RuleTrait {
  const { apiVersion, kind } = object;
  const target = { resourceName: served.name, kind: { apiVersion, kind } };
  if (!registered) return { object, target };
  const { name: definitionName, labels } = definition.metadata;
  return { object, definition, target: { ...target, definitionName, ...(labels ? { labels } : {}) } };
}
