import type { ApiError } from '../model/api-error.ts';
import { forbidden } from '../model/errors.ts';
import { goQuote } from '../model/go-format.ts';
import type { Decision, RequestAttributes, UserInfo } from '../model/request.ts';
import type { Grant, RoleIndex, RoleRef } from './role-index.ts';
import { type Action, type PolicyRule, ruleAllows } from './rules.ts';
import { MASTERS } from './users.ts';

const ALLOWED: Decision = { allowed: true };
const DENIED: Decision = { allowed: false };

/** The rules of a user, and the roles that bindings refer to and that do not exist. */
export interface EffectiveRules {
  readonly rules: readonly PolicyRule[];
  readonly missing: readonly RoleRef[];
}

/** Role-based access control over the stored roles and bindings; `system:masters` may do everything. */
export class Authorizer {
  readonly #index: RoleIndex;

  constructor(index: RoleIndex) {
    this.#index = index;
  }

  /** Whether a request is allowed. The reason names the binding, or roles that were looked for in vain. */
  authorize(attributes: RequestAttributes): Decision {
    if (attributes.user.groups.includes(MASTERS)) return ALLOWED;
    const action = actionOf(attributes);
    const errors: string[] = [];
    for (const grant of this.#index.grantsOf(attributes.user, attributes.namespace)) {
      if (grant.rule === undefined) errors.push(missingRole(grant.missing));
      else if (ruleAllows(grant.rule, action)) return allowedBy(grant.source());
    }
    return errors.length === 0 ? DENIED : { allowed: false, reason: `RBAC: ${aggregate(errors)}` };
  }

  /** All RBAC rules of a user, cluster-wide and in a namespace. Does not know of `system:masters`. */
  rulesFor(user: UserInfo, namespace: string): EffectiveRules {
    const grants: Grant[] = [...this.#index.grantsOf(user, namespace)];
    return {
      rules: grants.flatMap((grant) => grant.rule ?? []),
      missing: grants.flatMap((grant) => (grant.rule === undefined ? [grant.missing] : [])),
    };
  }
}

function allowedBy(source: string): Decision {
  return { allowed: true, reason: `RBAC: allowed by ${source}` };
}

function actionOf(attributes: RequestAttributes): Action {
  const { verb, path, group, resource, subresource, name } = attributes;
  return attributes.isResource ? { verb, group, resource, subresource, name } : { verb, path };
}

/** What is said of a role that does not exist. */
export function missingRole({ kind, name }: RoleRef): string {
  if (kind !== 'ClusterRole' && kind !== 'Role') return `unsupported role reference kind: ${goQuote(kind)}`;
  return `${kind.toLowerCase()}.rbac.authorization.k8s.io ${goQuote(name)} not found`;
}

/** Several messages as one, as util/errors Aggregate words them. */
export function aggregate(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}

/** The 403 of a request that is not allowed (endpoints/handlers/responsewriters Forbidden). */
export function forbiddenRequest(attributes: RequestAttributes, reason = ''): ApiError {
  const sentence = htmlSafe(describeRequest(attributes));
  const { group, resource, name } = attributes;
  return forbidden({ group, resource }, name, reason === '' ? sentence : `${sentence}: ${reason}`);
}

function describeRequest(attributes: RequestAttributes): string {
  const { user, verb, path, group, resource, subresource, namespace } = attributes;
  const who = `User ${goQuote(user.username)} cannot ${verb}`;
  if (!attributes.isResource) return `${who} path ${goQuote(path)}`;
  const what = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`;
  return `${who} resource ${goQuote(what)} in API group ${goQuote(group)} ${where}`;
}

function htmlSafe(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
