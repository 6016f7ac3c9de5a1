import { readAsset } from './asset.ts';

/*
 * How Go sees the built-in types: JSON names, protobuf numbers, and when a field is left out. From the asset `types`;
 * generate/types.go tells how its type expressions are written.
 */

/** What a field's value is. */
export type GoType =
  | { readonly is: 'string' | 'bool' | 'bytes' | 'special'; readonly name: string }
  | { readonly is: 'integer'; readonly bits: 32 | 64 | 8; readonly unsigned: boolean; readonly name: string }
  | { readonly is: 'float'; readonly name: string }
  | { readonly is: 'pointer'; readonly to: GoType; readonly name: string }
  | { readonly is: 'list'; readonly of: GoType; readonly named: boolean; readonly name: string }
  | { readonly is: 'map'; readonly of: GoType; readonly name: string }
  | { readonly is: 'struct'; readonly struct: GoStruct; readonly name: string };

/** A field of a struct. Fields of inlined structs are listed in the struct that inlines them, too. */
export interface GoField {
  readonly json: string;
  /** Protobuf number; 0 where protobuf has no such field. */
  readonly number: number;
  readonly type: GoType;
  readonly omitEmpty: boolean;
  readonly omitZero: boolean;
  /** Names of the inlined structs that it is in, outermost first, for error messages. */
  readonly embedded: readonly string[];
}

/** A struct type. */
export interface GoStruct {
  /** Name of its OpenAPI definition. */
  readonly definition: string;
  /** As Go prints it: `v1.Container`. */
  readonly name: string;
  /** By JSON name, inlined structs' fields included. */
  readonly fields: ReadonlyMap<string, GoField>;
  /** Fields that are written even when they are zero. */
  readonly always: readonly GoField[];
  /** By protobuf number. An inlined struct is a message of its own there: its field has the empty JSON name. */
  readonly numbers: ReadonlyMap<number, GoField>;
  /** Structs whose fields this one has inlined, directly or not. */
  readonly inlined: readonly GoStruct[];
}

type RawField = readonly [json: string, number: number, type: string, flags: string];

interface RawTable {
  readonly kinds: Readonly<Record<string, string>>;
  readonly structs: Readonly<Record<string, readonly RawField[]>>;
}

let raw: RawTable | undefined;
let kinds: ReadonlyMap<string, string> | undefined;
const structs = new Map<string, GoStruct>();

function table(): RawTable {
  raw ??= readAsset('types') as RawTable;
  return raw;
}

/** Names of the definitions of all kinds that a body may have, by `group/version/Kind`. */
export function kindTypes(): ReadonlyMap<string, string> {
  kinds ??= new Map(Object.entries(table().kinds));
  return kinds;
}

/** The struct of a kind; undefined where it is not a built-in one. */
export function structOfKind(group: string, version: string, kind: string): GoStruct | undefined {
  const definition = kindTypes().get(`${group}/${version}/${kind}`);
  return definition === undefined ? undefined : goStruct(definition);
}

/** The struct with this definition's name. Throws RangeError where there is none. */
export function goStruct(definition: string): GoStruct {
  const known = structs.get(definition);
  if (known) return known;
  const source = table().structs[definition];
  if (!source) throw new RangeError(`there is no type ${definition}`);
  const fields = new Map<string, GoField>();
  const numbers = new Map<number, GoField>();
  const always: GoField[] = [];
  const inlined: GoStruct[] = [];
  const made: GoStruct = { definition, name: goName(definition), fields, always, numbers, inlined };
  structs.set(definition, made);
  for (const [json, number, expression, flags] of source) {
    const type = parseType(expression);
    const omitEmpty = flags.includes('o');
    const field = { json, number, type, omitEmpty, omitZero: flags.includes('z'), embedded: [] };
    if (number > 0) numbers.set(number, field);
    if (json !== '') fields.set(json, field);
    else if (type.is === 'struct') {
      inlined.push(type.struct, ...type.struct.inlined);
      for (const inner of embeddedFields(type.struct)) fields.set(inner.json, inner);
    }
  }
  for (const field of fields.values()) if (!field.omitZero && isAlwaysWritten(field)) always.push(field);
  return made;
}

function embeddedFields(struct: GoStruct): GoField[] {
  const name = struct.name.slice(struct.name.indexOf('.') + 1);
  return [...struct.fields.values()].map((inner) => ({ ...inner, embedded: [name, ...inner.embedded] }));
}

/** Go's omitempty leaves out everything empty but structs. */
function isAlwaysWritten(field: GoField): boolean {
  const { is } = field.type;
  return !field.omitEmpty || is === 'struct' || is === 'special';
}

function goName(definition: string): string {
  return definition.split('.').slice(-2).join('.');
}

const INTEGERS: Readonly<Record<string, { readonly bits: 32 | 64 | 8; readonly unsigned: boolean }>> = {
  int32: { bits: 32, unsigned: false },
  int64: { bits: 64, unsigned: false },
  int: { bits: 64, unsigned: false },
  uint8: { bits: 8, unsigned: true },
  uint32: { bits: 32, unsigned: true },
  uint64: { bits: 64, unsigned: true },
};

function parseType(expression: string): GoType {
  if (expression.startsWith('*')) {
    const to = parseType(expression.slice(1));
    return { is: 'pointer', to, name: to.name };
  }
  if (expression.startsWith('[]')) {
    const [element = '', named] = expression.slice(2).split('@');
    const of = parseType(element);
    return { is: 'list', of, named: named !== undefined, name: named ?? `[]${of.name}` };
  }
  if (expression.startsWith('{')) {
    const end = expression.indexOf('}');
    const keyType = parseType(expression.slice(1, end));
    const of = parseType(expression.slice(end + 1));
    return { is: 'map', of, name: `map[${keyType.name}]${of.name}` };
  }
  if (expression.startsWith('#')) {
    const struct = goStruct(expression.slice(1));
    return { is: 'struct', struct, name: struct.name };
  }
  if (expression.startsWith('!')) return { is: 'special', name: expression.slice(1) };
  return parseScalar(expression);
}

function parseScalar(expression: string): GoType {
  const [kind = '', name = kind] = expression.split('=');
  const integer = INTEGERS[kind];
  if (integer) return { is: 'integer', ...integer, name };
  if (kind === 'float64') return { is: 'float', name };
  if (kind === 'string' || kind === 'bool') return { is: kind, name };
  return { is: 'bytes', name: '[]uint8' };
}
