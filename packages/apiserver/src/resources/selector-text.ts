import { goQuote } from '../model/go-format.ts';
import { isMap } from '../schema/json.ts';

const OPERATORS: Readonly<Record<string, string>> = { In: 'in', NotIn: 'notin' };

/**
 * A selector as the text of a query: custom resources have text, ReplicationControllers a map, the others a LabelSelector.
 * Empty for one that selects everything (meta/v1 FormatLabelSelector).
 */
export function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  if (!isMap(selector)) return '';
  const { matchLabels, matchExpressions } = selector;
  const labels = matchLabels === undefined && matchExpressions === undefined ? selector : matchLabels;
  const equal = Object.entries(isMap(labels) ? labels : {}).map(([key, value]) => [key, `${key}=${String(value)}`]);
  const expressions = (Array.isArray(matchExpressions) ? matchExpressions : []).map((one: unknown) => {
    const { key, operator, values } = one as { key: string; operator: string; values?: string[] };
    if (operator === 'Exists') return [key, key];
    if (operator === 'DoesNotExist') return [key, `!${key}`];
    return [key, `${key} ${OPERATORS[operator] ?? goQuote(operator)} (${[...(values ?? [])].sort().join(',')})`];
  });
  // Requirements are sorted by their key (labels.Selector).
  const all = [...equal, ...expressions].sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0));
  return all.map(([, text]) => text).join(',');
}
