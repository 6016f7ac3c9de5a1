import { matchesConditions } from '../cel/admission.ts';
import type { AdmissionAttributes } from '../resources/admission.ts';
import { requestKind } from './review.ts';
import type { MatchCondition } from './webhook-config.ts';

/**
 * Whether the match conditions of a webhook hold for a request (plugin/webhook/matchconditions). Throws
 * `ExpressionFailed` where that cannot be said. Objects are given in the version of the request.
 */
export function admissionConditions(conditions: readonly MatchCondition[], attributes: AdmissionAttributes): boolean {
  const { object, oldObject } = attributes;
  return matchesConditions(conditions, { object, oldObject, request: requestVariable(attributes) });
}

/** The variable `request`: an AdmissionRequest without its objects (plugin/cel CreateAdmissionRequest). */
function requestVariable(attributes: AdmissionAttributes): unknown {
  const { resource, subresource = '', name, namespace, operation, user, dryRun, options } = attributes;
  const own = { group: resource.group, version: resource.version, resource: resource.resource };
  const kind = requestKind(attributes);
  return {
    kind,
    resource: own,
    subResource: subresource,
    requestKind: kind,
    requestResource: own,
    requestSubResource: subresource,
    name,
    namespace,
    operation,
    userInfo: { username: user.username, uid: user.uid ?? '', groups: user.groups, extra: user.extra ?? {} },
    dryRun,
    options,
  };
}
