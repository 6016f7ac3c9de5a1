import { expect, test } from 'vitest';
import { checkAutoscale } from './check.ts';
import { aDeployment, anAutoscale, anInput } from './testing/builders.ts';
import { SOUND_SPECS, WRONG_SPECS } from './testing/wrong-specs.ts';
import { validateAutoscale } from './validate.ts';

test.each(WRONG_SPECS)('%s is one problem, at its field', (_what, spec, path) => {
  expect(validateAutoscale(anAutoscale(spec))).toEqual([expect.objectContaining({ path })]);
});

test.each(SOUND_SPECS)('%s is fine', (_what, spec) => {
  expect(validateAutoscale(anAutoscale(spec))).toEqual([]);
});

const CPU = { triggers: [{ type: 'cpu', metadata: { value: '70' } }] };

test.each([
  ['a request', { requests: { cpu: '100m' } }],
  ['a limit, which is the request where there is none', { limits: { cpu: '1' } }],
])('a cpu trigger is content with %s', (_what, resources) => {
  expect(checkAutoscale(anInput(CPU, aDeployment(resources)))).toEqual([]);
});

test.each([
  ['no resources', [{}], 'c0'],
  ['a request of memory only', [{ requests: { memory: '1Gi' } }], 'c0'],
  ['a sidecar without a request', [{ requests: { cpu: '1' } }, {}], 'c1'],
])('a cpu trigger is refused on containers with %s, by name', (_what, resources, container) => {
  expect(checkAutoscale(anInput(CPU, aDeployment(...resources)))).toEqual([
    {
      path: 'spec.triggers[0].type',
      message: `cpu needs a cpu request on every container; ${container} has none`,
      hint: 'Set resources.cpu on the workload.',
    },
  ]);
});

test('other triggers need no requests', () => {
  expect(checkAutoscale(anInput({}, aDeployment({})))).toEqual([]);
});

test.each([
  [54, 0],
  [55, 1],
])('a component name of %i characters has %i problems', (length, count) => {
  expect(checkAutoscale(anInput({}, aDeployment({}), 'a'.repeat(length)))).toHaveLength(count);
});

const resource = (value: string, metricType?: string) => ({
  triggers: [{ type: 'cpu', metadata: { value }, ...(metricType ? { metricType } : {}) }],
});

test.each([
  ['words', resource('abc')],
  ['nothing', resource('0')],
  ['an amount as percent', resource('500m')],
  ['a part of a percent', resource('70.5', 'Utilization')],
  ['more than a number holds', resource('99999999999')],
  ['an amount that is none', resource('half', 'AverageValue')],
  ['an amount of nothing', resource('0Mi', 'AverageValue')],
  ['less than nothing', resource('-1', 'AverageValue')],
  ['no text at all', resource('')],
])('a value of %s is refused by name, which KEDA would stumble over', (_what, spec) => {
  expect(validateAutoscale(anAutoscale(spec))).toMatchObject([{ path: 'spec.triggers[0].metadata.value' }]);
});

test.each(['500m', '1', '0.5', '.5', '256Mi', '1k', '250000u', '2e3', '1E'])('an amount of %s is sound', (value) => {
  expect(validateAutoscale(anAutoscale(resource(value, 'AverageValue')))).toEqual([]);
});
