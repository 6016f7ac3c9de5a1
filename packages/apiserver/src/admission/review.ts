import { randomUUID } from 'node:crypto';
import { ApiError, type Status, type StatusDetails } from '../model/api-error.ts';
import { badRequest } from '../model/errors.ts';
import type { GroupVersionKind, JsonObject, KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import type { AdmissionAttributes } from '../resources/admission.ts';
import { isNamespace } from './matching.ts';
import type { Webhook } from './webhook-config.ts';

/** A webhook could not be asked, or gave an answer that is none: what happens then is its failurePolicy. */
export class WebhookCallFailed extends Error {
  override readonly name = 'WebhookCallFailed';
}

/** A request as a webhook gets it: objects and kind in the version that its rules ask for. */
export interface ReviewedRequest {
  readonly resource: ApiResource;
  readonly kind: GroupVersionKind;
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
}

/** A review that is ready to be sent, and what its answer must carry. */
export interface Review {
  readonly uid: string;
  readonly apiVersion: string;
  readonly body: string;
}

/** What a webhook said. */
export interface Verdict {
  readonly allowed: boolean;
  readonly warnings: readonly string[];
  readonly status: Partial<Status> | undefined;
  /** A JSON patch, parsed; empty where there is none. */
  readonly patch: readonly unknown[];
}

const GROUP = 'admission.k8s.io';
const KNOWN_VERSIONS = ['v1', 'v1beta1'];

/** Builds the AdmissionReview (plugin/webhook/request CreateV1AdmissionReview). */
export function reviewFor(webhook: Webhook, attributes: AdmissionAttributes, reviewed: ReviewedRequest): Review {
  const version = webhook.reviewVersions.find((one) => KNOWN_VERSIONS.includes(one));
  if (version === undefined) {
    throw new WebhookCallFailed(
      'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)',
    );
  }
  const { resource, kind } = reviewed;
  const { user, subresource, name, operation, dryRun, options } = attributes;
  // For a Namespace itself the real server says its own name.
  const namespace = isNamespace(attributes.resource) ? name : attributes.namespace;
  const uid = randomUUID();
  const apiVersion = `${GROUP}/${version}`;
  const request = {
    uid,
    kind: kindOf(kind),
    resource: resourceOf(resource),
    ...(subresource !== undefined && { subResource: subresource }),
    requestKind: kindOf(requestKind(attributes)),
    requestResource: resourceOf(attributes.resource),
    ...(subresource !== undefined && { requestSubResource: subresource }),
    ...(name !== '' && { name }),
    ...(namespace !== '' && { namespace }),
    operation,
    userInfo: {
      username: user.username,
      ...(user.uid && { uid: user.uid }),
      groups: user.groups,
      ...(user.extra && Object.keys(user.extra).length > 0 && { extra: user.extra }),
    },
    object: reviewed.object ?? null,
    oldObject: reviewed.oldObject ?? null,
    dryRun,
    options,
  };
  return { uid, apiVersion, body: JSON.stringify({ kind: 'AdmissionReview', apiVersion, request }) };
}

/** Kind of the body: the resource's own, or that of the subresource (`Scale`, `Eviction`). */
export function requestKind({ resource, subresource }: AdmissionAttributes): GroupVersionKind {
  const { group, version, kind } = resource;
  return resource.subresources.find(({ name }) => name === subresource)?.kind ?? { group, version, kind };
}

function kindOf({ group, version, kind }: GroupVersionKind): JsonObject {
  return { group, version, kind };
}

function resourceOf({ group, version, resource }: ApiResource): JsonObject {
  return { group, version, resource };
}

interface RawResponse {
  uid?: string;
  allowed?: boolean;
  status?: Partial<Status>;
  patch?: string;
  patchType?: string;
  warnings?: string[];
}

/**
 * Reads a webhook's answer (request.VerifyAdmissionResponse). Throws `WebhookCallFailed` for what is not an answer to
 * this review.
 */
export function verdictOf(review: Review, text: string, mutating: boolean): Verdict {
  const answer = parseAnswer(text);
  const { response } = answer;
  if (response === undefined || response === null) throw invalidAnswer('webhook response was absent');
  if (review.apiVersion === `${GROUP}/v1`) checkV1(review, answer, response, mutating);
  return {
    allowed: response.allowed === true,
    warnings: response.warnings ?? [],
    status: response.status,
    patch: response.patch ? parsePatch(response.patch) : [],
  };
}

interface RawAnswer {
  apiVersion?: string;
  kind?: string;
  response?: RawResponse | null;
}

function parseAnswer(text: string): RawAnswer {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null && !Array.isArray(answer)) return answer;
  } catch (cause) {
    throw new WebhookCallFailed(
      `failed to call webhook: couldn't get version/kind; json parse error: ${(cause as Error).message}`,
      { cause },
    );
  }
  throw new WebhookCallFailed("failed to call webhook: couldn't get version/kind; json parse error: not an object");
}

function checkV1(review: Review, answer: RawAnswer, response: RawResponse, mutating: boolean): void {
  const { uid = '', patch, patchType } = response;
  if (uid !== review.uid) throw invalidAnswer(`expected response.uid=${quote(review.uid)}, got ${quote(uid)}`);
  const [group = '', version = ''] = (answer.apiVersion ?? '').split('/');
  const got = `${group}/${version}, Kind=${answer.kind ?? ''}`;
  const wanted = `${GROUP}/v1, Kind=AdmissionReview`;
  if (got !== wanted) throw invalidAnswer(`expected webhook response of ${wanted}, got ${got}`);
  if (!mutating) {
    if (patch) throw invalidAnswer('validating webhook may not return response.patch');
    if (patchType !== undefined) throw invalidAnswer('validating webhook may not return response.patchType');
    return;
  }
  if (patch && patchType === undefined) {
    throw invalidAnswer('webhook returned response.patch but not response.patchType');
  }
  if (!patch && patchType !== undefined) {
    throw invalidAnswer('webhook returned response.patchType but not response.patch');
  }
  if (patchType === '') throw invalidAnswer('webhook returned invalid response.patchType of ""');
  if (patchType !== undefined && patchType !== 'JSONPatch') {
    throw new WebhookCallFailed(`unsupported patch type ${quote(patchType)}`);
  }
}

function parsePatch(base64: string): unknown[] {
  try {
    const patch: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    if (Array.isArray(patch)) return patch;
    throw new Error('not a list');
  } catch (cause) {
    const why = (cause as Error).message;
    throw new WebhookCallFailed(`received undecodable patch in webhook response: ${why}`, { cause });
  }
}

function invalidAnswer(why: string): WebhookCallFailed {
  return new WebhookCallFailed(`received invalid webhook response: ${why}`);
}

/** The refusal of a webhook, with its own status made whole (plugin/webhook/errors ToStatusErr). */
export function refusal(webhook: Webhook, status: Partial<Status> = {}): ApiError {
  const denied = `admission webhook ${quote(webhook.name)} denied the request`;
  const why = status.message || status.reason;
  const code = Math.max(status.code ?? 0, 400);
  const details = status.details as StatusDetails | undefined;
  return new ApiError(code, status.reason ?? '', why ? `${denied}: ${why}` : `${denied} without explanation`, details);
}

/** A dry run must have no side effects, so a webhook that may have some is not asked. */
export function checkSideEffects(webhook: Webhook, dryRun: boolean): void {
  if (!dryRun || webhook.sideEffects === 'None' || webhook.sideEffects === 'NoneOnDryRun') return;
  throw badRequest(`admission webhook ${quote(webhook.name)} does not support dry run`);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
