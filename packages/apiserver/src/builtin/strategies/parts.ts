import type { StatusCause } from '../../model/api-error.ts';
import { invalid } from '../../model/field-error.ts';
import type { KubeObject } from '../../model/object.ts';
import type { StrategyParts } from '../generic-strategy.ts';
import { dnsLabelErrors } from '../names.ts';
import { asFields, type Fields } from '../values.ts';

/* What the modules of the groups share. */

/** Parts of strategies by `group/Kind`; whether a type is namespaced is in the resource table. */
export type PartsByKind = Readonly<Record<string, Omit<StrategyParts, 'namespaced'>>>;

/** The spec of an object; made where it is absent. */
export function specOf(object: KubeObject): Fields {
  const found = asFields(object['spec']);
  if (found) return found;
  const made: Fields = {};
  object['spec'] = made;
  return made;
}

/** The spec of an object, for reading. */
export function readSpec(object: KubeObject): Fields {
  return asFields(object['spec']) ?? {};
}

/** The warning about a name that Pods will carry but hosts cannot. */
export function hostnameWarnings(object: KubeObject, live: KubeObject | undefined, what: string): string[] {
  if (live) return [];
  const errors = dnsLabelErrors(object.metadata.name ?? '');
  if (errors.length === 0) return [];
  return [
    `metadata.name: this is used in ${what}, which can result in surprising behavior; a DNS label is recommended: [${errors.join(' ')}]`,
  ];
}

/** Counters of a status may not be negative, and none may be above `most`. */
export function boundedBy(
  status: Fields,
  names: readonly string[],
  most: string,
  detail = `cannot be greater than status.${most}`,
): StatusCause[] {
  const limit = Number(status[most] ?? 0);
  return names.flatMap((name) => {
    const value = Number(status[name] ?? 0);
    return value > limit ? [invalid(`status.${name}`, value, detail)] : [];
  });
}
