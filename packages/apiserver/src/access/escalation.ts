import { forbidden, notFound } from '../model/errors.ts';
import { goQuote } from '../model/go-format.ts';
import type { KubeObject } from '../model/object.ts';
import type { UserInfo } from '../model/request.ts';
import { type Authorizer, aggregate } from './authorizer.ts';
import type { RoleIndex, RoleRef } from './role-index.ts';
import { describeRules, type PolicyRule, quoteList, uncovered } from './rules.ts';
import { MASTERS } from './users.ts';

const GROUP = 'rbac.authorization.k8s.io';
const FULL_AUTHORITY: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** A write of a role or binding. */
export interface RoleWrite {
  readonly user: UserInfo;
  /** Of the request's path: `roles`, `clusterroles`, `rolebindings` or `clusterrolebindings`. */
  readonly resource: string;
  readonly namespace: string;
  /** Of the request's path; empty when objects are created. */
  readonly name: string;
  readonly next: KubeObject;
  readonly live: KubeObject | undefined;
}

/**
 * Nobody may grant more than they have: throws the 403 of the "policybased" storages in pkg/registry/rbac. To be called after the new
 * object is complete and before it is stored, for writes of RBAC objects only.
 */
export class EscalationCheck {
  readonly #authorizer: Authorizer;
  readonly #index: RoleIndex;

  constructor(authorizer: Authorizer, index: RoleIndex) {
    this.#authorizer = authorizer;
    this.#index = index;
  }

  /** Throws a 403, or a 404 for a binding to a role that does not exist. */
  check(write: RoleWrite): void {
    if (write.user.groups.includes(MASTERS)) return;
    if (write.live && onlyOwnersChange(write.next, write.live)) return;
    if (write.resource === 'roles' || write.resource === 'clusterroles') this.#checkRole(write);
    else this.#checkBinding(write);
  }

  #checkRole(write: RoleWrite): void {
    const { resource, namespace, name } = write;
    if (this.#may(write.user, 'escalate', resource, namespace, name)) return;
    this.#confirm(write, (write.next['rules'] ?? []) as readonly PolicyRule[]);
    if (!aggregates(write.next) && !(write.live && aggregates(write.live))) return;
    if (this.#missing(write, FULL_AUTHORITY) === undefined) return;
    throw refused(write, 'must have cluster-admin privileges to use the aggregationRule');
  }

  #checkBinding(write: RoleWrite): void {
    const reference = write.next['roleRef'] as RoleRef;
    const resource = reference.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
    if (this.#may(write.user, 'bind', resource, write.namespace, reference.name)) return;
    const rules = this.#index.rulesOf(reference, write.namespace);
    // The role is looked for on behalf of the request, so that the request's resource is what is not found.
    if (!rules) throw notFound({ group: GROUP, resource: write.resource }, reference.name);
    this.#confirm(write, rules);
  }

  #confirm(write: RoleWrite, rules: readonly PolicyRule[]): void {
    const problem = this.#missing(write, rules);
    if (problem !== undefined) throw refused(write, problem);
  }

  /** What a user lacks to grant these rules, as a sentence. */
  #missing({ user, namespace, resource }: RoleWrite, rules: readonly PolicyRule[]): string | undefined {
    const held = this.#authorizer.rulesFor(user, namespace);
    const missing = uncovered(held.rules, rules);
    if (missing.length === 0) return undefined;
    const who = `user ${goQuote(user.username)} (groups=${quoteList(user.groups)})`;
    const what = `is attempting to grant RBAC permissions not currently held:\n${describeRules(missing)}`;
    const errors = held.missing.map(({ name }) => `${resource}.${GROUP} ${goQuote(name)} not found`);
    const unresolved = errors.length === 0 ? '' : `; resolution errors: [${aggregate(errors)}]`;
    return `${who} ${what}${unresolved}`;
  }

  #may(user: UserInfo, verb: string, resource: string, namespace: string, name: string): boolean {
    const attributes = { user, verb, isResource: true, path: '', group: GROUP, version: '*', subresource: '' };
    return this.#authorizer.authorize({ ...attributes, resource, namespace, name }).allowed;
  }
}

function refused(write: RoleWrite, why: string) {
  return forbidden({ group: GROUP, resource: write.resource }, write.next.metadata.name ?? '', why);
}

function aggregates(role: KubeObject): boolean {
  const rule = role['aggregationRule'] as { clusterRoleSelectors?: readonly unknown[] } | undefined;
  return (rule?.clusterRoleSelectors ?? []).length > 0;
}

/** The garbage collector may change owners and finalizers of what it could not create. */
function onlyOwnersChange(next: KubeObject, live: KubeObject): boolean {
  return comparable(next) === comparable(live);
}

function comparable(object: KubeObject): string {
  const { ownerReferences: _o, finalizers: _f, managedFields: _m, ...metadata } = object.metadata;
  return JSON.stringify(sorted({ ...object, metadata }));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, sorted(field)]),
  );
}
