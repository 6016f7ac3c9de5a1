import { expect, test } from 'vitest';
import { scalingProblems } from './validate-scaling.ts';

/** What `Validate` of Serving 1.23 says of the same annotations was looked at for each row. */
test.each<[string, Record<string, string>, string[]]>([
  ['nothing', {}, []],
  ['bounds', { 'min-scale': '1', 'max-scale': '3' }, []],
  ['no maximum', { 'min-scale': '3', 'max-scale': '0' }, []],
  ['a maximum below the minimum', { 'min-scale': '3', 'max-scale': '2' }, ['max-scale']],
  ['the same in the other spelling', { minScale: '3', maxScale: '2' }, ['maxScale']],
  ['words', { 'min-scale': 'many' }, ['min-scale']],
  ['less than none', { 'max-scale': '-1' }, ['max-scale']],
  ['half a copy', { 'initial-scale': '0.5' }, ['initial-scale']],
  ['a target of a half', { target: '0.5' }, []],
  ['no target', { target: '0' }, ['target']],
  ['an empty target', { target: '' }, ['target']],
  ['more than all', { 'target-utilization-percentage': '101' }, ['target-utilization-percentage']],
  ['requests', { metric: 'rps' }, []],
  ['cpu by the class that is there without one', { metric: 'cpu' }, ['metric']],
  ['cpu by the class that counts it', { metric: 'cpu', class: 'hpa.autoscaling.knative.dev' }, []],
  ['a class that Knative has not', { metric: 'cpu', class: 'vpa.autoscaling.knative.dev' }, ['class']],
  ['a class of somebody else', { metric: 'queue', class: 'keda.example.org' }, []],
])('%s', (_what, settings, wrong) => {
  const named = (name: string) => `autoscaling.knative.dev/${name}`;
  const annotations = Object.fromEntries(Object.entries(settings).map(([name, value]) => [named(name), value]));
  expect(scalingProblems(annotations, 'at').map(({ path }) => path)).toEqual(wrong.map((name) => `at.${named(name)}`));
});
