import type { KubeObject } from '../../model/object.ts';

/* Events of events.k8s.io/v1 are stored as core ones. Upstream: pkg/apis/events/v1/conversion.go. */

/** Names of the fields that differ: in events.k8s.io/v1, and in the core group. */
const NAMES: readonly (readonly [events: string, core: string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
  ['reportingController', 'reportingComponent'],
];
const TO_CORE = new Map(NAMES);
const TO_EVENTS = new Map(NAMES.map(([events, core]) => [core, events] as const));
/** Fields that a core Event has even when they are empty. */
const CORE_EMPTY = {
  involvedObject: {},
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
};
const EVENTS_EMPTY = {
  eventTime: null,
  regarding: {},
  deprecatedSource: {},
  deprecatedFirstTimestamp: null,
  deprecatedLastTimestamp: null,
};

function renamed(object: KubeObject, names: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([field, value]) => [names.get(field) ?? field, value]));
}

/** An Event of events.k8s.io/v1 as it is stored. */
export function eventToStorage(object: KubeObject): KubeObject {
  return { ...CORE_EMPTY, ...(renamed(object, TO_CORE) as KubeObject), apiVersion: 'v1' };
}

/** A stored Event as events.k8s.io/v1 shows it. */
export function eventFromStorage(object: KubeObject): KubeObject {
  const event = { ...EVENTS_EMPTY, ...(renamed(object, TO_EVENTS) as KubeObject), apiVersion: 'events.k8s.io/v1' };
  // Optional here, while the core group writes them when they are empty.
  const { reportingController, reportingInstance, ...rest } = event as Record<string, unknown>;
  return {
    ...rest,
    ...(reportingController !== '' && reportingController !== undefined && { reportingController }),
    ...(reportingInstance !== '' && reportingInstance !== undefined && { reportingInstance }),
  } as KubeObject;
}
