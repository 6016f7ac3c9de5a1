import { readAsset } from '../asset.ts';
import type { GoStruct, GoType } from '../go-types.ts';
import { roundedToMilli } from '../quantity.ts';
import { asFields, type Fields } from '../values.ts';
import { CONDITIONAL } from './conditional.ts';

/*
 * Defaults of built-in types: those of the asset `defaults`, which a field always gets where its struct is there, and those
 * of conditional.ts. Parents come before their parts, as upstream. Structs without any defaults inside are skipped.
 */

type Apply = (value: Fields) => void;

let table: Readonly<Record<string, Fields>> | undefined;
const appliers = new Map<GoStruct, Apply | undefined>();

/** Sets the defaults of a decoded value of this type, in place. */
export function applyBuiltinDefaults(struct: GoStruct, value: Fields): void {
  applierOf(struct)?.(value);
}

/** Undefined while a recursive type is being looked at, too: none of those has defaults. */
function applierOf(struct: GoStruct): Apply | undefined {
  if (appliers.has(struct)) return appliers.get(struct);
  appliers.set(struct, undefined);
  const made = makeApplier(struct);
  appliers.set(struct, made);
  return made;
}

function makeApplier(struct: GoStruct): Apply | undefined {
  const own = [struct, ...struct.inlined].flatMap(ownDefaults);
  const parts: Apply[] = [];
  for (const field of struct.fields.values()) {
    const apply = applierOfType(field.type);
    if (apply) {
      parts.push((value) => {
        const part = value[field.json];
        if (part !== undefined && part !== null) apply(part);
      });
    }
  }
  if (own.length + parts.length === 0) return undefined;
  return (value) => {
    for (const apply of own) apply(value);
    for (const apply of parts) apply(value);
  };
}

function ownDefaults(struct: GoStruct): Apply[] {
  table ??= readAsset('defaults') as Readonly<Record<string, Fields>>;
  const entries = Object.entries(table[struct.definition] ?? {});
  const conditional = CONDITIONAL[struct.definition];
  const result: Apply[] = [];
  if (entries.length > 0) {
    // Only strings and numbers that may not be empty have these defaults, besides pointers, which are absent.
    result.push((value) => {
      for (const [field, fallback] of entries) if (isUnset(struct, field, value)) value[field] = copy(fallback);
    });
  }
  if (conditional) result.push(conditional);
  return result;
}

function isUnset(struct: GoStruct, field: string, value: Fields): boolean {
  const present = value[field];
  if (present === undefined || present === null) return true;
  return (present === '' || present === 0) && struct.fields.get(field)?.type.is !== 'pointer';
}

function copy(value: unknown): unknown {
  return Array.isArray(value) ? [...value] : value;
}

function applierOfType(type: GoType): ((value: unknown) => void) | undefined {
  if (type.is === 'pointer') return applierOfType(type.to);
  if (type.is === 'struct') {
    const apply = applierOf(type.struct);
    return apply && ((value) => apply(value as Fields));
  }
  if (type.is === 'list') return overEach(applierOfType(type.of), (value) => value as unknown[]);
  if (type.is !== 'map') return undefined;
  if (type.name === 'map[v1.ResourceName]Quantity') return roundAll;
  return overEach(applierOfType(type.of), (value) => Object.values(value as object));
}

function overEach(
  apply: ((value: unknown) => void) | undefined,
  parts: (value: unknown) => unknown[],
): ((value: unknown) => void) | undefined {
  if (!apply) return undefined;
  return (value) => {
    for (const part of parts(value)) if (part !== null && part !== undefined) apply(part);
  };
}

/** Amounts of resources are rounded up to thousandths. */
function roundAll(value: unknown): void {
  const amounts = asFields(value) ?? {};
  for (const [name, amount] of Object.entries(amounts)) {
    if (typeof amount === 'string' && /[.numeE]/.test(amount)) amounts[name] = roundedToMilli(amount);
  }
}
