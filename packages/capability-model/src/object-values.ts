import type { JsonObject, KubernetesObject } from '@capstan/base';
import type { InstallUnit, ManifestsUnit } from './package-install.ts';
import type { FieldPath, FieldProblem } from './package-validation.ts';
import { valueAt } from './predicate.ts';
import { copiedValue, type ExportedValues, isObject, mergeValues, nested } from './values-merge.ts';

/** What an object is, which no configuration changes: plans, records and removal find it by this. */
const IDENTITY = ['apiVersion', 'kind', 'metadata'];

/** The objects of a unit with the user's configuration and other packages' exports in them, as `valuesFrom` says. */
export function configuredObjects(
  { objects, valuesFrom = [] }: ManifestsUnit,
  configuration: JsonObject,
  exported: ExportedValues = {},
): readonly KubernetesObject[] {
  if (valuesFrom.length === 0) return objects;
  return objects.map((object) => {
    const filled = structuredClone(object) as KubernetesObject & JsonObject;
    for (const source of valuesFrom.filter((one) => one.object === nameOf(object))) {
      const value = copiedValue(source, configuration, exported);
      if (value !== undefined) mergeValues(filled, nested(source.to.split('.'), value));
    }
    return filled;
  });
}

/** The objects of a unit without the fields that configuration goes into: what holds whatever is configured. */
export function fixedObjects({ objects, valuesFrom = [] }: ManifestsUnit): readonly KubernetesObject[] {
  return objects.map((object) => {
    const paths = valuesFrom.filter((source) => source.object === nameOf(object)).map(({ to }) => to.split('.'));
    return paths.reduce<JsonObject>(without, object) as KubernetesObject;
  });
}

function without(object: JsonObject, [key, ...rest]: readonly string[]): JsonObject {
  if (key === undefined || !Object.hasOwn(object, key)) return object;
  const { [key]: member, ...others } = object;
  if (rest.length === 0) return others;
  return isObject(member) ? { ...object, [key]: without(member, rest) } : object;
}

/** What is wrong with where a unit's `valuesFrom` puts values. */
export function objectValueProblems(unit: InstallUnit, path: FieldPath): FieldProblem[] {
  if (unit.type !== 'manifests') return [];
  return (unit.valuesFrom ?? []).flatMap(({ object: name, to }, index) => {
    const at = [...path, 'valuesFrom', index];
    const named = unit.objects.filter((object) => nameOf(object) === name);
    const [object] = named;
    if (!object) return [{ path: [...at, 'object'], message: `names "${name}", which is no object of the unit` }];
    if (named.length > 1)
      return [{ path: [...at, 'object'], message: `names "${name}", which is more than one object` }];
    return fieldProblems(object, to).map((message) => ({ path: [...at, 'to'], message }));
  });
}

function fieldProblems(object: KubernetesObject, to: string): string[] {
  const keys = to.split('.');
  if (keys.includes('__proto__')) return ['names no field'];
  if (IDENTITY.includes(keys[0] ?? '')) return [`is in ${keys[0]}, which configuration does not change`];
  const blocking = keys.slice(0, -1).findIndex((_, index) => {
    const member = valueAt(object, keys.slice(0, index + 1).join('.'));
    return member !== undefined && !isObject(member);
  });
  return blocking < 0 ? [] : [`goes through ${keys.slice(0, blocking + 1).join('.')}, which is no object`];
}

function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.name}`;
}
