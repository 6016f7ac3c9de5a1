import { expect, test } from 'vitest';
import { builtinResources } from '../builtin/resources.ts';
import { ExpressionFailed } from '../cel/admission.ts';
import type { AdmissionAttributes } from '../resources/admission.ts';
import { admissionConditions } from './conditions.ts';

const configMaps = builtinResources().find(({ group, resource }) => group === '' && resource === 'configmaps');

function attributes(): AdmissionAttributes {
  if (!configMaps) throw new Error('there are no ConfigMaps');
  return {
    operation: 'UPDATE',
    resource: configMaps,
    subresource: undefined,
    namespace: 'shop',
    name: 'settings',
    user: { username: 'ann', groups: ['devs'] },
    dryRun: false,
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { size: '2' } },
    oldObject: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data: { size: '1' } },
    options: {},
    warn: () => {},
  };
}

test.each([
  ["request.resource.resource == 'configmaps' && request.kind.kind == 'ConfigMap'", true],
  ["request.namespace == 'shop' && request.name == 'settings' && !request.dryRun", true],
  ["object.data.size != oldObject.data.size && 'devs' in request.userInfo.groups", true],
  ["request.operation == 'CREATE'", false],
])('%s is %s', (expression, expected) => {
  expect(admissionConditions([{ name: 'one', expression }], attributes())).toBe(expected);
});

test('a condition that cannot be evaluated leaves the decision to the failure policy', () => {
  const condition = { name: 'one', expression: 'object.spec.size > 1' };
  expect(() => admissionConditions([condition], attributes())).toThrow(ExpressionFailed);
});
