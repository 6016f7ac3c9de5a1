import type { StatusCause } from '../model/api-error.ts';
import { badRequest, invalid } from '../model/errors.ts';
import { forbidden, notSupported } from '../model/field-error.ts';
import { goQuote } from '../model/go-format.ts';

/** The parameters of a list or watch (meta/v1 ListOptions), read and checked. */
export interface ListParameters {
  readonly watch: boolean;
  readonly labelSelector: string;
  readonly fieldSelector: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly limit: number;
  readonly continue: string;
  readonly allowWatchBookmarks: boolean;
  /** Undefined where the client did not say and the server does not decide either. */
  readonly sendInitialEvents: boolean | undefined;
  readonly timeoutSeconds: number | undefined;
}

/**
 * Reads the query of a list or watch as the real server does: defaults, then checks. Throws 400 for what cannot be read and
 * 422 for combinations that make no sense (apimachinery meta/internalversion defaults.go and validation.go).
 */
export function readListParameters(query: URLSearchParams, forceWatch = false): ListParameters {
  const text = (name: string) => query.get(name) ?? '';
  const read = {
    watch: goBoolean(query.get('watch')),
    labelSelector: text('labelSelector'),
    fieldSelector: text('fieldSelector'),
    resourceVersion: text('resourceVersion'),
    resourceVersionMatch: text('resourceVersionMatch'),
    limit: goInteger(query.get('limit')) ?? 0,
    continue: text('continue'),
    allowWatchBookmarks: goBoolean(query.get('allowWatchBookmarks')),
    sendInitialEvents: query.has('sendInitialEvents') ? goBoolean(query.get('sendInitialEvents')) : undefined,
    timeoutSeconds: goInteger(query.get('timeoutSeconds')),
  };
  const parameters = withDefaults(read);
  const causes = parameters.watch ? watchCauses(parameters) : listCauses(parameters);
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes);
  return forceWatch ? { ...parameters, watch: true } : parameters;
}

/** A boolean of a query: present and neither `false` nor `0` (apimachinery runtime Convert_Slice_string_To_bool). */
export function goBoolean(value: string | null): boolean {
  return value !== null && value !== '0' && value.toLowerCase() !== 'false';
}

/** An integer of a query; undefined where there is none. Throws 400. */
export function goInteger(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (!/^[+-]?\d+$/.test(value)) throw badRequest(`strconv.ParseInt: parsing ${goQuote(value)}: invalid syntax`);
  const number = BigInt(value.replace(/^\+/, ''));
  if (number !== BigInt.asIntN(64, number)) {
    throw badRequest(`strconv.ParseInt: parsing ${goQuote(value)}: value out of range`);
  }
  return Number(number);
}

/** A watch that names no state begins with all objects, as `sendInitialEvents` would. */
function withDefaults(read: ListParameters): ListParameters {
  if (!read.watch || read.sendInitialEvents !== undefined || read.resourceVersionMatch !== '') return read;
  if (read.resourceVersion !== '' && read.resourceVersion !== '0') return read;
  return { ...read, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
}

const MATCH = 'resourceVersionMatch';

function listCauses(read: ListParameters): StatusCause[] {
  const causes: StatusCause[] = [];
  const match = read.resourceVersionMatch;
  if (match !== '') {
    if (read.resourceVersion === '') {
      causes.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (read.continue !== '') causes.push(forbiddenWithContinue());
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      causes.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && read.resourceVersion === '0') {
      causes.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (read.sendInitialEvents !== undefined) {
    causes.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return causes;
}

function watchCauses(read: ListParameters): StatusCause[] {
  const causes: StatusCause[] = [];
  const match = read.resourceVersionMatch;
  if (read.sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    causes.push(forbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match === '') return causes;
  if (read.sendInitialEvents === undefined) {
    const rule = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    causes.push(forbidden(MATCH, rule));
  }
  if (match !== 'NotOlderThan') causes.push(notSupported(MATCH, match, ['NotOlderThan']));
  if (read.continue !== '') causes.push(forbiddenWithContinue());
  return causes;
}

function forbiddenWithContinue(): StatusCause {
  return forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided');
}
