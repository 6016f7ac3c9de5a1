import type { StatusCause } from '../model/api-error.ts';
import { duplicate, index, invalid, required, tooMany } from '../model/field-error.ts';
import { goQuote } from '../model/go-format.ts';
import { followFieldPath } from '../schema/field-path.ts';
import type { CrdVersion } from './definition.ts';

const MAX_SELECTABLE_FIELDS = 8;
const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];
const COLUMN_FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];

/** What is wrong with the deprecation of a version. */
export function validateDeprecation(version: CrdVersion, path: string): StatusCause[] {
  const { deprecated, deprecationWarning: text } = version;
  if (text === undefined) return [];
  const errors: string[] = [];
  if (deprecated !== true) errors.push('can only be set for deprecated versions');
  else {
    if (Buffer.byteLength(text) > 256) errors.push('must be <= 256 characters long');
    if (text === '') errors.push('must not be an empty string');
    let at = 0;
    for (const character of text) {
      if (character !== '"' && character !== '\\' && goQuote(character) !== `"${character}"`) {
        errors.push(`must only contain printable UTF-8 characters; non-printable character found at index ${at}`);
        break;
      }
      at += Buffer.byteLength(character);
    }
  }
  return errors.map((error) => invalid(`${path}.deprecationWarning`, text, error));
}

/** What is wrong with the paths of a scale subresource. */
export function validateSubresources(subresources: CrdVersion['subresources'], path: string): StatusCause[] {
  const scale = subresources?.scale;
  if (!scale) return [];
  const under = (field: 'specReplicasPath' | 'statusReplicasPath', parent: string): StatusCause[] => {
    const value = scale[field] ?? '';
    const at = `${path}.scale.${field}`;
    if (value === '') return [required(at)];
    const simple = simplePath(value, at);
    if (simple.length > 0 || value.startsWith(`.${parent}.`)) return simple;
    return [invalid(at, value, `should be a json path under .${parent}`)];
  };
  const selector = scale.labelSelectorPath ?? '';
  const at = `${path}.scale.labelSelectorPath`;
  const simple = selector === '' ? [] : simplePath(selector, at);
  const outside = selector !== '' && simple.length === 0 && !/^\.(spec|status)\./.test(selector);
  return [
    ...under('specReplicasPath', 'spec'),
    ...under('statusReplicasPath', 'status'),
    ...simple,
    ...(outside ? [invalid(at, selector, 'should be a json path under either .spec or .status')] : []),
  ];
}

function simplePath(value: string, path: string): StatusCause[] {
  return value.startsWith('.') ? [] : [invalid(path, value, 'must be a simple json path starting with .')];
}

/** What is wrong with the printer columns of a version. */
export function validateColumns(version: CrdVersion, path: string): StatusCause[] {
  return (version.additionalPrinterColumns ?? []).flatMap((column, at) => {
    const field = index(path, at);
    const types = `must be one of ${COLUMN_TYPES.join(',')}`;
    const { name = '', type = '', format = '', jsonPath = '' } = column;
    return [
      ...(name === '' ? [required(`${field}.name`)] : []),
      ...(type === '' ? [required(`${field}.type`, types)] : []),
      ...(type === '' || COLUMN_TYPES.includes(type) ? [] : [invalid(`${field}.type`, type, types)]),
      ...(format === '' || COLUMN_FORMATS.includes(format)
        ? []
        : [invalid(`${field}.format`, format, `must be one of ${COLUMN_FORMATS.join(',')}`)]),
      ...(jsonPath === '' ? [required(`${field}.JSONPath`)] : simplePath(jsonPath, `${field}.JSONPath`)),
    ];
  });
}

/** What is wrong with the selectable fields of a version. */
export function validateSelectableFields(version: CrdVersion, path: string): StatusCause[] {
  const fields = version.selectableFields ?? [];
  const schema = version.schema?.openAPIV3Schema;
  if (fields.length === 0) return [];
  if (!schema) return [invalid(path, '', 'may only be set when `version.schema.openAPIV3Schema` is not included')];
  const seen = new Set<string>();
  const causes = fields.flatMap(({ jsonPath = '' }, at) => {
    const field = `${index(path, at)}.jsonPath`;
    if (jsonPath === '') return [required(field)];
    const found = followFieldPath(jsonPath, schema, false);
    if (found.problem !== undefined) return [invalid(field, jsonPath, `is an invalid path: ${found.problem}`)];
    const repeated = seen.has(jsonPath);
    seen.add(jsonPath);
    return [
      ...(jsonPath.startsWith('.metadata') && /^\.metadata(\.|$)/.test(jsonPath)
        ? [invalid(field, jsonPath, 'must not point to fields in metadata')]
        : []),
      ...(['string', 'boolean', 'integer'].includes(found.schema?.type ?? '')
        ? []
        : [
            invalid(
              field,
              jsonPath,
              'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
            ),
          ]),
      ...(repeated ? [duplicate(field, jsonPath)] : []),
    ];
  });
  return seen.size > MAX_SELECTABLE_FIELDS ? [...causes, tooMany(path, seen.size, MAX_SELECTABLE_FIELDS)] : causes;
}
