import { isDeepStrictEqual } from 'node:util';
import type { JsonObject, KubernetesObject } from '@capstan/base';

/** The part of an AdmissionRequest (admission.k8s.io, v1 and v1beta1 alike) that Capstan looks at. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly name?: string;
  readonly namespace?: string;
  readonly object?: KubernetesObject | null;
  readonly oldObject?: KubernetesObject | null;
}

/** One step of a JSON Patch (RFC 6902). */
export interface PatchStep {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** What an admission handler answers. */
export type AdmissionVerdict =
  | { readonly allowed: true; readonly patch?: readonly PatchStep[]; readonly warnings?: readonly string[] }
  /** `code`: 403 for what a rule refuses, 400 for what cannot be read, as controller-runtime answers. */
  | {
      readonly allowed: false;
      readonly code: 400 | 403;
      readonly message: string;
      readonly warnings?: readonly string[];
    };

/** Nothing against it. */
export const ALLOWED: AdmissionVerdict = { allowed: true };

/** Refused by a rule. */
export function denied(message: string): AdmissionVerdict {
  return { allowed: false, code: 403, message };
}

/** Refused because it cannot be read or completed. */
export function errored(message: string): AdmissionVerdict {
  return { allowed: false, code: 400, message };
}

/** The request of an AdmissionReview of either version, or undefined when it is none. */
export function requestOf(review: unknown): AdmissionRequest | undefined {
  if (typeof review !== 'object' || review === null) return undefined;
  const { apiVersion, kind, request } = review as JsonObject;
  const known = kind === 'AdmissionReview' && REVIEW_VERSIONS.has(String(apiVersion));
  if (!known || typeof request !== 'object' || request === null) return undefined;
  const { uid, operation } = request as JsonObject;
  return typeof uid === 'string' && typeof operation === 'string' ? (request as AdmissionRequest) : undefined;
}

const REVIEW_VERSIONS: ReadonlySet<string> = new Set(['admission.k8s.io/v1', 'admission.k8s.io/v1beta1']);

/** The AdmissionReview that carries a verdict back, in the version in which it was asked. */
export function reviewOf(review: { readonly apiVersion: string }, uid: string, verdict: AdmissionVerdict): JsonObject {
  const { allowed, warnings = [] } = verdict;
  const patch = verdict.allowed ? (verdict.patch ?? []) : [];
  const response: JsonObject = { uid, allowed };
  if (!verdict.allowed) {
    const { code, message } = verdict;
    const reason = code === 403 ? 'Forbidden' : 'BadRequest';
    response['status'] = { status: 'Failure', code, reason, message };
  }
  if (patch.length > 0) {
    response['patchType'] = 'JSONPatch';
    response['patch'] = Buffer.from(JSON.stringify(patch)).toString('base64');
  }
  if (warnings.length > 0) response['warnings'] = warnings;
  return { apiVersion: review.apiVersion, kind: 'AdmissionReview', response };
}

/**
 * Whether there is nothing to judge: an object that is being deleted must stay editable, or its finalizers could never be
 * removed; and what was admitted before is not judged again because a label or finalizer changes.
 */
export function nothingToJudge({ operation, object, oldObject }: AdmissionRequest): boolean {
  if (operation !== 'CREATE' && operation !== 'UPDATE') return true;
  if (object?.metadata?.deletionTimestamp) return true;
  return operation === 'UPDATE' && isDeepStrictEqual(object?.['spec'], oldObject?.['spec']);
}

/** Several messages as Go's aggregate of errors writes them: one alone, else a list in brackets without repetitions. */
export function aggregate(messages: readonly string[]): string {
  const distinct = [...new Set(messages)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}

/** A field error as the API server writes it. */
export function invalid(path: string, value: unknown, detail: string): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `${path}: Invalid value: ${JSON.stringify(text)}: ${detail}`;
}
