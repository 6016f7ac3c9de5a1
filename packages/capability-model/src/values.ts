import { CapstanError, EXIT, type JsonObject, messageOf } from '@capstan/base';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { bounded, TimeBound } from './bounded.ts';
import { MODEL_CODES } from './codes.ts';
import type { CapabilityPackage } from './package.ts';
import type { HelmUnit } from './package-install.ts';
import { fieldName, problemsOf } from './package-validation.ts';
import { valueAt } from './predicate.ts';
import { copiedValue, type ExportedValues, mergeValues, nested } from './values-merge.ts';

/** Why a package's configuration schema cannot be used; undefined when it can. */
export function schemaProblem(schema: JsonObject): string | undefined {
  try {
    validatorOf(schema);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

let compiler: Ajv2020 | undefined;
const validators = new WeakMap<JsonObject, ValidateFunction>();

/** Plans ask for the same package's values several times, and compiling takes longer than all that comes after. */
function validatorOf(schema: JsonObject): ValidateFunction {
  const known = validators.get(schema);
  if (known) return known;
  compiler ??= new Ajv2020({ allErrors: true, verbose: true, useDefaults: true, strict: false });
  const validate = compiledBy(compiler, schema);
  // An asynchronous schema answers with a promise, which would count as "valid".
  if ('$async' in validate) throw new Error('it is asynchronous');
  validators.set(schema, validate);
  return validate;
}

/** Two packages may give their schemas the same $id, and a schema that is none keeps its own taken. */
function compiledBy(ajv: Ajv2020, schema: JsonObject): ValidateFunction {
  try {
    return ajv.compile(schema);
  } finally {
    ajv.removeSchema(schema);
  }
}

/** Values and the patterns that they are matched with come from different people: neither may keep this process busy. */
function isValid(validate: ValidateFunction, values: JsonObject, { name }: Pick<CapabilityPackage, 'name'>): boolean {
  try {
    return bounded(() => validate(values) === true);
  } catch (error) {
    if (!(error instanceof TimeBound)) throw error;
    throw new CapstanError(
      MODEL_CODES.valuesInvalid,
      `Values for ${name} cannot be checked: a pattern of its config.schema does not come to an end with them.`,
      {
        hint: 'The pattern is at fault: its publisher has to write it without nested or overlapping repetitions.',
        next: [`capstan cap show ${name} --schema`],
        exit: EXIT.usage,
      },
    );
  }
}

const TAKES_NOTHING: JsonObject = { type: 'object', additionalProperties: false };

/**
 * A user's values, checked against the package's configuration schema, with the schema's defaults filled in. A package
 * without a schema takes none. Throws CAPSTAN_CAP_VALUES_INVALID with the field; the values themselves are not shown.
 * Throws CAPSTAN_PACKAGE_INVALID when the package's schema is none.
 */
export function configuredValues(metadata: CapabilityPackage, values: JsonObject = {}): JsonObject {
  const schema = metadata.config.schema ?? TAKES_NOTHING;
  const unusable = schemaProblem(schema);
  if (unusable !== undefined) {
    throw new CapstanError(
      MODEL_CODES.packageInvalid,
      `config.schema of ${metadata.name} ${metadata.version} is not a JSON Schema: ${unusable}.`,
      { hint: 'Its publisher has to correct it; another version may have a sound one.', exit: EXIT.usage },
    );
  }
  const validate = validatorOf(schema);
  const configured = structuredClone(values);
  if (isValid(validate, configured, metadata)) return configured;
  const problems = problemsOf(validate.errors ?? [], configured).map(
    ({ path, message }) => `${fieldName(path) || 'the values'} ${message}`,
  );
  throw new CapstanError(
    MODEL_CODES.valuesInvalid,
    `Values for ${metadata.name} are not valid: ${problems.slice(0, 3).join('; ')}.`,
    {
      hint: 'The package describes the values that it takes.',
      next: [`capstan cap show ${metadata.name} --schema`],
      exit: EXIT.usage,
      fields: { problems },
    },
  );
}

/** What a package exports with this configuration. An export whose value is not set is left out. */
export function exportedValues({ config }: Pick<CapabilityPackage, 'config'>, configuration: JsonObject): JsonObject {
  const values = (config.exports ?? []).map((each) => {
    return [each.name, 'from' in each ? valueAt(configuration, each.from) : each.value] as const;
  });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/**
 * The Helm values of a unit: its own, then the user's configuration and other packages' exports copied in as
 * `valuesFrom` says, then `more` over all.
 */
export function unitValues(
  unit: HelmUnit,
  configuration: JsonObject,
  more: JsonObject = {},
  exported: ExportedValues = {},
): JsonObject {
  const values = structuredClone(unit.values);
  for (const source of unit.valuesFrom) {
    const value = copiedValue(source, configuration, exported);
    if (value !== undefined) mergeValues(values, nested(source.to.split('.'), value));
  }
  return mergeValues(values, structuredClone(more));
}
