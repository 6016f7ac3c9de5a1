import { posix } from 'node:path';
import { badRequest } from '../model/errors.ts';
import type { ListScope } from '../storage/store.ts';

/** Where a list goes on (apiserver storage/continue.go). */
export interface Continuation {
  /** The state to read; -1: the present one, however inconsistent with the pages before. */
  readonly revision: number;
  /** The first key that may come next, relative to the list's namespace if it has one; usually a key with a NUL. */
  readonly start: string;
}

const VERSION = 'meta.k8s.io/v1';

/** The token that goes on at a place. */
export function encodeContinue({ revision, start }: Continuation): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start })).toString('base64url');
}

/** Reads a token. Throws 400 with the real server's sentences. */
export function decodeContinue(token: string): Continuation {
  const body = parse(decodeBase64(token));
  const version = typeof body['v'] === 'string' ? body['v'] : '';
  if (version !== VERSION) throw bad(`server does not recognize this encoded version ${version}`);
  const revision = Number(body['rv'] ?? 0);
  if (revision === 0) throw bad(`incorrect encoded start resourceVersion (version ${VERSION})`);
  const start = String(body['start'] ?? '');
  if (start === '') throw bad(`encoded start key empty (version ${VERSION})`);
  const rooted = start.startsWith('/') ? start : `/${start}`;
  // Nothing but the namespace at hand can be reached: a key that a path would normalise is refused.
  const cleaned = posix.normalize(rooted);
  if (cleaned !== rooted || (rooted.length > 1 && rooted.endsWith('/'))) throw bad(start);
  return { revision, start: cleaned.slice(1) };
}

/** What the token leaves of a list's scope. */
export function scopeAfter({ start }: Continuation, namespace: string): Pick<ListScope, 'from'> {
  return { from: namespace === '' ? start : `${namespace}/${start}` };
}

function decodeBase64(token: string): string {
  const odd = /[^A-Za-z0-9_-]/.exec(token);
  if (odd) throw bad(`illegal base64 data at input byte ${odd.index}`);
  if (token.length % 4 === 1) throw bad(`illegal base64 data at input byte ${token.length - 1}`);
  return Buffer.from(token, 'base64url').toString();
}

function parse(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const [first = ''] = text.trimStart();
    const known = first === '' || '{["-0123456789tfn'.includes(first);
    throw bad(known ? 'unexpected end of JSON input' : `invalid character '${first}' looking for beginning of value`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  if (value === null) return {};
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  throw bad(`json: cannot unmarshal ${kind} into Go value of type storage.continueToken`);
}

function bad(why: string) {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
