import { CapstanError, EXIT, type ExitCode, isCapstanError, messageOf } from '@capstan/base';
import type { ClusterContext } from './client.ts';
import { KUBE_CODES } from './codes.ts';
import type { HttpRequest, HttpResponse } from './transport.ts';

/** metav1.Status, as far as it is read. */
export interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string; readonly field?: string }[];
  };
}

/** What was tried, for messages: the verb, the resource and, where there is one, the object. */
export interface Attempt {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
  /** `deployment/web/shop`, `pods`: how a message names the target. */
  readonly target: string;
}

/** Another manager's hold on fields that an apply wanted to set. */
export interface FieldConflict {
  readonly manager: string;
  readonly fields: readonly string[];
}

/** The server could not be reached at all: exit 3, naming the server and the context. */
export function unreachable(context: ClusterContext, cause: unknown, why?: string): CapstanError {
  if (isCapstanError(cause)) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const reason = why ? `${why}: ${messageOf(cause).trim()}` : messageOf(cause) || code;
  return new CapstanError(
    KUBE_CODES.unreachable,
    `cluster of context "${context.name}" at ${context.server} cannot be reached: ${reason}`,
    {
      hint: hintFor(code),
      exit: EXIT.unreachable,
      cause,
      fields: { context: context.name, server: context.server, reason: code || reason },
    },
  );
}

function hintFor(code: string): string {
  if (code === 'ECONNREFUSED') return 'Nothing listens there: is the cluster running?';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'The name does not resolve: check the server in the kubeconfig.';
  if (/CERT|SELF_SIGNED|VERIFY|EPROTO/.test(code)) {
    return "The server's certificate is not the one that the kubeconfig expects: was the cluster made anew?";
  }
  return 'Check the network, and the server in the kubeconfig.';
}

/** The server was reached, or may have been, and did not answer in time: exit 6. */
export function timedOut(context: ClusterContext, request: HttpRequest, ms: number, cause: unknown): CapstanError {
  return new CapstanError(
    KUBE_CODES.timeout,
    `${request.method} ${request.path.split('?')[0]} got no answer from ${context.server} within ${ms / 1000} s`,
    {
      hint: 'Run it again; a longer --timeout helps when the cluster is slow.',
      exit: EXIT.timedOut,
      cause,
      fields: { context: context.name, server: context.server },
    },
  );
}

/** The Status in a body, or an empty one. */
function statusOf(body: string): Status {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Status) : {};
  } catch {
    return { message: body.slice(0, 300).trim() };
  }
}

/** The error that stands for an answer that is not a success. */
export function errorOf(context: ClusterContext, attempt: Attempt, response: HttpResponse): CapstanError {
  const status = statusOf(response.body);
  const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
  const known = status.details?.retryAfterSeconds !== undefined || !Number.isFinite(seconds);
  const told = known ? status : { ...status, details: { ...status.details, retryAfterSeconds: seconds } };
  return errorOfStatus(context, attempt, told, response.status);
}

/** The JSON of a successful answer. What is not JSON comes from something else than an API server, such as a login page. */
export function jsonOf(context: ClusterContext, target: string, response: HttpResponse): unknown {
  try {
    return JSON.parse(response.body);
  } catch (cause) {
    throw new CapstanError(
      KUBE_CODES.failed,
      `what answers at ${context.server} for ${target} is not an API server: it sends no JSON`,
      {
        hint: 'Check the server in the kubeconfig, and proxies on the way to it.',
        cause,
        fields: { context: context.name },
      },
    );
  }
}

/**
 * Whether an error says that nothing can be made in a namespace (any, unless one is given) because it is being deleted.
 * That is no failure: what is there goes away as well. After the API server's NamespaceLifecycle admission.
 */
export function namespaceIsEnding(error: unknown, namespace?: string): boolean {
  const [, named] = (isCapstanError(error, KUBE_CODES.forbidden) && ENDING.exec(error.message)) || [];
  return named !== undefined && (namespace === undefined || named === namespace);
}

const ENDING = /create new content in namespace (\S+) because it is being terminated/;

/** Whether a 404 means that the path is not served, rather than that the object does not exist. */
export function isUnserved(response: HttpResponse): boolean {
  return response.status === 404 && statusOf(response.body).details?.name === undefined;
}

/** The same for a Status that came inside a watch. */
export function errorOfStatus(
  context: ClusterContext,
  attempt: Attempt,
  status: Status,
  httpStatus: number,
): CapstanError {
  const code = status.code ?? httpStatus;
  // A field that the schema lacks is reported by server-side apply as an internal error.
  const make = UNTYPED.test(status.message ?? '') ? invalid : BY_STATUS[code];
  const details: Details = {
    context,
    attempt,
    status,
    fields: { status: code, reason: status.reason, object: attempt.target, context: context.name },
    text: status.message || `HTTP ${code}`,
  };
  return make ? make(details) : failed(details);
}

interface Details {
  readonly context: ClusterContext;
  readonly attempt: Attempt;
  readonly status: Status;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
}

const UNTYPED = /failed to create typed (patch|live) object/;

const BY_STATUS: Readonly<Record<number, (details: Details) => CapstanError>> = {
  400: invalid,
  401: unauthorized,
  403: forbidden,
  404: ({ attempt, text, fields }) => simple(KUBE_CODES.notFound, `${attempt.target}: ${text}`, fields, EXIT.failed),
  409: conflict,
  410: ({ attempt, text, fields }) => simple(KUBE_CODES.expired, `${attempt.target}: ${text}`, fields, EXIT.failed),
  422: invalid,
};

function simple(code: string, message: string, fields: Details['fields'], exit: ExitCode): CapstanError {
  return new CapstanError(code, message, { fields, exit });
}

function failed({ attempt, status, text, fields }: Details): CapstanError {
  const seconds = status.details?.retryAfterSeconds;
  return new CapstanError(KUBE_CODES.failed, `the API server could not ${attempt.verb} ${attempt.target}: ${text}`, {
    fields,
    ...(seconds === undefined ? {} : { retryAfterMs: seconds * 1000 }),
  });
}

function unauthorized({ context, text, fields }: Details): CapstanError {
  return new CapstanError(
    KUBE_CODES.unauthorized,
    `cluster of context "${context.name}" at ${context.server} does not accept the credentials: ${text}`,
    {
      hint: 'Log in again, or choose another context.',
      exit: EXIT.unreachable,
      fields: { ...fields, server: context.server },
    },
  );
}

/** RBAC words its refusals like this; quota, namespace termination and webhooks answer 403 too, in their own words. */
const RBAC = /^(?!.*admission webhook ").*(cannot \S+ (resource|path)|attempting to grant RBAC)/s;

function forbidden({ context, attempt, text, fields }: Details): CapstanError {
  if (!RBAC.test(text)) {
    return new CapstanError(KUBE_CODES.forbidden, `${attempt.target} is refused: ${text}`, {
      exit: EXIT.blocked,
      fields,
    });
  }
  const { verb, group, resource, namespace, name, subresource } = attempt;
  const user = /User "([^"]*)"/.exec(text)?.[1];
  const what = `${verb} ${resource}${subresource ? `/${subresource}` : ''}${group ? `.${group}` : ''}`;
  const where = namespace ? `in namespace ${namespace}` : 'in the whole cluster';
  const granting = text.includes('attempting to grant');
  return new CapstanError(
    KUBE_CODES.forbidden,
    granting
      ? `${attempt.target} is forbidden: ${text}`
      : `${user ? `user "${user}"` : 'you'} may not ${what} ${where}`,
    {
      hint: granting
        ? 'Only who holds a right may pass it on: ask an administrator of the cluster.'
        : `Ask an administrator of the cluster of context "${context.name}" for this right.`,
      exit: EXIT.forbidden,
      fields: { ...fields, user, verb, group, resource, namespace, name, subresource },
    },
  );
}

function conflict({ attempt, status, text, fields }: Details): CapstanError {
  const managers = managersOf(status);
  if (managers.length > 0) {
    const held = managers.map(({ manager, fields: paths }) => `"${manager}" holds ${paths.join(', ')}`).join('; ');
    return new CapstanError(KUBE_CODES.fieldConflict, `${attempt.target} has fields of another manager: ${held}`, {
      hint: 'Leave these fields out, or let the other manager give them up.',
      exit: EXIT.blocked,
      fields: { ...fields, managers },
    });
  }
  return new CapstanError(KUBE_CODES.conflict, `${attempt.target}: ${text}`, {
    hint:
      status.reason === 'AlreadyExists' ? 'It exists already.' : 'It was changed meanwhile: read it again and retry.',
    exit: EXIT.blocked,
    fields,
  });
}

/** Causes look like `conflict with "kubectl" using apps/v1` and name one field each. */
function managersOf(status: Status): FieldConflict[] {
  const byManager = new Map<string, string[]>();
  for (const cause of status.details?.causes ?? []) {
    if (cause.reason !== 'FieldManagerConflict') continue;
    const manager = /conflict with "([^"]*)"/.exec(cause.message ?? '')?.[1] ?? 'unknown';
    byManager.set(manager, [...(byManager.get(manager) ?? []), cause.field ?? '?']);
  }
  return [...byManager].map(([manager, fields]) => ({ manager, fields }));
}

function invalid({ attempt, status, text, fields }: Details): CapstanError {
  const causes = (status.details?.causes ?? []).map(({ field, message, reason }) => ({ field, message, reason }));
  return new CapstanError(KUBE_CODES.invalid, `${attempt.target} is not valid: ${text}`, {
    exit: EXIT.usage,
    fields: { ...fields, causes },
  });
}
