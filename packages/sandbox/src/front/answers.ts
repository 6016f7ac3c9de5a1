import type { JsonObject } from '@capstan/base';

/** A request that the API server sent to a Service. */
export interface ServiceRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** The Service as the API server names it: `name.namespace.svc`. */
  readonly service: string;
}

/** What the service front says; a body is sent as JSON. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body?: JsonObject;
}

/** Path of one group version's discovery. */
const GROUP_VERSION = /^\/apis\/([^/]+\/[^/]+)\/?$/;

/**
 * Answers for a Service that nothing serves, so that the API server can go on: admission is allowed with a warning,
 * conversion changes only the apiVersion, an APIService's group has no resources, and everything else is unavailable.
 */
export function answerFor(request: ServiceRequest): ServiceAnswer {
  const path = request.path.split('?')[0] ?? '';
  if (request.method === 'POST') return answerReview(request) ?? unavailable(request.service);
  const groupVersion = GROUP_VERSION.exec(path)?.[1];
  if (groupVersion !== undefined) {
    return { status: 200, body: { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [] } };
  }
  // "Not acceptable" makes the aggregator ask for each group version instead of all groups in one document.
  if (path === '/apis') return { status: 406 };
  if (path.startsWith('/openapi/')) return { status: 404 };
  return unavailable(request.service);
}

function answerReview({ body, service }: ServiceRequest): ServiceAnswer | undefined {
  const review = parseObject(body);
  const request = review?.['request'];
  if (review === undefined || typeof request !== 'object' || request === null) return undefined;
  const { apiVersion, kind } = review;
  const response = responseTo(kind, request as JsonObject, service);
  return response && { status: 200, body: { apiVersion, kind, response } };
}

function responseTo(kind: unknown, request: JsonObject, service: string): JsonObject | undefined {
  const { uid } = request;
  if (kind === 'AdmissionReview') return { uid, allowed: true, warnings: [nothingServes(service)] };
  if (kind !== 'ConversionReview' || !Array.isArray(request['objects'])) return undefined;
  const apiVersion = request['desiredAPIVersion'];
  const convertedObjects = request['objects'].map((object: JsonObject) => ({ ...object, apiVersion }));
  return { uid, convertedObjects, result: { status: 'Success' } };
}

function unavailable(service: string): ServiceAnswer {
  const body = {
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    reason: 'ServiceUnavailable',
    message: nothingServes(service),
    code: 503,
  };
  return { status: 503, body };
}

function nothingServes(service: string): string {
  return `answered by the sandbox: nothing serves ${service}`;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
