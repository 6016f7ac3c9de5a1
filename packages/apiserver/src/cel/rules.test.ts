import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { SchemaNode } from '../model/schema.ts';
import { ruleSet } from './compile.ts';
import { escapeProperty } from './types.ts';
import { validateRules } from './validator.ts';

const rule = (text: string, type: SchemaNode['type'] = 'object'): SchemaNode => ({
  type,
  'x-kubernetes-validations': [{ rule: text }],
});
const list = (text: string): SchemaNode => ({ ...rule(text, 'array'), items: { type: 'integer' } });
const holds = (text: string): boolean => validateRules(rule(text), {}).length === 0;

// What cases of the real server (crd/recorded.test.ts) do not cover; the values are those of the upstream documentation.
describe('functions', () => {
  test.each([
    "quantity('1.5Gi').isGreaterThan(quantity('1500Mi'))",
    "quantity('500000G').isInteger() && quantity('50k').asInteger() == 50000 && !quantity('1.5').isInteger()",
    "quantity('50k').sub(20).sign() == 1 && quantity('-1').sign() == -1 && quantity('0').sign() == 0",
    "quantity('1Ki') == quantity('1024') && quantity('100m').asApproximateFloat() == 0.1",
    "!isQuantity('10Mo') && isQuantity('+0.1e3')",
    "string(ip('2001:db8::0:1')) == '2001:db8::1' && !ip.isCanonical('2001:DB8::1') && ip.isCanonical('127.0.0.1')",
    "ip('::1').isLoopback() && ip('ff02::1').isLinkLocalMulticast() && ip('fe80::1').isLinkLocalUnicast()",
    "ip('8.8.8.8').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast() && ip('0.0.0.0').isUnspecified()",
    "!isIP('::ffff:1.2.3.4') && !isIP('1.2.3.04') && isIP('1::')",
    "string(cidr('192.168.1.7/24').masked()) == '192.168.1.0/24' && cidr('::/0').containsIP(ip('::1'))",
    "cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.0.0.0/16').containsCIDR(cidr('10.0.0.0/8'))",
    "semver('1.0.0-alpha.1').isLessThan(semver('1.0.0')) && semver('1.0.0-2').isLessThan(semver('1.0.0-10'))",
    "semver('v01.01', true) == semver('1.1.0') && !isSemver('v1.0.0') && semver('1.2.3').patch() == 3",
    "'abc'.reverse() == 'cba' && 'banana'.replace('a', 'o', 2) == 'bonona' && 'tacocat'.charAt(3) == 'o'",
    "'%s %d %.2f %x'.format(['a', 12, 3.14159, 255]) == 'a 12 3.14 ff' && strings.quote('a\"b') == '\"a\\\\\"b\"'",
    "'abc 123'.find('[0-9]+') == '123' && '1 2 3'.findAll('[0-9]', 2) == ['1', '2'] && 'x'.find('y') == ''",
    "'aa'.matches('(?i)^A+$') && matches('b', '^\\\\pL$')",
    '[1, 3, 2].sort() == [1, 2, 3] && [1, 1, 2].distinct() == [1, 2] && [[1], [2]].flatten() == [1, 2]',
    '[1, 2, 3].slice(1, 3) == [2, 3] && [1, 2, 1].lastIndexOf(1) == 2 && [0.5, 1.5].sum() == 2.0',
    'sets.equivalent([1, 2, 2], [2, 1]) && sets.intersects([1], [1, 2]) && !sets.contains([1], [2])',
    "format.named('dns1123Label').value().validate('A').hasValue() && !format.named('odd').hasValue()",
    "format.uuid().validate('x').value() == ['does not match the UUID format']",
    "duration('1h').getMinutes() == 60 && timestamp('2024-02-29T12:00:00Z').getDayOfMonth() == 28",
    "url('https://[::1]:80/a%20b?x=1').getHostname() == '::1' && !isURL('a/b') && isURL('/a/b')",
  ])('%s', (text) => {
    expect(validateRules(rule(text), {})).toEqual([]);
  });
});

test('rules that use what is missing are told of and not evaluated', () => {
  const schema = list('self.all(i, v, i < v)');
  expect(ruleSet(schema, schema, false).results).toMatchObject([
    { is: 'lacking', lacks: ['macros with two variables'] },
  ]);
  expect(validateRules(schema, [0], undefined, { root: false, ratchet: true })).toEqual([]);
});

test('evaluation is limited in time', () => {
  const nested = 'self.all(a, self.all(b, self.all(c, self.all(d, [a].indexOf(b) != c + d))))';
  const causes = validateRules(list(nested), Array(400).fill(-9), undefined, { root: false, ratchet: true });
  expect(causes[0]?.message).toContain('running out of cost budget');
});

test('errors of one side do not matter where the other decides', () => {
  expect(holds('1 / 0 == 1 || true')).toBe(true);
  expect(holds('[1, 2].exists(x, x == 2 || 1 / 0 == x)')).toBe(true);
  expect(validateRules(rule('1 / 0 == 1 && true'), {})[0]?.message).toBe(
    'Invalid value: "object": division by zero evaluating rule: 1 / 0 == 1 && true',
  );
});

test.each([
  ['namespace', '__namespace__'],
  ['a-b.c/d', 'a__dash__b__dot__c__slash__d'],
  ['a__b', 'a__underscores__b'],
  ['$x', undefined],
])('the property %s is %s in expressions', (name, escaped) => {
  expect(escapeProperty(name)).toBe(escaped);
});

describe('the rules of the KEDA plug-in', () => {
  const file = new URL('../../../../plugins/keda/crds/autoscales.traits.capstan.dev.yaml', import.meta.url);
  const crd = parse(readFileSync(file, 'utf8')) as {
    spec: { versions: [{ schema: { openAPIV3Schema: SchemaNode } }] };
  };
  const schema = crd.spec.versions[0].schema.openAPIV3Schema;
  const autoscale = (spec: object) => ({ apiVersion: 'x/v1', kind: 'Autoscale', metadata: { name: 'a' }, spec });

  test('hold and fail', () => {
    const triggers = [{ type: 'cpu', metadata: { value: '50' } }];
    expect(validateRules(schema, autoscale({ min: 1, max: 3, triggers }))).toEqual([]);
    const causes = validateRules(schema, autoscale({ min: 4, max: 3, triggers: [{ type: 'cpu', metadata: {} }] }));
    expect(causes.map((one) => one.field)).toEqual(['spec.min', 'spec.triggers[0].metadata']);
  });
});
