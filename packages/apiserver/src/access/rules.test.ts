import { describe, expect, test } from 'vitest';
import { describeRules, type PolicyRule, ruleAllows, uncovered } from './rules.ts';

const get = (resource: string, more: { subresource?: string; name?: string; group?: string } = {}) => ({
  verb: 'get',
  group: '',
  resource,
  subresource: '',
  name: '',
  ...more,
});

describe('a rule', () => {
  const pods: PolicyRule = { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] };

  test.each<[string, PolicyRule, Parameters<typeof ruleAllows>[1], boolean]>([
    ['its verbs', pods, get('pods'), true],
    ['no other verb', pods, { ...get('pods'), verb: 'delete' }, false],
    ['no other group', pods, get('pods', { group: 'apps' }), false],
    ['no subresource', pods, get('pods', { subresource: 'log' }), false],
    ['a named subresource', { ...pods, resources: ['pods/log'] }, get('pods', { subresource: 'log' }), true],
    ['a subresource of all', { ...pods, resources: ['*/scale'] }, get('deployments', { subresource: 'scale' }), true],
    ['not the resource of that', { ...pods, resources: ['*/scale'] }, get('deployments'), false],
    ['everything', { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, get('x', { subresource: 'y' }), true],
    ['named objects', { ...pods, resourceNames: ['a'] }, get('pods', { name: 'a' }), true],
    ['no other object', { ...pods, resourceNames: ['a'] }, get('pods', { name: 'b' }), false],
    ['no list of named objects', { ...pods, resourceNames: ['a'] }, get('pods'), false],
    ['a path', { verbs: ['get'], nonResourceURLs: ['/healthz'] }, { verb: 'get', path: '/healthz' }, true],
    ['paths below', { verbs: ['get'], nonResourceURLs: ['/apis/*'] }, { verb: 'get', path: '/apis/a/b' }, true],
    ['no other path', { verbs: ['get'], nonResourceURLs: ['/apis/*'] }, { verb: 'get', path: '/api' }, false],
    ['no path where it is of resources', pods, { verb: 'get', path: '/healthz' }, false],
  ])('allows %s', (_what, rule, action, allowed) => {
    expect(ruleAllows(rule, action)).toBe(allowed);
  });
});

describe('what is not covered', () => {
  const admin: PolicyRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  const wanted: PolicyRule = { verbs: ['get', 'delete'], apiGroups: ['', 'apps'], resources: ['pods', 'pods/log'] };

  test.each<[PolicyRule[], PolicyRule[], number]>([
    [[admin], [wanted], 0],
    [[], [wanted], 8],
    [[{ ...wanted, verbs: ['get'] }], [wanted], 4],
    [[{ ...wanted, resources: ['*/log'] }], [wanted], 4],
    [[{ ...wanted, resourceNames: ['a'] }], [wanted], 8],
    [[wanted], [{ ...wanted, resourceNames: ['a'] }], 0],
    [[{ ...wanted, resourceNames: ['a', 'b'] }], [{ ...wanted, resourceNames: ['b', 'c'] }], 8],
    [[admin], [{ verbs: ['get'], nonResourceURLs: ['/metrics'] }], 1],
    [[{ verbs: ['*'], nonResourceURLs: ['*'] }], [{ verbs: ['get'], nonResourceURLs: ['/metrics'] }], 0],
  ])('%j of %j: %d parts', (held, asked, parts) => {
    expect(uncovered(held, asked)).toHaveLength(parts);
  });

  test('is described in sorted lines, verbs together', () => {
    const path: PolicyRule = { verbs: ['get'], nonResourceURLs: ['/x'] };
    const named: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] };
    const missing = uncovered([], [wanted, path, named]);
    expect(describeRules(missing).split('\n')).toEqual([
      '{APIGroups:[""], Resources:["pods"], ResourceNames:["a"], Verbs:["get"]}',
      '{APIGroups:[""], Resources:["pods"], Verbs:["get" "delete"]}',
      '{APIGroups:[""], Resources:["pods/log"], Verbs:["get" "delete"]}',
      '{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "delete"]}',
      '{APIGroups:["apps"], Resources:["pods/log"], Verbs:["get" "delete"]}',
      '{NonResourceURLs:["/x"], Verbs:["get"]}',
    ]);
  });
});
