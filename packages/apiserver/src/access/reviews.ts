import type { StatusCause } from '../model/api-error.ts';
import { badRequest, invalid } from '../model/errors.ts';
import { invalid as invalidValue } from '../model/field-error.ts';
import type { KubeObject } from '../model/object.ts';
import type { Decision, RequestAttributes, UserInfo } from '../model/request.ts';
import type { Authenticator } from './authenticator.ts';
import { type Authorizer, aggregate, missingRole } from './authorizer.ts';

/** A question about rights or users, posted as an object that is answered and never stored. */
export interface ReviewRequest {
  readonly user: UserInfo;
  /** Plural of the review, such as `selfsubjectaccessreviews`. */
  readonly resource: string;
  /** Of the request's path. */
  readonly namespace: string;
  /** The decoded and defaulted object, with its managedFields. Not changed. */
  readonly body: KubeObject;
  /** Now, as RFC 3339 with seconds. */
  readonly now: string;
}

interface ResourceAttributes {
  readonly namespace?: string;
  readonly verb?: string;
  readonly group?: string;
  readonly version?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
}

interface AccessReviewSpec {
  readonly resourceAttributes?: ResourceAttributes;
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string };
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Answers the reviews of authorization.k8s.io and authentication.k8s.io. */
export class Reviews {
  readonly #authenticator: Authenticator;
  readonly #authorizer: Authorizer;

  constructor(authenticator: Authenticator, authorizer: Authorizer) {
    this.#authenticator = authenticator;
    this.#authorizer = authorizer;
  }

  /** The answered object; undefined for resources that are no reviews. Throws 400 and 422 for questions that are none. */
  answer(request: ReviewRequest): KubeObject | undefined {
    switch (request.resource) {
      case 'selfsubjectaccessreviews':
        return this.#accessReview(request, request.user);
      case 'subjectaccessreviews':
        return this.#accessReview(request, subjectOf(specOf(request)));
      case 'localsubjectaccessreviews':
        return this.#accessReview(request, subjectOf(specOf(request)));
      case 'selfsubjectrulesreviews':
        return this.#rulesReview(request);
      case 'tokenreviews':
        return this.#tokenReview(request);
      case 'selfsubjectreviews':
        return selfReview(request);
      default:
        return undefined;
    }
  }

  #accessReview(request: ReviewRequest, user: UserInfo): KubeObject {
    const causes = accessReviewCauses(request);
    // The kind of these errors is empty upstream: the decoded object has lost it.
    if (causes.length > 0) throw invalid({ group: 'authorization.k8s.io', kind: '' }, '', causes);
    const local = request.resource === 'localsubjectaccessreviews';
    if (local && request.namespace !== request.body.metadata.namespace) {
      throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${request.namespace}`);
    }
    const decision = this.#authorizer.authorize(attributesOf(specOf(request), user));
    return { ...request.body, status: accessStatus(decision) };
  }

  #rulesReview(request: ReviewRequest): KubeObject {
    const { namespace } = (request.body['spec'] ?? {}) as { namespace?: string };
    if (!namespace) throw badRequest('no namespace on request');
    const { rules, missing } = this.#authorizer.rulesFor(request.user, namespace);
    const resourceRules = rules
      .filter((rule) => (rule.resources ?? []).length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        verbs,
        ...(apiGroups && { apiGroups }),
        resources,
        ...(resourceNames && { resourceNames }),
      }));
    const nonResourceRules = rules
      .filter((rule) => (rule.nonResourceURLs ?? []).length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs }));
    const problem = missing.length > 0 && { evaluationError: aggregate(missing.map(missingRole)) };
    const status = { resourceRules, nonResourceRules, incomplete: false, ...problem };
    return { ...typeOf(request.body), metadata: {}, spec: {}, status };
  }

  #tokenReview(request: ReviewRequest): KubeObject {
    const spec = (request.body['spec'] ?? {}) as { token?: string; audiences?: readonly string[] };
    if (!spec.token) throw badRequest('token is required for TokenReview in authentication');
    const result = this.#authenticator.checkToken(spec.token, spec.audiences);
    const status =
      'problem' in result
        ? { user: {}, error: result.problem }
        : { authenticated: true, user: result.user, audiences: result.audiences };
    return { ...request.body, status };
  }
}

function selfReview({ user, body, now }: ReviewRequest): KubeObject {
  return { ...typeOf(body), metadata: { creationTimestamp: now }, status: { userInfo: user } };
}

function typeOf({ kind, apiVersion }: KubeObject) {
  return { kind, apiVersion };
}

function accessStatus(decision: Decision) {
  return { allowed: decision.allowed, ...(decision.reason && { reason: decision.reason }) };
}

function specOf(request: ReviewRequest): AccessReviewSpec {
  return (request.body['spec'] ?? {}) as AccessReviewSpec;
}

function subjectOf(spec: AccessReviewSpec): UserInfo {
  return {
    username: spec.user ?? '',
    groups: spec.groups ?? [],
    ...(spec.uid !== undefined && { uid: spec.uid }),
    ...(spec.extra && { extra: spec.extra }),
  };
}

function attributesOf(spec: AccessReviewSpec, user: UserInfo): RequestAttributes {
  const { resourceAttributes: asked, nonResourceAttributes } = spec;
  return {
    user,
    verb: asked?.verb ?? nonResourceAttributes?.verb ?? '',
    isResource: asked !== undefined,
    path: nonResourceAttributes?.path ?? '',
    group: asked?.group ?? '',
    version: asked?.version || '*',
    resource: asked?.resource ?? '',
    subresource: asked?.subresource ?? '',
    namespace: asked?.namespace ?? '',
    name: asked?.name ?? '',
  };
}

/** What is wrong with a question about rights (pkg/apis/authorization/validation). */
function accessReviewCauses(request: ReviewRequest): StatusCause[] {
  const spec = specOf(request);
  const causes: StatusCause[] = [];
  const local = request.resource === 'localsubjectaccessreviews';
  if (spec.resourceAttributes && spec.nonResourceAttributes) {
    const detail = 'cannot be specified in combination with resourceAttributes';
    causes.push(invalidValue('spec.nonResourceAttributes', pathForm(spec.nonResourceAttributes), detail));
  }
  if (!spec.resourceAttributes && !spec.nonResourceAttributes) {
    const detail = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    causes.push(invalidValue('spec.resourceAttributes', null, detail));
  }
  if (request.resource !== 'selfsubjectaccessreviews' && !spec.user && (spec.groups ?? []).length === 0) {
    causes.push(invalidValue('spec.user', spec.user ?? '', 'at least one of user or group must be specified'));
  }
  causes.push(...metadataCauses(request, local));
  if (local) causes.push(...localCauses(request, spec));
  return causes;
}

/** The value as upstream shows it: in the form of its internal type. */
function pathForm({ path = '', verb = '' }: { readonly path?: string; readonly verb?: string }) {
  return { Path: path, Verb: verb };
}

function metadataCauses({ body }: ReviewRequest, local: boolean): StatusCause[] {
  const { managedFields: _managedFields, namespace, ...rest } = body.metadata;
  const empty = Object.keys(rest).length === 0 && (local || namespace === undefined);
  const detail = local ? 'must be empty except for namespace' : 'must be empty';
  return empty ? [] : [invalidValue('metadata', body.metadata, detail)];
}

function localCauses({ body }: ReviewRequest, spec: AccessReviewSpec): StatusCause[] {
  const causes: StatusCause[] = [];
  const asked = spec.resourceAttributes?.namespace ?? '';
  if (spec.resourceAttributes && asked !== (body.metadata.namespace ?? '')) {
    causes.push(invalidValue('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace'));
  }
  if (spec.nonResourceAttributes) {
    const detail = 'disallowed on this kind of request';
    causes.push(invalidValue('spec.nonResourceAttributes', pathForm(spec.nonResourceAttributes), detail));
  }
  return causes;
}
