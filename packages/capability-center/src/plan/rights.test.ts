import type { PolicyRule } from '@capstan/capability-model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { permissionDelta } from './permission-delta.ts';
import type { PermissionGrant } from './permissions.ts';
import { grants, rightsBeyond, rightsOf } from './rights.ts';

const rule = (groups: string[], resources: string[], verbs: string[], more: Partial<PolicyRule> = {}): PolicyRule => ({
  apiGroups: groups,
  resources,
  verbs,
  ...more,
});
const pods = rule([''], ['pods'], ['get', 'list']);

describe('rights beyond', () => {
  test.each<[string, PolicyRule, PolicyRule[], PolicyRule[]]>([
    ['what is known', pods, [pods], []],
    ['nothing', pods, [], [pods]],
    ['a verb', rule([''], ['pods'], ['get', 'delete']), [pods], [rule([''], ['pods'], ['delete'])]],
    ['every verb', pods, [rule([''], ['pods'], ['*'])], []],
    ['every resource', pods, [rule(['*'], ['*'], ['get', 'list'])], []],
    ['less than everything', rule(['*'], ['*'], ['*']), [rule([''], ['*'], ['*'])], [rule(['*'], ['*'], ['*'])]],
    ['a subresource of all', rule(['apps'], ['deployments/scale'], ['get']), [rule(['*'], ['*/scale'], ['get'])], []],
    ['another group', rule(['apps'], ['pods'], ['get']), [pods], [rule(['apps'], ['pods'], ['get'])]],
    ['some names', pods, [{ ...pods, resourceNames: ['a'] }], [pods]],
    ['one of the names', { ...pods, resourceNames: ['a'] }, [{ ...pods, resourceNames: ['a', 'b'] }], []],
    ['a split rule', pods, [rule([''], ['pods'], ['get']), rule([''], ['pods'], ['list'])], []],
    [
      'a mixed rule',
      rule([''], ['pods', 'secrets'], ['get', 'list']),
      [pods, rule([''], ['secrets'], ['get'])],
      [rule([''], ['secrets'], ['list'])],
    ],
    [
      'a path',
      { nonResourceURLs: ['/metrics', '/x/1'], verbs: ['get'] },
      [{ nonResourceURLs: ['/x/*'], verbs: ['get'] }],
      [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }],
    ],
  ])('%s', (_, wanted, known, beyond) => {
    expect(rightsBeyond(wanted, known)).toEqual(beyond);
  });

  const some = (...names: string[]) => fc.subarray(names, { minLength: 1 });
  const rules = fc.record({
    apiGroups: some('', 'apps', '*'),
    resources: some('pods', 'secrets', 'pods/scale', '*/scale', '*'),
    verbs: some('get', 'list', '*'),
  });

  test('what is known and what lies beyond grant all that is wanted, and the two do not overlap', () => {
    fc.assert(
      fc.property(rules, fc.array(rules, { maxLength: 3 }), (wanted, known) => {
        const beyond = rightsBeyond(wanted, known);
        for (const right of rightsOf(wanted))
          expect([...known, ...beyond].some((one) => grants(one, right))).toBe(true);
        for (const right of beyond.flatMap(rightsOf)) expect(known.some((one) => grants(one, right))).toBe(false);
      }),
    );
  });
});

describe('the delta', () => {
  const grant = (scope: string, rules: PolicyRule[], role = 'runner'): PermissionGrant => ({
    scope,
    subjects: ['shop/runner'],
    role,
    rules,
    lines: [],
    notable: [],
  });

  test('names new rights, those that go, and far-reaching ones', () => {
    const secrets = rule([''], ['secrets'], ['list']);
    const delta = permissionDelta(
      [grant('cluster', [pods, secrets])],
      [grant('cluster', [rule([''], ['pods'], ['get', 'list', 'watch'])])],
      [pods],
    );
    expect(delta.added).toMatchObject([{ line: 'list on secrets in all namespaces', notable: true, role: 'runner' }]);
    expect(delta.removed).toMatchObject([{ line: 'watch on pods in all namespaces', notable: false }]);
    expect(delta.undeclared).toMatchObject([{ line: 'list on secrets in all namespaces' }]);
  });

  test('counts a right in one namespace as new in all, and not the other way round', () => {
    expect(permissionDelta([grant('cluster', [pods])], [grant('shop', [pods])], [pods]).added).toHaveLength(1);
    expect(permissionDelta([grant('shop', [pods])], [grant('cluster', [pods])], [pods]).added).toEqual([]);
  });

  test('is empty when a role only gets another name', () => {
    const delta = permissionDelta([grant('cluster', [pods], 'new')], [grant('cluster', [pods], 'old')], [pods]);
    expect(delta).toEqual({ added: [], removed: [], undeclared: [] });
  });
});
