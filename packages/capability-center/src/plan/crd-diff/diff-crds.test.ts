import type { JsonObject, KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { diffCrds } from './diff-crds.ts';
import { instanceCollector } from './instance-check.ts';
import { reviewCrd } from './review.ts';
import type { InstanceCheck } from './types.ts';

interface Version {
  readonly name: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  readonly spec?: JsonObject;
  readonly subresources?: JsonObject;
}

function aCrd(versions: readonly Version[], more: JsonObject = {}): KubernetesObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.org' },
    spec: {
      group: 'example.org',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: versions.map(({ spec = { type: 'object' }, served = true, storage = false, ...version }) => ({
        ...version,
        served,
        storage,
        schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
      })),
      ...more,
    },
  };
}

const v1 = { name: 'v1', storage: true };
const fields = (names: readonly string[]): JsonObject => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});
const found = (before: KubernetesObject, after: KubernetesObject, stored = ['v1']) =>
  diffCrds(before, after, stored).findings.map(({ rule, severity, version }) =>
    `${severity} ${rule} ${version ?? ''}`.trim(),
  );

describe('two bodies of a CRD', () => {
  test.each<[string, KubernetesObject, KubernetesObject, string[], string[]?]>([
    ['the same', aCrd([v1]), aCrd([v1]), []],
    ['another scope', aCrd([v1]), aCrd([v1], { scope: 'Cluster' }), ['blocking scope-changed']],
    [
      'another kind',
      aCrd([v1]),
      aCrd([v1], { names: { kind: 'Other', plural: 'things' } }),
      ['blocking names-changed'],
    ],
    [
      'a stored version goes',
      aCrd([{ name: 'v1beta1', storage: true }]),
      aCrd([v1]),
      [
        'blocking stored-version-removed v1beta1',
        'unsafe served-version-removed v1beta1',
        'notice storage-version-changed v1',
      ],
      ['v1beta1'],
    ],
    [
      'a stored version was gone before',
      aCrd([v1]),
      aCrd([v1]),
      ['notice stored-version-removed v1alpha1'],
      ['v1alpha1', 'v1'],
    ],
    [
      'a version is not served any more',
      aCrd([v1, { name: 'v1beta1' }]),
      aCrd([v1, { name: 'v1beta1', served: false }]),
      ['unsafe served-version-removed v1beta1'],
    ],
    ['a version comes', aCrd([v1]), aCrd([v1, { name: 'v2' }]), []],
    ['a webhook comes', aCrd([v1]), aCrd([v1], { conversion: { strategy: 'Webhook' } }), ['notice conversion-changed']],
    [
      'scale goes',
      aCrd([{ ...v1, subresources: { status: {}, scale: {} } }]),
      aCrd([{ ...v1, subresources: { status: {} } }]),
      ['unsafe subresource-removed v1'],
    ],
    [
      'stored as another version with other fields',
      aCrd([{ ...v1, spec: fields(['a', 'b']) }]),
      aCrd([
        { name: 'v1', spec: fields(['a', 'b']) },
        { name: 'v2', storage: true, spec: fields(['a']) },
      ]),
      ['unsafe field-removed v1 as v2', 'notice storage-version-changed v2'],
    ],
  ])('%s', (_, before, after, expected, stored) => {
    expect(found(before, after, stored)).toEqual(expected);
  });

  test('are compared in one order, whatever the order of versions and fields', () => {
    const before = aCrd([
      { ...v1, spec: fields(['a', 'b', 'c']) },
      { name: 'v2', spec: fields(['x', 'y']) },
    ]);
    const one = aCrd([v1, { name: 'v2' }]);
    const other = aCrd([{ name: 'v2' }, v1]);
    expect(diffCrds(before, one, ['v1'])).toEqual(diffCrds(before, other, ['v1']));
  });
});

describe('stored objects', () => {
  const object = (name: string, spec: JsonObject): KubernetesObject => ({
    apiVersion: 'example.org/v1',
    kind: 'Thing',
    metadata: { namespace: 'shop', name },
    spec,
  });
  const schema = (spec: JsonObject): JsonObject => ({ type: 'object', properties: { spec } });
  const check = (before: JsonObject, after: JsonObject, ...objects: KubernetesObject[]): InstanceCheck => {
    const collector = instanceCollector(schema(before), schema(after), 'v1');
    for (const one of objects) collector.add(one);
    return collector.result();
  };
  const size = (more: JsonObject): JsonObject => ({
    type: 'object',
    properties: { size: { type: 'integer', ...more } },
  });

  test.each<[string, JsonObject, JsonObject, JsonObject, string | undefined]>([
    ['narrower bounds and a fitting object', size({}), size({ minimum: 1 }), { size: 1 }, undefined],
    ['narrower bounds and an offender', size({}), size({ minimum: 1 }), { size: 0 }, 'spec.size must be >= 1'],
    ['exclusive bounds', size({}), size({ minimum: 1, exclusiveMinimum: true }), { size: 1 }, 'spec.size must be > 1'],
    [
      'fewer values',
      fields(['a']),
      { type: 'object', properties: { a: { type: 'string', enum: ['x'] } } },
      { a: 'y' },
      'spec.a must be equal to one of the allowed values',
    ],
    ['a field that goes', fields(['a', 'b']), fields(['a']), { b: 'x' }, 'spec.b would be dropped'],
    ['a field that goes and is not used', fields(['a', 'b']), fields(['a']), { a: 'x' }, undefined],
    ['a required field with a default', size({}), { ...size({ default: 3 }), required: ['size'] }, {}, undefined],
    ['a required field without one', size({}), { ...size({}), required: ['size'] }, {}, 'spec.size must be set'],
    ['null where it may be', { type: 'object' }, { ...size({ nullable: true }) }, { size: null }, undefined],
    [
      'integer or text',
      size({}),
      size({ type: undefined, 'x-kubernetes-int-or-string': true }),
      { size: 3 },
      undefined,
    ],
    [
      'a rule',
      size({}),
      { ...size({}), 'x-kubernetes-validations': [{ rule: 'self.size > 2' }] },
      { size: 2 },
      'spec must fulfil self.size > 2',
    ],
    [
      'a rule that holds',
      size({}),
      { ...size({}), 'x-kubernetes-validations': [{ rule: '!has(self.size) || self.size > 2' }] },
      {},
      undefined,
    ],
    [
      'a rule for changes',
      size({}),
      { ...size({}), 'x-kubernetes-validations': [{ rule: 'self.size >= oldSelf.size' }] },
      { size: 2 },
      undefined,
    ],
    [
      'a Go pattern',
      fields(['a']),
      { type: 'object', properties: { a: { type: 'string', pattern: '(?i)^x\\z' } } },
      { a: 'X' },
      undefined,
    ],
  ])('%s', (_, before, after, spec, problem) => {
    const result = check(before, after, object('a', spec));
    expect(result.offenders.flatMap(({ problems }) => problems)).toEqual(problem === undefined ? [] : [problem]);
    expect(result).toMatchObject({ checked: 1, invalid: problem === undefined ? 0 : 1, invalidBefore: 0 });
  });

  test('that nobody accepted before are counted apart', () => {
    const strict = size({ minimum: 1 });
    expect(check(strict, size({ minimum: 2 }), object('a', { size: 0 }))).toMatchObject({
      invalid: 0,
      invalidBefore: 1,
    });
  });

  test('are named by their first twenty, and all are counted', () => {
    const many = Array.from({ length: 50 }, (_, index) =>
      object(`t-${String(49 - index).padStart(2, '0')}`, { size: 0 }),
    );
    const result = check(size({}), size({ minimum: 1 }), ...many);
    expect(result).toMatchObject({ checked: 50, invalid: 50 });
    expect(result.offenders.map(({ name }) => name)).toEqual(
      many
        .map(({ metadata }) => metadata.name)
        .sort()
        .slice(0, 20),
    );
  });

  test('are not vouched for where a rule needs functions of the API server', () => {
    const rule = {
      ...size({}),
      'x-kubernetes-validations': [{ rule: 'quantity(self.size).isGreaterThan(quantity("1"))' }],
    };
    expect(check(size({}), rule, object('a', { size: 1 })).incomplete).toContain('quantity(self.size)');
  });

  test('do not show their values', () => {
    const secret = { type: 'object', properties: { a: { type: 'string', maxLength: 2 } } };
    expect(JSON.stringify(check(fields(['a']), secret, object('a', { a: 'hush-hush' })))).not.toContain('hush');
  });
});

describe('a review', () => {
  const fits: InstanceCheck = { checked: 3, invalid: 0, invalidBefore: 0, offenders: [] };
  const unsafe = diffCrds(aCrd([{ ...v1, spec: fields(['a']) }]), aCrd([v1]), ['v1']);

  test.each<[string, InstanceCheck | undefined, string]>([
    ['is careful where every object fits', fits, 'caution'],
    ['blocks where one does not', { ...fits, invalid: 1 }, 'blocked'],
    ['blocks where not all could be checked', { ...fits, incomplete: 'no rights' }, 'blocked'],
    ['blocks where none was checked', undefined, 'blocked'],
  ])('%s', (_, instances, verdict) => {
    expect(reviewCrd(unsafe, ['v1'], instances).verdict).toBe(verdict);
  });

  test('is at most 32 KiB, and says how much it leaves out', () => {
    const names = Array.from({ length: 2000 }, (_, index) => `field${index}`);
    const large = diffCrds(aCrd([{ ...v1, spec: fields(names) }]), aCrd([v1]), ['v1']);
    const review = reviewCrd(large, ['v1'], fits);
    expect(JSON.stringify(review).length).toBeLessThanOrEqual(32 * 1024);
    expect(review.findings.length + review.omitted).toBe(2000);
    expect(review.findings.length).toBeGreaterThan(50);
  });
});
