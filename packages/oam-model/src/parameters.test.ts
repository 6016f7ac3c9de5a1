import { describe, expect, test } from 'vitest';
import { OAM_CODES } from './codes.ts';
import type { Component, ComponentParameter, ParameterValue } from './kinds/index.ts';
import { parameterProblems, resolveParameters } from './parameters.ts';

function aComponent(parameters: ComponentParameter[]): Component {
  const workload = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 1 } };
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'Component',
    metadata: { name: 'c' },
    spec: { workload, parameters },
  };
}

const replicas: ComponentParameter = { name: 'replicas', fieldPaths: ['spec.replicas', 'metadata.labels[app/size]'] };
const image: ComponentParameter = { name: 'image', fieldPaths: ['spec.containers[0].image'], required: true };

test('every field path receives the value, integers as numbers', () => {
  const workload = resolveParameters(aComponent([replicas, image]), [
    { name: 'replicas', value: 3 },
    { name: 'image', value: 'redis:7' },
  ]);
  expect(workload).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { 'app/size': 3 } },
    spec: { replicas: 3, containers: [{ image: 'redis:7' }] },
  });
});

test('of two values for one parameter the last wins', () => {
  const values = [3, 4].map((value) => ({ name: 'replicas', value }));
  expect(resolveParameters(aComponent([replicas]), values)).toMatchObject({ spec: { replicas: 4 } });
});

test('an optional parameter without a value leaves the template as it is', () => {
  const component = aComponent([replicas]);
  expect(resolveParameters(component, undefined)).toEqual(component.spec.workload);
});

test('of overlapping paths the parameter that is declared last wins', () => {
  const component = aComponent([replicas, { name: 'size', fieldPaths: ['spec.replicas'] }]);
  const values = ['size', 'replicas'].map((name, value) => ({ name, value }));
  expect(resolveParameters(component, values)).toMatchObject({ spec: { replicas: 0 } });
});

test('an empty field path, as Go clients write it, sets nothing', () => {
  const component = aComponent([{ name: 'p', fieldPaths: [''] }]);
  expect(resolveParameters(component, [{ name: 'p', value: 'x' }])).toEqual(component.spec.workload);
});

describe('in the words of the reference', () => {
  const unknown: ParameterValue[] = [
    { name: 'image', value: 'x' },
    { name: 'colour', value: 'red' },
  ];
  test.each([
    [unknown, OAM_CODES.parameterUnknown, 'unsupported parameter "colour"'],
    [[], OAM_CODES.parameterRequired, 'required parameter "image" not specified'],
    [[{ name: 'image', value: 1.5 }], OAM_CODES.parameterInvalid, 'parameter "image" must be a string or an integer'],
  ])('%j is %s', (values, code, message) => {
    expect(() => resolveParameters(aComponent([image]), values)).toThrow(
      expect.objectContaining({
        code,
        terminal: true,
        message: `cannot resolve parameter values for component "c": ${message}`,
      }),
    );
  });

  test('all problems are listed with the index of the value', () => {
    const problems = parameterProblems(aComponent([image]), [{ name: 'colour', value: 'red' }]);
    expect(problems.map(({ code, index }) => [code, index])).toEqual([
      [OAM_CODES.parameterUnknown, 0],
      [OAM_CODES.parameterRequired, undefined],
    ]);
  });

  test.each([
    ['kind.name', 'kind is not an object'],
    ['spec..x', 'cannot parse path "spec..x": a name is missing at position 5'],
    ['metadata', 'metadata must stay an object'],
  ])('a field path %s that cannot be set names the parameter and the place', (path, why) => {
    const component = aComponent([{ name: 'p', fieldPaths: [path] }]);
    expect(() => resolveParameters(component, [{ name: 'p', value: 'x' }])).toThrow(
      `cannot render workload for component "c": cannot set parameter "p": ${why}`,
    );
  });
});
