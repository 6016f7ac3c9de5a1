import type { StatusCause } from '../../model/api-error.ts';
import { invalid, required } from '../../model/field-error.ts';
import type { KubeObject } from '../../model/object.ts';
import { immutable } from '../metadata.ts';
import { qualifiedNameErrors, subdomainName } from '../names.ts';
import { broken } from '../validation/common.ts';
import { asFields, type Fields, fields, text } from '../values.ts';
import type { PartsByKind } from './parts.ts';

/* Events of both groups, which are stored as one. Upstream: pkg/apis/core/validation/events.go, registry/core/event. */

const INVOLVED = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/** Fields of an Event in the names of its group. */
interface Names {
  readonly object: string;
  readonly reporter: string;
  readonly message: string;
}

const CORE: Names = { object: 'involvedObject', reporter: 'reportingComponent', message: 'message' };
const EVENTS: Names = { object: 'regarding', reporter: 'reportingController', message: 'note' };

/** Strategies of Events. */
export const eventParts: PartsByKind = {
  '/Event': {
    ignoresMetaChange: true,
    kubeFinalizers: false,
    createOnUpdate: true,
    validate: (next) => validateEvent(next, CORE),
    fieldValues: (object) => eventFields(object, CORE),
  },
  'events.k8s.io/Event': {
    nameRule: subdomainName,
    createOnUpdate: true,
    validate: (next) => [...validateEvent(next, EVENTS), ...strictly(next)],
    validateUpdate: (next, live) => [...validateEvent(next, EVENTS), ...unchanged(next, live)],
    fieldValues: (object) => eventFields(object, EVENTS),
  },
};

function validateEvent(object: KubeObject, names: Names): StatusCause[] {
  const namespace = object.metadata.namespace ?? '';
  const about = text(fields(object[names.object])['namespace']);
  const mismatch = invalid('involvedObject.namespace', about, 'does not match event.namespace');
  // Events of the first kind have no time of their own.
  if ((object['eventTime'] ?? null) === null) {
    const fits = about === '' ? namespace === 'default' || namespace === '' : about === namespace;
    return [...(fits ? [] : [mismatch]), ...broken('namespace', namespace, subdomainName(namespace, false))];
  }
  const causes = about === '' && namespace !== 'default' && namespace !== 'kube-system' ? [mismatch] : [];
  const reporter = text(object[names.reporter]);
  if (reporter === '') causes.push(required(names.reporter));
  causes.push(...broken(names.reporter, reporter, qualifiedNameErrors(reporter)));
  causes.push(...bounded(object, 'reportingInstance', 'reportingInstance', 128));
  causes.push(...bounded(object, 'action', 'action', 128), ...bounded(object, 'reason', 'reason', 128));
  if (Buffer.byteLength(text(object[names.message])) > 1024) {
    causes.push(invalid('message', '', 'can have at most 1024 characters'));
  }
  return [...causes, ...broken('namespace', namespace, subdomainName(namespace, false))];
}

function bounded(object: KubeObject, field: string, path: string, most: number): StatusCause[] {
  const value = text(object[field]);
  if (value === '') return [required(path)];
  return Buffer.byteLength(value) > most ? [invalid(path, '', `can have at most ${most} characters`)] : [];
}

function strictly(object: KubeObject): StatusCause[] {
  const causes = series(object);
  if ((object['eventTime'] ?? null) === null) causes.push(required('eventTime'));
  const type = text(object['type']);
  if (type !== 'Normal' && type !== 'Warning') causes.push(invalid('type', '', `has invalid value: ${type}`));
  for (const [field, path] of [
    ['deprecatedFirstTimestamp', 'firstTimestamp'],
    ['deprecatedLastTimestamp', 'lastTimestamp'],
    ['deprecatedCount', 'count'],
  ] as const) {
    if ((object[field] ?? null) !== null && object[field] !== 0) causes.push(invalid(path, '', 'needs to be unset'));
  }
  const source = fields(object['deprecatedSource']);
  if (text(source['component']) !== '' || text(source['host']) !== '') {
    causes.push(invalid('source', '', 'needs to be unset'));
  }
  return causes;
}

function series(object: KubeObject): StatusCause[] {
  const value = asFields(object['series']);
  if (!value) return [];
  const causes = Number(value['count'] ?? 0) < 2 ? [invalid('series.count', '', 'should be at least 2')] : [];
  return (value['lastObservedTime'] ?? null) === null ? [...causes, required('series.lastObservedTime')] : causes;
}

function unchanged(next: KubeObject, live: KubeObject): StatusCause[] {
  const pairs: readonly (readonly [string, string])[] = [
    ['regarding', 'involvedObject'],
    ['reason', 'reason'],
    ['note', 'message'],
    ['type', 'type'],
    ['eventTime', 'eventTime'],
    ['action', 'action'],
    ['related', 'related'],
    ['reportingController', 'reportingController'],
    ['reportingInstance', 'reportingInstance'],
  ];
  return pairs.flatMap(([field, path]) => immutable(path, next[field], live[field]));
}

function eventFields(object: KubeObject, names: Names): Record<string, string> {
  const about: Fields = fields(object[names.object]);
  const source = fields(object['source'] ?? object['deprecatedSource']);
  const reporter = text(object[names.reporter]);
  const values: Record<string, string> = {
    reason: text(object['reason']),
    type: text(object['type']),
    reportingComponent: reporter,
    reportingController: reporter,
    source: text(source['component']) || reporter,
  };
  for (const field of INVOLVED) {
    const value = text(about[field]);
    values[`involvedObject.${field}`] = value;
    values[`regarding.${field}`] = value;
  }
  return values;
}
