import type { KubeObject } from '../model/object.ts';
import type { Strategy } from '../model/resource.ts';
import {
  checkFields,
  type FieldTerm,
  parseFieldSelector,
  requiredValue,
  type SelectableResource,
} from './field-selector.ts';
import { type LabelSelector, parseLabelSelector } from './label-selector.ts';

/** Which objects a list, a watch or a deletion of a collection is about. */
export interface Selection {
  /** Selects everything: nothing needs to be looked at. */
  readonly empty: boolean;
  readonly labels: LabelSelector;
  readonly fields: readonly FieldTerm[];
  /** The only name that can match. */
  readonly name: string | undefined;
  /** The only namespace that can match. */
  readonly namespace: string | undefined;
  /** `object` in the version of the resource that the selection was made for. */
  matches(object: KubeObject): boolean;
}

/** The texts of a request's selectors. */
export interface SelectorTexts {
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** What a selection needs to know of a resource. */
export type SelectionResource = SelectableResource & { readonly strategy: Pick<Strategy, 'fieldValues'> };

/** Selects everything. */
export const EVERYTHING: Selection = {
  empty: true,
  labels: parseLabelSelector(undefined),
  fields: [],
  name: undefined,
  namespace: undefined,
  matches: () => true,
};

/** Compiles the selectors of a request. Throws 400 for text that cannot be read and for fields that cannot be selected. */
export function compileSelection(texts: SelectorTexts, resource: SelectionResource): Selection {
  const labels = parseLabelSelector(texts.labelSelector);
  const parsed = parseFieldSelector(texts.fieldSelector);
  if (labels.empty && parsed.length === 0) return EVERYTHING;
  const fields = checkFields(parsed, resource);
  const matchesFields = fieldMatcher(fields, resource);
  return {
    empty: false,
    labels,
    fields,
    name: requiredValue(fields, 'metadata.name'),
    namespace: requiredValue(fields, 'metadata.namespace'),
    matches: (object) => labels.matches(object.metadata.labels) && matchesFields(object),
  };
}

/** A field without a value is the empty string, as in Go's maps. */
function fieldMatcher(fields: readonly FieldTerm[], resource: SelectionResource): (object: KubeObject) => boolean {
  const own = fields.some(({ field }) => field !== 'metadata.name' && field !== 'metadata.namespace');
  return (object) => {
    const values = own ? resource.strategy.fieldValues(object) : {};
    return fields.every(({ field, operator, value }) => {
      return ((fieldValue(object, field, values) ?? '') === value) === (operator === '=');
    });
  };
}

function fieldValue(object: KubeObject, field: string, values: Readonly<Record<string, string>>): string | undefined {
  if (field === 'metadata.name') return object.metadata.name;
  if (field === 'metadata.namespace') return object.metadata.namespace;
  return Object.hasOwn(values, field) ? values[field] : undefined;
}
