import { expect, test } from 'vitest';
import { writeOptions } from './query.ts';

const options = (query: string, kind: Parameters<typeof writeOptions>[1] = 'UpdateOptions', isApply = false) =>
  writeOptions(new URLSearchParams(query), kind, isApply);

test('options are read as Go reads them', () => {
  expect(options('')).toEqual({ dryRun: false, fieldManager: undefined, fieldValidation: undefined });
  expect(options('dryRun=All&fieldManager=me&fieldValidation=Strict&force=', 'PatchOptions', true)).toEqual({
    dryRun: true,
    fieldManager: 'me',
    fieldValidation: 'Strict',
    force: true,
  });
  expect(options('fieldManager=me&force=false', 'PatchOptions', true).force).toBe(false);
});

test.each([
  ['dryRun=Some', 'UpdateOptions', false, 'dryRun: Unsupported value: ["Some"]: supported values: "All"'],
  ['fieldValidation=strict', 'UpdateOptions', false, 'fieldValidation: Unsupported value: "strict"'],
  ['force=true', 'PatchOptions', false, 'force: Forbidden: may not be specified for non-apply patch'],
  ['', 'PatchOptions', true, 'fieldManager: Required value: is required for apply patch'],
  [`fieldManager=${'x'.repeat(129)}`, 'CreateOptions', false, 'fieldManager: Too long: may not be more than 128 bytes'],
  ['fieldManager=a%07b', 'CreateOptions', false, 'invalid character U+0007 (at position 1)'],
] as const)('%s of %s is refused', (query, kind, isApply, message) => {
  expect(() => options(query, kind, isApply)).toThrow(message);
});
