import { compareCodePoints } from '../model/go-format.ts';
import { type Fields, items, text, texts } from './fields.ts';

/** Labels as `a=b,c=d`; `<none>` without any (labels.FormatLabels). */
export function formatLabels(labels: Fields): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.sort(compareCodePoints).join(',') || '<none>';
}

/** A selector as a text that a query takes; `<none>` for one that selects everything (FormatLabelSelector). */
export function formatSelector(selector: Fields | undefined): string {
  return selectorText(selector) || '<none>';
}

/** As `formatSelector`, but empty for a selector that selects everything. */
export function selectorText(selector: Fields | undefined): string {
  if (!selector) return '';
  const labels = Object.entries((selector['matchLabels'] ?? {}) as Fields);
  const terms: [string, string][] = labels.map(([key, value]) => [key, `${key}=${String(value)}`]);
  for (const expression of items(selector, 'matchExpressions')) {
    const key = text(expression, 'key');
    terms.push([key, expressionText(key, text(expression, 'operator'), texts(expression, 'values'))]);
  }
  return terms
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([, term]) => term)
    .join(',');
}

function expressionText(key: string, operator: string, values: readonly string[]): string {
  const set = `(${[...values].sort(compareCodePoints).join(',')})`;
  if (operator === 'In') return `${key} in ${set}`;
  if (operator === 'NotIn') return `${key} notin ${set}`;
  return operator === 'DoesNotExist' ? `!${key}` : key;
}

/** Names and images of the containers of a pod template, each between commas. */
export function containerCells(podSpec: Fields): [string, string] {
  const containers = items(podSpec, 'containers');
  return [
    containers.map((container) => text(container, 'name')).join(','),
    containers.map((container) => text(container, 'image')).join(','),
  ];
}

/** The first values of a list, and how many more there are. */
export function firstOf(values: readonly string[], most: number, separator = ','): string {
  const shown = values.slice(0, most).join(separator);
  return values.length > most ? `${shown} + ${values.length - most} more...` : shown;
}

/** A value, or what stands for none. */
export function orNone(value: string, none = '<none>'): string {
  return value === '' ? none : value;
}
