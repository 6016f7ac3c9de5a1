import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { validateFieldManager, validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts';
import { labelName, qualifiedNameErrors, subdomainName } from './names.ts';

const META = { name: 'a', namespace: 'n', uid: 'u', resourceVersion: '1' };

function told(causes: readonly { field?: string; message?: string }[]): string[] {
  return causes.map((cause) => `${cause.field}: ${cause.message}`);
}

describe('metadata of every object', () => {
  test('fine metadata has no causes', () => {
    const meta = { ...META, labels: { 'example.com/a': '' }, annotations: { B: 'x' }, finalizers: ['a.b/c'] };
    expect(validateObjectMeta(meta, true, subdomainName)).toEqual([]);
  });

  test.each([
    [{}, true, 'metadata.name: Required value: name or generateName is required'],
    [{ name: 'a' }, true, 'metadata.namespace: Required value'],
    [{ name: 'a', namespace: 'n' }, false, 'metadata.namespace: Forbidden: not allowed on this type'],
    [{ ...META, generation: -1 }, true, 'metadata.generation: Invalid value: -1: must be greater than or equal to 0'],
    [
      { ...META, annotations: { a: 'x'.repeat(256 * 1024) } },
      true,
      'metadata.annotations: Too long: may not be more than 262144 bytes',
    ],
    [
      { ...META, finalizers: ['orphan', 'foregroundDeletion'] },
      true,
      'metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: finalizer orphan and foregroundDeletion cannot be both set',
    ],
    [
      { ...META, ownerReferences: [{ apiVersion: 'v1', kind: 'Event', name: 'e', uid: 'u' }] },
      true,
      'metadata.ownerReferences: Invalid value: {"apiVersion":"v1","kind":"Event","name":"e","uid":"u"}: /v1, Kind=Event is disallowed from being an owner',
    ],
    [
      { ...META, managedFields: [{ operation: 'Update' as const, manager: 'a\nb' }] },
      true,
      'metadata.managedFields[0].manager: Invalid value: "a\\nb": invalid character U+000A (at position 1)',
    ],
  ])('%j', (meta, namespaced, message) => {
    expect(told(validateObjectMeta(meta, namespaced, subdomainName))).toContain(message);
  });

  test('an update may not change what an object is, nor add finalizers while it goes', () => {
    const live = { ...META, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a.b/c'] };
    const next = { ...live, uid: 'other', finalizers: ['a.b/c', 'd.e/f'] };
    expect(told(validateObjectMetaUpdate(next, live))).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"d.e/f"}',
      'metadata.uid: Invalid value: "other": field is immutable',
    ]);
    expect(told(validateObjectMetaUpdate({ ...META, resourceVersion: '' }, META))).toEqual([
      'metadata.resourceVersion: Invalid value: "": must be specified for an update',
    ]);
  });

  test('names with a prefix for generation may end in a hyphen', () => {
    expect(labelName('abc-', true)).toEqual([]);
    expect(labelName('abc-', false)).toHaveLength(1);
  });

  test('whatever the text, there is an answer', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        for (const errors of [qualifiedNameErrors(value), subdomainName(value, true), labelName(value, false)]) {
          expect(errors.every((error) => error.length > 0)).toBe(true);
        }
        validateFieldManager(value, 'fieldManager');
      }),
    );
  });
});

test('a message about owners shows their fields in the order of upstream', () => {
  const owner = { controller: true, uid: 'u', name: 'a', kind: 'ConfigMap', apiVersion: 'v1' };
  const meta = { name: 'a', namespace: 'n', ownerReferences: [owner, owner] };
  const shown = '{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"u","controller":true}';
  expect(validateObjectMeta(meta, true, subdomainName)).toEqual([
    expect.objectContaining({ message: expect.stringContaining(`[${shown},${shown}]: Only one reference can`) }),
  ]);
});
