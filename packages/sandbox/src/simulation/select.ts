import type { KubernetesObject } from '@capstan/base';
import { valuesAt } from './field-path.ts';
import type { Stage, StageExpression } from './stage.ts';

/** Whether a stage is for this object as it is now. */
export function matches(stage: Stage, object: KubernetesObject): boolean {
  const { labels, annotations, expressions } = stage.selector;
  return (
    hasAll(object.metadata.labels, labels) &&
    hasAll(object.metadata.annotations, annotations) &&
    expressions.every((expression) => holds(expression, object))
  );
}

function hasAll(found: Readonly<Record<string, string>> = {}, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => found[key] === value);
}

function holds({ path, operator, values }: StageExpression, object: KubernetesObject): boolean {
  const found = valuesAt(object, path).map(asText);
  switch (operator) {
    case 'Exists':
      return found.length > 0;
    case 'DoesNotExist':
      return found.length === 0;
    case 'In':
      return found.some((value) => values.includes(value));
    case 'NotIn':
      return !found.some((value) => values.includes(value));
  }
}

function asText(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
