import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { isJsonObject, ownProperty } from '../json.ts';
import type { SchemaProblem } from '../problem.ts';
import { applySchemaDefaults } from './defaults.ts';
import { describeErrors } from './messages.ts';
import { objectMetaSchema, withTypeMeta } from './object-meta.ts';
import { OBJECT_META, toJsonSchema, UNIQUE_ITEMS_BY } from './to-json-schema.ts';
import type { Schema } from './types.ts';

/** Options of `validateAgainstSchema`. */
export interface SchemaValidationOptions {
  /**
   * The value is a whole Kubernetes object, so that apiVersion, kind and metadata belong to it: the root of a CRD's
   * schema, or a workload or trait against the schema of its CRD. Default true.
   */
  readonly embedded?: boolean;
}

/** Problems told of one object: more help nobody. */
const MAX_PROBLEMS = 50;

const ajv = createAjv();
const compiled = { object: new WeakMap<Schema, ValidateFunction>(), value: new WeakMap<Schema, ValidateFunction>() };

/**
 * What an API server that validates strictly would refuse of a value, after its defaults: unknown fields, types, missing fields, enums,
 * patterns, bounds, doubles in keyed lists. Not checked: CEL rules, formats, immutability. Sorted by path; each with a
 * hint where one is known. Values are not repeated in messages, for they may be secrets.
 */
export function validateAgainstSchema(
  value: unknown,
  schema: Schema,
  options: SchemaValidationOptions = {},
): SchemaProblem[] {
  const { embedded = true } = options;
  const validate = compile(schema, embedded);
  const settled = applySchemaDefaults(value, schema);
  if (validate(settled)) return [];
  return describeErrors(settled, validate.errors ?? []).slice(0, MAX_PROBLEMS);
}

function compile(schema: Schema, embedded: boolean): ValidateFunction {
  const cache = embedded ? compiled.object : compiled.value;
  const known = cache.get(schema);
  if (known) return known;
  const validate = ajv.compile(toJsonSchema(embedded ? withTypeMeta(schema) : schema));
  cache.set(schema, validate);
  return validate;
}

function createAjv(): Ajv {
  const instance = new Ajv({
    allErrors: true,
    inlineRefs: false,
    code: { optimize: false },
    verbose: true,
    strict: false,
    validateFormats: false,
    unicodeRegExp: false,
    ownProperties: true,
    addUsedSchema: false,
    validateSchema: false,
    logger: false,
  });
  instance.addKeyword({
    keyword: UNIQUE_ITEMS_BY,
    type: 'array',
    validate: function unique(keys: readonly string[], items: readonly unknown[]): boolean {
      const seen = new Set<string>();
      for (const [index, item] of items.entries()) {
        const identity = JSON.stringify(keys.length === 0 ? item : keys.map((key) => keyValue(item, key)));
        if (seen.has(identity)) {
          const error: Partial<ErrorObject> = { keyword: UNIQUE_ITEMS_BY, params: { index, keys } };
          (unique as { errors?: Partial<ErrorObject>[] }).errors = [error];
          return false;
        }
        seen.add(identity);
      }
      return true;
    },
  });
  instance.addSchema(toJsonSchema(objectMetaSchema), OBJECT_META);
  return instance;
}

function keyValue(item: unknown, key: string): unknown {
  return isJsonObject(item) ? ownProperty(item, key) : undefined;
}
