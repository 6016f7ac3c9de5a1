import { describe, expect, test } from 'vitest';
import { type Review, refusal, verdictOf } from './review.ts';
import type { Webhook } from './webhook-config.ts';

const REVIEW: Review = { uid: 'u1', apiVersion: 'admission.k8s.io/v1', body: '' };
const PATCH = Buffer.from('[{"op":"add","path":"/x","value":1}]').toString('base64');

function answer(response: object | null, more: object = {}): string {
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response, ...more });
}

test('a patch and warnings are read', () => {
  const response = { uid: 'u1', allowed: true, warnings: ['old'], patch: PATCH, patchType: 'JSONPatch' };
  expect(verdictOf(REVIEW, answer(response), true)).toEqual({
    allowed: true,
    warnings: ['old'],
    status: undefined,
    patch: [{ op: 'add', path: '/x', value: 1 }],
  });
});

describe('what is not an answer', () => {
  test.each([
    ['no JSON', 'hello', true, "couldn't get version/kind"],
    ['no object', '[]', true, "couldn't get version/kind"],
    ['no response', answer(null), true, 'webhook response was absent'],
    ['another uid', answer({ uid: 'u2', allowed: true }), true, 'expected response.uid="u1", got "u2"'],
    [
      'another kind',
      answer({ uid: 'u1' }, { kind: 'Status' }),
      true,
      'expected webhook response of admission.k8s.io/v1',
    ],
    [
      'a patch without its type',
      answer({ uid: 'u1', patch: PATCH }),
      true,
      'response.patch but not response.patchType',
    ],
    ['a type without a patch', answer({ uid: 'u1', patchType: 'JSONPatch' }), true, 'patchType but not response.patch'],
    ['another type', answer({ uid: 'u1', patch: PATCH, patchType: 'Merge' }), true, 'unsupported patch type "Merge"'],
    ['a patch that is none', answer({ uid: 'u1', patch: 'AAAA', patchType: 'JSONPatch' }), true, 'undecodable patch'],
    ['a patch of a validating webhook', answer({ uid: 'u1', patch: PATCH }), false, 'may not return response.patch'],
  ])('%s', (_name, text, mutating, message) => {
    expect(() => verdictOf(REVIEW, text, mutating)).toThrow(message);
  });
});

describe('a refusal', () => {
  test.each([
    [undefined, 400, 'admission webhook "w" denied the request without explanation'],
    [{ code: 200, status: 'Success' as const }, 400, 'admission webhook "w" denied the request without explanation'],
    [{ code: 403, message: 'no', reason: 'Forbidden' }, 403, 'admission webhook "w" denied the request: no'],
    [{ reason: 'Invalid' }, 400, 'admission webhook "w" denied the request: Invalid'],
  ])('%o', (status, code, message) => {
    expect(refusal({ name: 'w' } as Webhook, status)).toMatchObject({ code, message });
  });
});
