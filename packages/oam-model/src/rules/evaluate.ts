import type { KubernetesObject } from '@capstan/base';
import { getField } from '../field-path.ts';
import { isJsonObject } from '../json.ts';
import { ofComponent } from './component-rules.ts';
import type { RuleComponent } from './components.ts';
import { replicasTakenBy } from './field-owners.ts';
import { acrossComponents } from './neighbours.ts';
import type { RuleTrait, RuleWorkload } from './subjects.ts';
import type { RuleVerdict } from './verdict.ts';

/**
 * Everything that the rules have to say about an application: what they refuse (`allowed: false`), what they warn of,
 * and what they allow because of a rule or note about it. In the order of the components. Pure; controller, admission
 * and command line all ask here.
 */
export function evaluateRules(components: readonly RuleComponent[]): RuleVerdict[] {
  return [...components.flatMap(ofComponent), ...acrossComponents(components)];
}

/**
 * The workload as it is applied beside these traits: without `spec.replicas` where a trait owns the replicas or the
 * rollout, as the warning `oneOwnerPerField` says.
 */
export function withoutOwnedFields(workload: RuleWorkload, traits: readonly RuleTrait[]): KubernetesObject {
  const { object } = workload;
  const spec = object['spec'];
  if (!isJsonObject(spec) || getField(spec, ['replicas']) === undefined) return object;
  if (!traits.some((trait) => replicasTakenBy(trait, workload))) return object;
  const { replicas: _replicas, ...rest } = spec;
  return { ...object, spec: rest };
}
