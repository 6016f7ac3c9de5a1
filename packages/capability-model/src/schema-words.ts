import type { JsonObject } from '@capstan/base';

/** A JSON Schema. */
export type Schema = JsonObject;

/** A DNS label (RFC 1123). */
export const DNS_LABEL = '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$';

/** `<plural>.<group>`. */
export const CRD_NAME = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$';

/** Name of an APIService: `<version>.<group>`. */
export const API_SERVICE = '^v[0-9][a-z0-9]*(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$';

/** A version of semver 2. */
export const SEMVER =
  '^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?(\\+[0-9A-Za-z-]+(\\.[0-9A-Za-z-]+)*)?$';

/** Lists are capped: metadata is read from places that nobody vouches for. */
const MAX_ITEMS = 500;

/** Text of at least one character. */
export const text = (maxLength = 2000): Schema => ({ type: 'string', minLength: 1, maxLength });

/** Text of a form. */
export const matching = (pattern: string, maxLength = 253): Schema => ({ type: 'string', pattern, maxLength });

/** One of these words. */
export const oneOf = (...values: string[]): Schema => ({ type: 'string', enum: values });

/** A list of no more items than anybody needs. */
export const list = (items: Schema, options: Schema = {}): Schema => ({
  type: 'array',
  items,
  maxItems: MAX_ITEMS,
  ...options,
});

/** A list that is empty when it is left out. */
export const optionalList = (items: Schema): Schema => list(items, { default: [] });

/** One of several shapes, told apart by a field, so that errors speak of the shape that was meant. */
export function either(discriminator: string, shapes: Readonly<Record<string, Schema>>): Schema {
  return {
    type: 'object',
    required: [discriminator],
    discriminator: { propertyName: discriminator },
    oneOf: Object.values(shapes),
  };
}

/** Builds an object schema: strict or tolerant, as the whole schema is. */
export type ObjectBuilder = (required: Schema, optional?: Schema, more?: Schema) => Schema;

/** Text that should be a version range; whether it parses is checked after the schema. */
export const range: Schema = text(200);

/** An object of any content. */
export const free: Schema = { type: 'object' };

/** A `sha256:` digest. */
export const digest: Schema = matching('^sha256:[0-9a-f]{64}$');

/** A number of seconds up to an hour. */
export const seconds = (value: number): Schema => ({ type: 'integer', minimum: 1, maximum: 3600, default: value });
