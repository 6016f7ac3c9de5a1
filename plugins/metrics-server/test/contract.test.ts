import { expect, test } from 'vitest';
import { packageCharts } from '../../../tools/package-charts.ts';

// Each test has the id that contracts/resource-metrics.yaml gives to a feature: capability.yaml claims them by it.

const versions = await packageCharts('metrics-server');

function readersOf(objects: (typeof versions)[number]['objects']) {
  return objects
    .filter(({ kind }) => kind === 'ClusterRole')
    .flatMap(({ rules }) => rules as { resources: string[] }[]);
}

test('resource-metrics/pod-usage', () => {
  for (const { metadata, objects } of versions) {
    const api = objects.find(({ kind }) => kind === 'APIService');
    expect(metadata.provides.apiServices).toEqual([api?.metadata.name]);
    expect(api).toMatchObject({ spec: { group: 'metrics.k8s.io', service: { name: 'metrics-server', port: 443 } } });
    expect(readersOf(objects)).toContainEqual(expect.objectContaining({ resources: expect.arrayContaining(['pods']) }));
  }
});

test('resource-metrics/node-usage', () => {
  for (const { objects } of versions) {
    expect(readersOf(objects)).toContainEqual(
      expect.objectContaining({ resources: ['nodes/metrics'], verbs: ['get'] }),
    );
  }
});
