import type { KubernetesObject } from '@capstan/base';
import { withoutField, withoutUnknownFields } from '@capstan/oam-model';
import type { ComposedComponent } from './compose.ts';
import { needsContribution, schemaOf } from './lookup.ts';
import type { ObservedApplication, ServedKind } from './model.ts';
import { APPLIED_ANNOTATION, LEFT_OUT_ANNOTATION } from './names.ts';
import { isObject } from './plain.ts';

/** A component whose objects have only fields that their kinds know, and what was left out of them, as sentences. */
export interface KnownComponent {
  readonly component: ComposedComponent;
  readonly leftOut: readonly string[];
}

/**
 * Leaves out what the CRDs of a component's objects do not know: the reference lets the API server prune it, while
 * server-side apply refuses it. The friendly kinds stay strict: their authors are told of their misprints.
 */
export function withKnownFields(observed: ObservedApplication, composed: ComposedComponent): KnownComponent {
  const leftOut: string[] = [];
  const known = (role: 'trait' | 'workload', object: KubernetesObject, { name }: ServedKind): KubernetesObject => {
    const schema = needsContribution(name) ? undefined : schemaOf(observed, name, object);
    if (!schema) return object;
    const { object: left, removed } = withoutUnknownFields(object, schema);
    leftOut.push(...removed.map(({ message }) => fieldLeftOut(composed.name, role, object, message)));
    return left;
  };
  const workload = known('workload', composed.workload, composed.served);
  const traits = composed.traits.map((trait) => ({ ...trait, object: known('trait', trait.object, trait.served) }));
  return leftOut.length > 0
    ? { component: { ...composed, workload, traits }, leftOut }
    : { component: composed, leftOut };
}

/** What is told of a field that was left out. */
export function fieldLeftOut(component: string, role: string, { kind }: KubernetesObject, why: string): string {
  return `component "${component}", ${role} ${kind}: ${why}, so it is left out`;
}

/**
 * An object without the fields that the API server did not know when this very object was applied last, so that it is
 * not offered them again and again. The object as it is when something else was applied.
 */
export function withoutLeftOut(object: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const recorded = live.metadata.annotations ?? {};
  if (recorded[APPLIED_ANNOTATION] !== object.metadata.annotations?.[APPLIED_ANNOTATION]) return object;
  const paths = leftOutPaths(live);
  if (paths.length === 0) return object;
  return withRecord(
    paths.reduce((left, path) => withoutField(left, placeOf(left, path)), object),
    paths,
  );
}

function leftOutPaths({ metadata: { annotations } }: KubernetesObject): readonly string[] {
  try {
    const paths: unknown = JSON.parse(annotations?.[LEFT_OUT_ANNOTATION] ?? '[]');
    return Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [];
  } catch {
    // Edited by hand: nothing is known, and the API server says it again.
    return [];
  }
}

function withRecord(object: KubernetesObject, paths: readonly string[]): KubernetesObject {
  const annotations = { ...object.metadata.annotations, [LEFT_OUT_ANNOTATION]: JSON.stringify(paths) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** An object without the fields that the API server did not know, and what is to be told of each. */
export interface DeclaredFields {
  readonly object: KubernetesObject;
  readonly removed: readonly string[];
}

const UNDECLARED = /(?:^|\s)(\.\S+): field not declared in schema/g;

/**
 * Leaves out the fields that a refusal of server-side apply names (structured-merge-diff's wording, with paths as
 * `.spec.list[name="a"].field`), and notes them in an annotation. For built-in kinds, whose schema only the API server
 * has. `removed` is empty where the refusal is about something else.
 */
export function withoutUndeclared(object: KubernetesObject, refusal: string): DeclaredFields {
  const removed: string[] = [];
  const paths = [...leftOutPaths(object)];
  let left = object;
  for (const [, path = ''] of refusal.matchAll(UNDECLARED)) {
    const next = withoutField(left, placeOf(left, path));
    if (next === left) continue;
    left = next;
    paths.push(path);
    removed.push(`${path.slice(1)} is not a field that the API server knows`);
  }
  return { object: removed.length > 0 ? withRecord(left, paths) : object, removed };
}

/** The place that a path of structured-merge-diff means in an object; empty where there is none. */
function placeOf(object: unknown, path: string): (string | number)[] {
  const place: (string | number)[] = [];
  let value = object;
  for (const [, name, item] of path.matchAll(/\.([^.[]+)|\[([^\]]*)\]/g)) {
    const at = name ?? indexOf(value, item ?? '');
    if (at === undefined) return [];
    place.push(at);
    value = isObject(value) || Array.isArray(value) ? (value as Record<string | number, unknown>)[at] : undefined;
  }
  return place;
}

/** Items stand by their number, or by their keys: `containerPort=80,protocol="TCP"`. */
function indexOf(list: unknown, item: string): number | undefined {
  if (/^\d+$/.test(item)) return Number(item);
  const keys = [...item.matchAll(/([^,=]+)=("[^"]*"|[^,]*)/g)].map(([, key = '', value = '']) => [key, value] as const);
  const at = Array.isArray(list)
    ? list.findIndex((one) => isObject(one) && keys.every(([key, value]) => isKey(one[key], value)))
    : -1;
  return at < 0 ? undefined : at;
}

/** A key that the author left out has its default in the path. */
function isKey(value: unknown, written: string): boolean {
  return value === undefined || JSON.stringify(value) === written;
}
