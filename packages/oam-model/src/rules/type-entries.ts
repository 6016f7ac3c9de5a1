import type { KindReference } from '@capstan/base';
import { modernKind, modernResourceName } from '../dialect/kind-aliases.ts';
import type { Definition } from '../kinds/index.ts';
import { parseLabelSelector } from './label-selector.ts';

/** Before a label selector in `appliesToWorkloads` and `conflictsWith`. */
export const LABEL_SELECTOR = 'labelSelector:';

/** What an entry of `appliesToWorkloads` or `conflictsWith` is compared with. */
export interface TypeTarget {
  /** Name of the Definition; absent where none registers the kind. */
  readonly definitionName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Name of the CRD, `<plural>.<group>`. */
  readonly resourceName: string;
  readonly kind?: KindReference;
}

/** The type that a Definition registers. */
export function targetOfDefinition({ metadata, spec }: Definition, kind?: KindReference): TypeTarget {
  return {
    definitionName: metadata.name,
    resourceName: modernResourceName(spec.definitionRef.name),
    ...(metadata.labels ? { labels: metadata.labels } : {}),
    ...(kind ? { kind } : {}),
  };
}

/**
 * Whether an entry names a type: `*`, `*.<group>`, `<plural>.<group>`, the name of its Definition,
 * `<group>/<version>.<Kind>`, or `labelSelector:<selector>` of labels of its Definition. A bare group names nothing, and
 * neither does a selector that cannot be read.
 */
export function namesType(entry: string, target: TypeTarget): boolean {
  if (entry === '*') return true;
  if (entry.startsWith(LABEL_SELECTOR)) {
    const selects = parseLabelSelector(entry.slice(LABEL_SELECTOR.length));
    return target.definitionName !== undefined && selects?.(target.labels ?? {}) === true;
  }
  if (entry.startsWith('*.')) {
    const group = groupOfName(target.resourceName);
    return group !== '' && entry.slice(2) === group;
  }
  const kind = parseLongName(entry);
  if (kind) return target.kind !== undefined && isSameKind(modernKind(kind, []), target.kind);
  return entry === target.definitionName || withoutDot(modernResourceName(entry)) === withoutDot(target.resourceName);
}

/** The entry with the kind or CRD that it names under its name of today. */
export function modernEntry(entry: string): string {
  const kind = parseLongName(entry);
  if (!kind) return modernResourceName(entry);
  const modern = modernKind(kind, []);
  return modern === kind ? entry : `${modern.apiVersion}.${modern.kind}`;
}

/**
 * The kind of an entry `<group>/<version>.<Kind>` (`v1.<Kind>` in the core group), or of the form that the reference's
 * schema speaks of, `<kind>.<group>/<version>` with the kind in lower case; undefined for any other entry.
 */
export function parseLongName(entry: string): KindReference | undefined {
  const [, apiVersion, kind] = /^((?:[a-z0-9.-]+\/)?v[a-z0-9]+)\.([A-Z][A-Za-z0-9]*)$/.exec(entry) ?? [];
  if (apiVersion && kind) return { apiVersion, kind };
  const [, lower, version] = /^([a-z0-9]+)\.([a-z0-9.-]+\/v[a-z0-9]+)$/.exec(entry) ?? [];
  return lower && version ? { apiVersion: version, kind: lower } : undefined;
}

function isSameKind(one: KindReference, other: KindReference): boolean {
  return one.apiVersion === other.apiVersion && one.kind.toLowerCase() === other.kind.toLowerCase();
}

/** The group in a name of the form `<plural>.<group>`. */
export function groupOfName(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.slice(dot + 1);
}

/** A name of the core group is written `pods.` by the rule and `pods` by people. */
function withoutDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
