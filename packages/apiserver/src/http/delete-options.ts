import type { StatusCause } from '../model/api-error.ts';
import { badRequest, invalid } from '../model/errors.ts';
import { notSupported } from '../model/field-error.ts';
import { goQuote } from '../model/go-format.ts';
import { decodeProtobuf } from '../protobuf/decode.ts';
import type { DeleteOptions } from '../resources/operations.ts';
import { jsonSyntaxError } from '../schema/go-json-syntax.ts';
import { isMap } from '../schema/json.ts';
import { goBoolean, goInteger } from '../watch/list-options.ts';
import type { RawBody } from './body.ts';
import { dryRunCauses } from './query.ts';
import { readYaml } from './yaml.ts';

const POLICIES = ['Foreground', 'Background', 'Orphan'];

/** DeleteOptions of the body, or of the query where there is no body. Throws 400 and 422. */
export async function readDeleteOptions(query: URLSearchParams, body: RawBody): Promise<DeleteOptions> {
  const source = body.bytes.length > 0 ? await fromBody(body) : fromQuery(query);
  const dryRun = strings(source['dryRun']);
  const policy = source['propagationPolicy'];
  const causes: StatusCause[] = [];
  if (policy !== undefined && !POLICIES.includes(String(policy))) {
    causes.push(notSupported('propagationPolicy', policy, [...POLICIES, 'nil']));
  }
  causes.push(...dryRunCauses(dryRun));
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', causes);
  const preconditions = isMap(source['preconditions']) ? source['preconditions'] : undefined;
  return {
    dryRun: dryRun.length > 0,
    gracePeriodSeconds: optional(source['gracePeriodSeconds'], 'number'),
    propagationPolicy: policy as DeleteOptions['propagationPolicy'],
    orphanDependents: optional(source['orphanDependents'], 'boolean'),
    ...(preconditions && {
      preconditions: {
        uid: optional(preconditions['uid'], 'string'),
        resourceVersion: optional(preconditions['resourceVersion'], 'string'),
      },
    }),
  };
}

interface Types {
  readonly number: number;
  readonly boolean: boolean;
  readonly string: string;
}

function optional<Name extends keyof Types>(value: unknown, type: Name): Types[Name] | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) throw badRequest(`json: cannot unmarshal ${typeof value} into Go value of type ${type}`);
  return value as Types[Name];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

async function fromBody(body: RawBody): Promise<Record<string, unknown>> {
  if (body.mediaType === 'application/vnd.kubernetes.protobuf') {
    return kindChecked(decodeProtobuf(body.bytes, { group: 'meta.k8s.io', version: 'v1', kind: 'DeleteOptions' }));
  }
  const text = body.bytes.toString();
  const value = body.mediaType === 'application/yaml' ? (await readYaml(text, asBadRequest)).value : fromJson(text);
  if (!isMap(value)) throw badRequest(`${UNREADABLE}json: cannot unmarshal into Go value of type struct`);
  return kindChecked(value);
}

const UNREADABLE = "couldn't get version/kind; json parse error: ";

function asBadRequest(problem: string): Error {
  return badRequest(problem);
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest(`${UNREADABLE}${jsonSyntaxError(text)}`);
  }
}

function kindChecked(value: Record<string, unknown>): Record<string, unknown> {
  const { kind = '', apiVersion = '' } = value;
  if (kind === '' || kind === 'DeleteOptions') return value;
  const type = `kind ${goQuote(String(kind))} is registered for version ${goQuote(String(apiVersion))}`;
  throw badRequest(`no ${type} in scheme "pkg/runtime/scheme.go:111"`);
}

function fromQuery(query: URLSearchParams): Record<string, unknown> {
  const orphan = query.get('orphanDependents');
  return {
    dryRun: query.getAll('dryRun'),
    gracePeriodSeconds: goInteger(query.get('gracePeriodSeconds')),
    orphanDependents: orphan === null ? undefined : goBoolean(orphan),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
  };
}
