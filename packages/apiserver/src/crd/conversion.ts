import { randomUUID } from 'node:crypto';
import { ApiError } from '../model/api-error.ts';
import { goJson } from '../model/go-format.ts';
import { apiVersionOf, type KubeObject, type ObjectMeta } from '../model/object.ts';
import { isMap, type JsonMap, sameJson } from '../schema/json.ts';
import type { WebhookClientConfig } from './definition.ts';

/**
 * Sends a ConversionReview to a webhook and returns its answer, as JSON. Rejects with an Error that tells what went
 * wrong with the call (`Post "https://...": connection refused`, a status code).
 */
export type ConversionCaller = (config: WebhookClientConfig, review: JsonMap) => Promise<unknown>;

/** A conversion by webhook of one CRD. */
export interface WebhookConversion {
  readonly group: string;
  readonly kind: string;
  readonly clientConfig: WebhookClientConfig;
  readonly reviewVersions: readonly string[];
  readonly caller: ConversionCaller | undefined;
}

/** Strategy None: only `apiVersion` changes. */
export function withApiVersion(object: KubeObject, apiVersion: string): KubeObject {
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

/**
 * Objects in another version, from a conversion webhook (apiextensions-apiserver pkg/apiserver/conversion). Objects that
 * are in that version already are not sent. Throws `ApiError` 500 as the real server does when the call fails, or the
 * answer is not what it must be: same number and order, the version asked for, and metadata that differs at most in
 * labels and annotations.
 */
export async function convertByWebhook(
  objects: readonly KubeObject[],
  version: string,
  conversion: WebhookConversion,
): Promise<KubeObject[]> {
  const desired = apiVersionOf(conversion.group, version);
  const pending = objects.filter((one) => one.apiVersion !== desired);
  if (pending.length === 0) return [...objects];
  const from = `${conversion.group}/${pending[0]?.apiVersion.split('/')[1] ?? ''}, Kind=${conversion.kind}`;
  const fail = (problem: string): never => {
    throw new ApiError(500, 'InternalError', `conversion webhook for ${from} failed: ${problem}`);
  };
  const uid = randomUUID();
  const reviewVersion = conversion.reviewVersions.find((one) => one === 'v1' || one === 'v1beta1') ?? 'v1';
  const review: JsonMap = {
    kind: 'ConversionReview',
    apiVersion: `apiextensions.k8s.io/${reviewVersion}`,
    request: { uid, desiredAPIVersion: desired, objects: pending },
    response: { uid: '', convertedObjects: null, result: { metadata: {} } },
  };
  const { caller } = conversion;
  if (!caller) return fail('no way to services is configured');
  const answer = await caller(conversion.clientConfig, review).catch((error: unknown) =>
    fail(error instanceof Error ? error.message : String(error)),
  );
  const converted = convertedObjects(answer, { uid, reviewVersion, count: pending.length, from, fail });
  let at = 0;
  return objects.map((original) => {
    if (original.apiVersion === desired) return original;
    const position = at;
    at += 1;
    return accept(converted[position], { original, position, desired, kind: conversion.kind, from });
  });
}

interface Expected {
  readonly uid: string;
  readonly reviewVersion: string;
  readonly count: number;
  readonly from: string;
  readonly fail: (problem: string) => never;
}

function invalidAnswer(from: string, problem: string): ApiError {
  return new ApiError(500, 'InternalError', `conversion webhook for ${from} returned invalid ${problem}`);
}

function convertedObjects(answer: unknown, expected: Expected): readonly unknown[] {
  const apiVersion = `apiextensions.k8s.io/${expected.reviewVersion}`;
  if (!isMap(answer) || answer['kind'] !== 'ConversionReview' || answer['apiVersion'] !== apiVersion) {
    const got = isMap(answer) ? `${String(answer['apiVersion'])}, Kind=${String(answer['kind'])}` : goJson(answer);
    return expected.fail(`expected ${apiVersion}, Kind=ConversionReview, got ${got}`);
  }
  const response = answer['response'];
  if (!isMap(response)) return expected.fail('no response provided');
  if (response['uid'] !== expected.uid) {
    return expected.fail(`expected response.uid="${expected.uid}", got "${String(response['uid'] ?? '')}"`);
  }
  const result = isMap(response['result']) ? response['result'] : {};
  if (result['status'] === undefined) return expected.fail("response.result.status was '', not 'Success'");
  if (result['status'] !== 'Success')
    return expected.fail(
      String(result['message'] ?? `response.result.status was '${String(result['status'])}', not 'Success'`),
    );
  const objects = Array.isArray(response['convertedObjects']) ? response['convertedObjects'] : [];
  if (objects.length !== expected.count) {
    throw new ApiError(
      500,
      'InternalError',
      `conversion webhook for ${expected.from} returned ${objects.length} objects, expected ${expected.count}`,
    );
  }
  return objects;
}

interface Acceptance {
  readonly original: KubeObject;
  readonly position: number;
  readonly desired: string;
  readonly kind: string;
  readonly from: string;
}

function accept(value: unknown, to: Acceptance): KubeObject {
  const { original, position, desired, from } = to;
  const at = `converted object at index ${position}`;
  if (!isMap(value)) throw invalidAnswer(from, `${at}: not an object`);
  if (value['apiVersion'] !== desired) {
    throw invalidAnswer(
      from,
      `${at}: invalid groupVersion (expected ${desired}, received ${String(value['apiVersion'])})`,
    );
  }
  if (value['kind'] !== original.kind) {
    throw invalidAnswer(from, `${at}: invalid kind (expected ${original.kind}, received ${String(value['kind'])})`);
  }
  const metadata = convertedMetadata(value, to);
  // All of metadata but labels and annotations is restored, whatever the webhook did to it.
  const restored: ObjectMeta = { ...original.metadata };
  delete restored.labels;
  delete restored.annotations;
  if (metadata.labels && !sameJson(metadata.labels, {})) restored.labels = metadata.labels;
  if (metadata.annotations && !sameJson(metadata.annotations, {})) restored.annotations = metadata.annotations;
  return { ...(value as KubeObject), metadata: restored };
}

function convertedMetadata(value: JsonMap, { original, position, from }: Acceptance): ObjectMeta {
  const wrong = (problem: string): never => {
    throw invalidAnswer(from, `metadata in object at index ${position}: ${problem}`);
  };
  const metadata = isMap(value['metadata'])
    ? (value['metadata'] as ObjectMeta)
    : wrong('missing metadata in converted object');
  const facts = [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const;
  for (const [field, word] of facts) {
    const [before, after] = [original.metadata[field] ?? '', metadata[field] ?? ''];
    if (before !== after) wrong(`must have the same ${word}: ${before} != ${after}`);
  }
  return metadata;
}
