import { CapstanError, EXIT, isCapstanError, type Logger, messageOf, redact } from '@capstan/base';
import { type Catalog, listCapabilities, queryCapabilities } from '@capstan/capability-center';
import { actWithToken, KUBE_CODES, type KubeClient } from '@capstan/kube';
import { OPERATOR_CODES } from '../codes.ts';
import type { Endpoint, EndpointAnswer, EndpointRequest } from './endpoints.ts';

/** Options of `capabilitiesEndpoint`. */
export interface CapabilitiesApiOptions {
  /** A client of `connect`: it reads the Capability objects. */
  readonly client: KubeClient;
  readonly log: Logger;
  /** What the centers offer, for offers. */
  readonly catalog?: () => Promise<Catalog>;
  readonly command: (words: string) => string;
}

/** Version of the documents that the command line prints, and this API answers. */
const API_VERSION = 'cli.capstan.dev/v1';
const TIMEOUT_MS = 10_000;
/** How many queries are worked on at once; each asks the API server a few times. */
const LIMIT = 32;
const MAX_TOKEN = 16_384;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** HTTP status by exit code. */
const STATUS: Readonly<Record<number, number>> = {
  [EXIT.usage]: 400,
  [EXIT.unreachable]: 503,
  [EXIT.forbidden]: 403,
  [EXIT.timedOut]: 504,
};

/**
 * Answers `GET /api/v1/capabilities`: with `query` what `cap query -o json` prints, without it one such answer for each
 * contract of the cluster. The caller's bearer token decides `allowed`, by a SelfSubjectAccessReview with that token;
 * without one `allowed` is `unknown`. Errors are the command line's JSON with an HTTP status; a token is never logged.
 */
export function capabilitiesEndpoint(options: CapabilitiesApiOptions): Endpoint {
  let busy = 0;
  return async (request) => {
    if (busy >= LIMIT) return problem(overloaded(), 429);
    busy += 1;
    try {
      return await answer(options, request);
    } catch (error) {
      if (!isCapstanError(error)) options.log.error('a query failed', { error: messageOf(error) });
      return problem(error);
    } finally {
      busy -= 1;
    }
  };
}

async function answer(options: CapabilitiesApiOptions, request: EndpointRequest): Promise<EndpointAnswer> {
  const { client, catalog, command } = options;
  const namespace = request.query.get('namespace') ?? 'default';
  if (!NAMESPACE.test(namespace)) throw invalid(`"${namespace.slice(0, 63)}" is not the name of a namespace`);
  const query = request.query.get('query');
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const asked = { namespace, caller: callerOf(client, request.authorization), signal };
  const found: Promise<object> =
    query === null
      ? listCapabilities(client, asked).then((items) => ({ kind: 'CapabilityAnswerList', items }))
      : queryCapabilities(client, query, {
          ...asked,
          command,
          ...(catalog ? { catalog } : {}),
        }).then((data) => ({ kind: 'CapabilityAnswer', ...data }));
  return json(200, { apiVersion: API_VERSION, ...(await within(found, signal)) });
}

/** Some steps cannot be interrupted; the caller gets an answer all the same. */
async function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(timedOut()), { once: true });
  });
  // Whichever ends later must not be an unhandled rejection.
  late.catch(() => {});
  work.catch(() => {});
  return Promise.race([work, late]);
}

function callerOf(client: KubeClient, authorization: string | undefined): KubeClient | 'unknown' {
  if (authorization === undefined) return 'unknown';
  const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/.exec(authorization)?.[1];
  if (token === undefined || token.length > MAX_TOKEN) {
    throw new CapstanError(KUBE_CODES.unauthorized, 'the Authorization header does not hold a bearer token', {
      hint: 'Send "Authorization: Bearer TOKEN", for instance with a token of `kubectl create token`, or no such header.',
      exit: EXIT.unreachable,
    });
  }
  return actWithToken(client, token);
}

function problem(thrown: unknown, status?: number): EndpointAnswer {
  const error = isCapstanError(thrown)
    ? thrown
    : new CapstanError(KUBE_CODES.failed, 'the query could not be answered', { cause: thrown });
  const unauthorized = isCapstanError(error, KUBE_CODES.unauthorized) ? 401 : undefined;
  return json(status ?? unauthorized ?? STATUS[error.exit] ?? 500, {
    apiVersion: API_VERSION,
    kind: 'Error',
    code: error.code,
    message: error.message,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: isCapstanError(error.cause) ? [redact(error.cause.message)] : [],
    next: error.next,
    docs: `capstan.dev/e/${error.code}`,
    exit: error.exit,
    ...(Object.keys(error.fields).length === 0 ? {} : { fields: error.fields }),
  });
}

function json(status: number, body: object): EndpointAnswer {
  return { status, contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(body)}\n` };
}

function invalid(message: string): CapstanError {
  return new CapstanError(OPERATOR_CODES.requestInvalid, message, {
    hint: 'GET /api/v1/capabilities?query=CONTRACT%20RANGE&namespace=NAME; both may be left out.',
    exit: EXIT.usage,
  });
}

function overloaded(): CapstanError {
  return new CapstanError(OPERATOR_CODES.overloaded, 'too many queries at once', {
    hint: 'Ask again in a second.',
    exit: EXIT.unreachable,
  });
}

function timedOut(): CapstanError {
  return new CapstanError(KUBE_CODES.timeout, `the cluster did not answer within ${TIMEOUT_MS / 1000} s`, {
    exit: EXIT.timedOut,
  });
}
