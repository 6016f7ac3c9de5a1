import { CapstanError } from '@capstan/base';
import { KUBE_CODES } from '@capstan/kube';
import { expect, test } from 'vitest';
import { judgeFailures } from './failures.ts';

const standing = new CapstanError(KUBE_CODES.invalid, 'spec.replicas is negative');
const busy = new CapstanError(KUBE_CODES.failed, 'the server is busy');

test.each([
  ['none', [], 0, { tell: true }],
  ['one that was refused before it was tried', [undefined], 0, { tell: true }],
  ['a standing one', [standing], 0, { tell: true }],
  ['a passing one', [standing, busy], 0, { passing: busy, tell: false }],
  ['a passing one that does not pass', [busy], 4, { passing: busy, tell: true }],
])('%s', (_, errors, failures, verdict) => {
  expect(judgeFailures(errors, failures)).toEqual(verdict);
});
