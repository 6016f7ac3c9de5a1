import { isDeepStrictEqual } from 'node:util';
import type { InformerEvent } from '@capstan/kube';
import {
  CapstanError,
  type ClusterView,
  groupOf,
  type KindReference,
  type KubernetesObject,
  type ObjectSelection,
} from '@capstan/plugin-api';
import { CORE_CODES } from '../codes.ts';
import { kindKey } from './names.ts';

/**
 * A view that shows only these kinds, in any version of their groups. What a plugin looks at is what its metadata says,
 * so that whoever installs it can read that before.
 */
export function restrictedTo(kinds: readonly KindReference[], view: ClusterView): ClusterView {
  const allow = (kind: KindReference) => {
    if (kinds.some((one) => one.kind === kind.kind && groupOf(one.apiVersion) === groupOf(kind.apiVersion))) return;
    throw new CapstanError(
      CORE_CODES.kindNotDeclared,
      `its plugin does not declare that it looks at ${kindKey(kind)}`,
      {
        hint: 'Its author adds the kind to `kinds` of the plugin and to plugin.kinds of the package.',
        fields: { kind: kindKey(kind) },
      },
    );
  };
  return {
    get: (reference) => {
      allow(reference);
      return view.get(reference);
    },
    list: (kind, selection) => {
      allow(kind);
      return view.list(kind, selection);
    },
  };
}

/** The objects of a list that a selection means, in the order of their names: what is rendered of them is always the same. */
export function selected(objects: readonly KubernetesObject[], selection: ObjectSelection = {}): KubernetesObject[] {
  const { namespace, labels = {} } = selection;
  const wanted = Object.entries(labels);
  return objects
    .filter(({ metadata }) => namespace === undefined || metadata.namespace === namespace)
    .filter(({ metadata }) => wanted.every(([name, value]) => metadata.labels?.[name] === value))
    .map((object) => [placeOf(object), object] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, object]) => object);
}

/** Whether a change means something to who lists objects: those that others act on report in their status all the time. */
export function isListedAnew({ type, object, old }: InformerEvent): boolean {
  return type !== 'MODIFIED' || !old || !isDeepStrictEqual(statedBy(object), statedBy(old));
}

/** All that somebody asks of an object, without what is reported about it. */
function statedBy({ status: _, metadata, ...rest }: KubernetesObject): object {
  const { labels, annotations, ownerReferences, deletionTimestamp } = metadata;
  return { ...rest, metadata: { labels, annotations, ownerReferences, deletionTimestamp } };
}

function placeOf({ metadata: { namespace = '', name } }: KubernetesObject): string {
  return `${namespace}/${name}`;
}

/**
 * The key of all lists in which an object may be: of its kind, in its namespace or in all, and with one label. Of a
 * selection by several labels only the first counts, so that it hears of a little more than it asked for.
 */
export function listKey(kind: KindReference, { namespace = '', labels = {} }: ObjectSelection = {}): string {
  const [label] = Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1));
  return `${kindKey(kind)}|${namespace}|${label ? label.join('=') : ''}`;
}

/** Every `listKey` of lists that an object may be in. */
export function listKeysOf(object: KubernetesObject): string[] {
  const { namespace, labels = {} } = object.metadata;
  const places = namespace === undefined ? [{}] : [{}, { namespace }];
  return places.flatMap((place) => [
    listKey(object, place),
    ...Object.entries(labels).map(([name, value]) => listKey(object, { ...place, labels: { [name]: value } })),
  ]);
}
