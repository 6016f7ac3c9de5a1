import { expect, test } from 'vitest';
import { crdOf, crdWith } from '../../test/crd/crd-cases.ts';
import type { StrategyContext } from '../model/resource.ts';
import { crdStrategy } from './crd-strategy.ts';
import { type Crd, UNEVALUATED_RULES } from './definition.ts';
import { unevaluatedRules } from './unevaluated.ts';

const CONTEXT: StrategyContext = { subresource: undefined, now: '', find: () => undefined, list: () => [] };
const strategy = crdStrategy();

function created(source: unknown): Crd {
  const crd = JSON.parse(JSON.stringify(source)) as Crd;
  strategy.defaults(crd);
  strategy.prepareForCreate(crd, CONTEXT);
  return crd;
}

const ruled = (rule: string) =>
  crdOf({ type: 'array', maxItems: 3, items: { type: 'integer' }, 'x-kubernetes-validations': [{ rule }] });

test('names, conversion and status get their defaults', () => {
  const crd = created(crdWith({}));
  expect(crd.spec.names).toEqual({ plural: 'things', kind: 'Thing', singular: 'thing', listKind: 'ThingList' });
  expect(crd.spec.conversion).toEqual({ strategy: 'None' });
  expect(crd.status).toEqual({ conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: ['v1'] });
});

test('schemas keep what they may hold, at every depth', () => {
  const inner = { type: 'object', properties: { a: { type: 'string', strange: 1 } }, strange: 2 };
  const crd = created(crdOf(inner, { strange: 3 }));
  expect(JSON.stringify(crd.spec.versions)).not.toContain('strange');
  expect(crd.spec.versions[0]?.schema?.openAPIV3Schema).toEqual({
    type: 'object',
    properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } },
  });
});

test('a rule that cannot be evaluated is told of in a warning and an annotation, until it is gone', () => {
  const rule = 'self.all(i, v, v > i)';
  const crd = created(ruled(rule));
  expect(strategy.validate(crd, CONTEXT)).toEqual([]);
  expect(unevaluatedRules(crd)).toMatchObject([{ version: 'v1', path: 'openAPIV3Schema.properties[spec]' }]);
  const annotation = crd.metadata.annotations?.[UNEVALUATED_RULES] ?? '';
  expect(JSON.parse(annotation)).toEqual([`v1 openAPIV3Schema.properties[spec]: ${rule}`]);
  expect(strategy.warnings(crd, undefined)).toEqual([
    `openAPIV3Schema.properties[spec]: rule "${rule}" is not evaluated by this server: it lacks macros with two variables`,
  ]);
  const next = { ...created(ruled('self.all(v, v > 0)')), metadata: structuredClone(crd.metadata) };
  strategy.prepareForUpdate(next, crd, CONTEXT);
  expect(next.metadata.annotations).toEqual({});
  expect(strategy.warnings(next, crd)).toEqual([]);
});

test('formats that are not checked are told of once', () => {
  const crd = created(crdOf({ type: 'string', format: 'zip' }));
  expect(strategy.warnings(crd, undefined)).toEqual(['unrecognized format "zip"']);
  expect(strategy.warnings(crd, crd)).toEqual([]);
});

test('a former storage version stays among the stored ones, and in the spec', () => {
  const crd = created(crdWith({}));
  const next = structuredClone(crd);
  next.spec = { ...next.spec, versions: next.spec.versions.map((version) => ({ ...version, name: 'v2' })) };
  strategy.prepareForUpdate(next, crd, CONTEXT);
  expect(next.status?.storedVersions).toEqual(['v1', 'v2']);
  next.metadata.resourceVersion = '1';
  expect(strategy.validateUpdate(next, crd, CONTEXT)).toMatchObject([{ field: 'status.storedVersions[0]' }]);
});
