import type { JsonObject } from '@capstan/base';
import { type CapabilityPackage, type HelmUnit, valueAt } from '@capstan/capability-model';
import { isMap, same } from './crd-diff/schema-node.ts';

/** A unit and the values of the release that it takes over. */
export type ReleaseValues = readonly [unit: HelmUnit, release: { readonly values: JsonObject }];

/**
 * The package's configuration that makes the charts' values what they are in the releases: the package's way from
 * configuration to values, gone backwards. What is the schema's default is left out.
 */
export function takenOver(metadata: CapabilityPackage, releases: readonly ReleaseValues[]): JsonObject {
  const values: JsonObject = {};
  for (const [unit, release] of releases) {
    for (const { from, to, of } of unit.valuesFrom) {
      const value = of === undefined ? valueAt(release.values, to) : undefined;
      if (value !== undefined && !same(value, defaultAt(metadata.config.schema, from))) {
        setAt(values, from.split('.'), value);
      }
    }
  }
  return values;
}

/** Paths of the release's values that the package neither sets itself nor has a configuration for. */
export function leftOver(unit: HelmUnit, values: JsonObject): string[] {
  const known = unit.valuesFrom.map(({ to }) => to);
  const fixed = [unit.values, unit.crds?.installValues ?? {}, unit.crds?.extractValues ?? {}];
  return leaves(values, '')
    .filter(({ path }) => !known.some((one) => path === one || path.startsWith(`${one}.`)))
    .filter(({ path, value }) => !fixed.some((one) => same(valueAt(one, path), value)))
    .map(({ path }) => path)
    .sort();
}

interface Leaf {
  readonly path: string;
  readonly value: unknown;
}

function leaves(value: unknown, path: string): Leaf[] {
  if (!isMap(value) || Object.keys(value).length === 0) return path === '' ? [] : [{ path, value }];
  return Object.entries(value).flatMap(([key, member]) => leaves(member, path === '' ? key : `${path}.${key}`));
}

function defaultAt(schema: JsonObject | undefined, path: string): unknown {
  let node: unknown = schema;
  for (const key of path.split('.')) {
    const properties = isMap(node) ? node['properties'] : undefined;
    node = isMap(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  }
  return isMap(node) ? node['default'] : undefined;
}

function setAt(into: JsonObject, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined || key === '__proto__') return;
  if (rest.length === 0) {
    into[key] = structuredClone(value);
    return;
  }
  const below = isMap(into[key]) ? into[key] : {};
  into[key] = below;
  setAt(below, rest, value);
}
