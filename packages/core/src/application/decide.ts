import { type Component, notYet } from '@capstan/oam-model';
import { decideComponent } from './health.ts';
import type { Decision, DecisionProblem, ObservedApplication } from './model.ts';
import { planObjects, planPrune } from './plan.ts';
import { renderComponent } from './render.ts';
import { resolveComponent } from './resolve.ts';

/**
 * What is to be done about an application: pure, so that the controller, `capstan render` and tests get the same
 * answer from the same facts. Problems are collected, not thrown; with any of them nothing may be applied or deleted.
 */
export function decideApplication(observed: ObservedApplication): Decision {
  const problems: DecisionProblem[] = [];
  const report = (problem: DecisionProblem) => problems.push(problem);
  const catalog = { definitions: observed.traitDefinitions, crds: [...observed.crds.values()] };
  const features = notYet(observed.application, componentsOf(observed), catalog);
  if (features.length > 0) {
    return {
      problems: features.map(({ path, message }) => ({ reason: 'NotYetSupported', path, message })),
      notYet: features.map(({ message }) => message),
      components: [],
      objects: [],
      prune: [],
    };
  }
  const resolved = observed.application.spec.components.map((component) =>
    resolveComponent(observed, component, report),
  );
  const rendered = resolved.flatMap((component) => {
    const result = component && renderComponent(observed, component, report);
    return result ? [result] : [];
  });
  const objects = planObjects(observed, rendered, report);
  return {
    problems,
    notYet: [],
    components: rendered.map((component) => decideComponent(observed, component)),
    objects,
    prune: problems.length > 0 ? [] : planPrune(observed, objects),
  };
}

function componentsOf({ application, components }: ObservedApplication): Component[] {
  return application.spec.components.flatMap(({ componentName }) => {
    const component = components.get(componentName ?? '');
    return component ? [component] : [];
  });
}
