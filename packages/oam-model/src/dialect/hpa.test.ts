import { expect, test } from 'vitest';
import { hpaFromV2beta1 } from './hpa.ts';

const reference = { apiVersion: 'v1', kind: 'Service', name: 's' };

test.each<[string, object, object]>([
  [
    'resource, utilization',
    { type: 'Resource', resource: { name: 'cpu', targetAverageUtilization: 50 } },
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
  ],
  [
    'resource, value',
    { type: 'Resource', resource: { name: 'memory', targetAverageValue: '1Gi' } },
    { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } } },
  ],
  [
    'a container',
    { type: 'ContainerResource', containerResource: { name: 'cpu', container: 'c', targetAverageUtilization: 50 } },
    {
      type: 'ContainerResource',
      containerResource: { name: 'cpu', container: 'c', target: { type: 'Utilization', averageUtilization: 50 } },
    },
  ],
  [
    'pods',
    { type: 'Pods', pods: { metricName: 'm', selector: { matchLabels: { a: 'b' } }, targetAverageValue: '1' } },
    {
      type: 'Pods',
      pods: {
        metric: { name: 'm', selector: { matchLabels: { a: 'b' } } },
        target: { type: 'AverageValue', averageValue: '1' },
      },
    },
  ],
  [
    'an object, value',
    { type: 'Object', object: { target: reference, metricName: 'm', targetValue: '2' } },
    {
      type: 'Object',
      object: { describedObject: reference, metric: { name: 'm' }, target: { type: 'Value', value: '2' } },
    },
  ],
  [
    'an object, average',
    { type: 'Object', object: { target: reference, metricName: 'm', targetValue: '2', averageValue: '3' } },
    {
      type: 'Object',
      object: {
        describedObject: reference,
        metric: { name: 'm' },
        target: { type: 'AverageValue', averageValue: '3' },
      },
    },
  ],
  [
    'external',
    { type: 'External', external: { metricName: 'm', metricSelector: { matchLabels: { a: 'b' } }, targetValue: '2' } },
    {
      type: 'External',
      external: { metric: { name: 'm', selector: { matchLabels: { a: 'b' } } }, target: { type: 'Value', value: '2' } },
    },
  ],
  [
    'the form of today stays',
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
  ],
])('%s', (_what, old, expected) => {
  const object = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'x' } };
  const converted = hpaFromV2beta1({ ...object, spec: { maxReplicas: 3, metrics: [old] } });
  expect(converted).toEqual({ ...object, spec: { maxReplicas: 3, metrics: [expected] } });
});
