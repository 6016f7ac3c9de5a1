import { badRequest } from '../model/errors.ts';
import type { RequestAttributes, UserInfo } from '../model/request.ts';
import { type Authorizer, forbiddenRequest } from './authorizer.ts';
import { ANONYMOUS, authenticated, parseServiceAccount, serviceAccountGroups, UNAUTHENTICATED } from './users.ts';

const AUTHENTICATION = 'authentication.k8s.io';
const EXTRA_PREFIX = 'impersonate-extra-';

/** Who a request wants to be, as its headers say. */
interface Wish {
  user: string;
  readonly groups: string[];
  readonly extra: Map<string, string[]>;
  uid: string;
}

/** A right that impersonation needs. */
type Right = Pick<RequestAttributes, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>;

/**
 * The user that a request acts as: `caller`, or whom its Impersonate-* headers name, provided that the caller may
 * `impersonate` each of them. Throws 403, or 400 for a group, uid or extra without a user. Headers are given as pairs in
 * one list, as Node's rawHeaders. (apiserver endpoints/filters/impersonation)
 */
export function impersonate(caller: UserInfo, rawHeaders: readonly string[], authorizer: Authorizer): UserInfo {
  const wish = readWish(rawHeaders);
  if (!wish) return caller;
  if (wish.user === '') throw badRequest(`requested ${describeWish(wish)} without impersonating a user`);
  const account = parseServiceAccount(wish.user);
  for (const right of rightsFor(wish, account)) {
    const shared = { user: caller, verb: 'impersonate', isResource: true, path: '', version: '' };
    const attributes: RequestAttributes = { ...shared, ...right };
    const decision = authorizer.authorize(attributes);
    if (!decision.allowed) throw forbiddenRequest(attributes, decision.reason);
  }
  const groups = wish.groups.length === 0 && account ? serviceAccountGroups(account.namespace) : wish.groups;
  const user: UserInfo = {
    username: wish.user,
    groups,
    ...(wish.uid !== '' && { uid: wish.uid }),
    ...(wish.extra.size > 0 && { extra: Object.fromEntries(wish.extra) }),
  };
  if (user.username !== ANONYMOUS || groups.includes(UNAUTHENTICATED)) return authenticated(user);
  return { ...user, groups: [...groups, UNAUTHENTICATED] };
}

function readWish(rawHeaders: readonly string[]): Wish | undefined {
  let wish: Wish | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const header = rawHeaders[at]?.toLowerCase() ?? '';
    if (!header.startsWith('impersonate-')) continue;
    wish ??= { user: '', groups: [], extra: new Map(), uid: '' };
    addHeader(wish, header, rawHeaders[at + 1] ?? '');
  }
  return wish && isEmpty(wish) ? undefined : wish;
}

function isEmpty(wish: Wish): boolean {
  return wish.user === '' && wish.uid === '' && wish.groups.length === 0 && wish.extra.size === 0;
}

function addHeader(wish: Wish, header: string, value: string): void {
  if (header === 'impersonate-user') wish.user ||= value;
  else if (header === 'impersonate-uid') wish.uid ||= value;
  else if (header === 'impersonate-group') wish.groups.push(value);
  else if (header.startsWith(EXTRA_PREFIX)) {
    const key = unescapeKey(header.slice(EXTRA_PREFIX.length));
    wish.extra.set(key, [...(wish.extra.get(key) ?? []), value]);
  }
}

function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key; // Kept as it is, as upstream does.
  }
}

function rightsFor(wish: Wish, account: { namespace: string; name: string } | undefined): Right[] {
  const right = (group: string, resource: string, name: string, namespace = '', subresource = ''): Right => ({
    group,
    resource,
    subresource,
    namespace,
    name,
  });
  return [
    account ? right('', 'serviceaccounts', account.name, account.namespace) : right('', 'users', wish.user),
    ...wish.groups.map((group) => right('', 'groups', group)),
    ...[...wish.extra].flatMap(([key, values]) =>
      values.map((value) => right(AUTHENTICATION, 'userextras', value, '', key)),
    ),
    ...(wish.uid === '' ? [] : [right(AUTHENTICATION, 'uids', wish.uid)]),
  ];
}

/** As Go prints a list of object references: kind, namespace, name, uid, apiVersion, resourceVersion and fieldPath. */
function describeWish(wish: Wish): string {
  const references = [
    ...wish.groups.map((group) => `{Group  ${group}    }`),
    ...[...wish.extra].flatMap(([key, values]) =>
      values.map((value) => `{UserExtra  ${value}  ${AUTHENTICATION}/v1  ${key}}`),
    ),
    ...(wish.uid === '' ? [] : [`{UID  ${wish.uid}  ${AUTHENTICATION}/v1  }`]),
  ];
  return `[${references.join(' ')}]`;
}
