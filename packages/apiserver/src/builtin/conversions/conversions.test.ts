import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../model/object.ts';
import { conversionOf } from './conversions.ts';

const TARGET = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

function autoscaler(apiVersion: string, spec: object, annotations?: Record<string, string>): KubeObject {
  const metadata = { name: 'web', ...(annotations && { annotations }) };
  return {
    apiVersion,
    kind: 'HorizontalPodAutoscaler',
    metadata,
    spec: { scaleTargetRef: TARGET, maxReplicas: 3, ...spec },
  };
}

function cpu(averageUtilization: number) {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}

const PODS = { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '5' } } };

async function converted(direction: 'toThis' | 'toStorage', kind: string, object: KubeObject): Promise<KubeObject> {
  const [group = '', version = '', name = ''] = kind.split('/');
  const [result] = (await conversionOf(group, version, name)?.[direction]([object])) ?? [];
  return result as KubeObject;
}

describe('autoscalers of version 1', () => {
  const kind = 'autoscaling/v1/HorizontalPodAutoscaler';

  test('a target of CPU use becomes a metric', async () => {
    const stored = await converted(
      'toStorage',
      kind,
      autoscaler('autoscaling/v1', { targetCPUUtilizationPercentage: 50 }),
    );
    expect(stored).toMatchObject({ apiVersion: 'autoscaling/v2', spec: { metrics: [cpu(50)], maxReplicas: 3 } });
    expect(stored['spec']).not.toHaveProperty('targetCPUUtilizationPercentage');
  });

  test('without a target the default metric is stored and shown', async () => {
    const stored = await converted('toStorage', kind, autoscaler('autoscaling/v1', {}));
    expect(stored).toMatchObject({ spec: { metrics: [cpu(80)] } });
    const shown = await converted('toThis', kind, stored);
    expect(shown).toMatchObject({ apiVersion: 'autoscaling/v1', spec: { targetCPUUtilizationPercentage: 80 } });
  });

  test('metrics and behaviour that version 1 lacks are kept in annotations', async () => {
    const behavior = { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 15 }] } };
    const stored = autoscaler('autoscaling/v2', { metrics: [PODS, cpu(60)], behavior }, { mine: 'x' });
    const shown = await converted('toThis', kind, stored);
    expect(shown.metadata.annotations).toEqual({
      mine: 'x',
      'autoscaling.alpha.kubernetes.io/metrics':
        '[{"type":"Pods","pods":{"metricName":"hits","targetAverageValue":"5"}}]',
      'autoscaling.alpha.kubernetes.io/behavior':
        '{"ScaleDown":{"Policies":[{"Type":"Pods","Value":1,"PeriodSeconds":15}]}}',
    });
    const again = await converted('toStorage', kind, shown);
    expect(again.metadata.annotations).toEqual({ mine: 'x' });
    expect(again['spec']).toEqual(stored['spec']);
  });

  test('annotations that cannot be read are ignored', async () => {
    const broken = autoscaler('autoscaling/v1', {}, { 'autoscaling.alpha.kubernetes.io/metrics': '{' });
    expect(await converted('toStorage', kind, broken)).toMatchObject({ spec: { metrics: [cpu(80)] } });
  });
});

describe('Events of events.k8s.io', () => {
  const kind = 'events.k8s.io/v1/Event';
  const event: KubeObject = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'n' },
    eventTime: '2026-01-01T00:00:00.000000Z',
    regarding: { kind: 'Pod', name: 'p' },
    note: 'hello',
    reportingController: 'example.com/c',
    reportingInstance: 'c-0',
    deprecatedSource: {},
    deprecatedFirstTimestamp: null,
    deprecatedLastTimestamp: null,
  };

  test('are stored in the names of the core group', async () => {
    const stored = await converted('toStorage', kind, event);
    expect(stored).toMatchObject({
      apiVersion: 'v1',
      involvedObject: { kind: 'Pod', name: 'p' },
      message: 'hello',
      reportingComponent: 'example.com/c',
      firstTimestamp: null,
    });
    expect(stored).not.toHaveProperty('regarding');
  });

  test('come back as they were', async () => {
    expect(await converted('toThis', kind, await converted('toStorage', kind, event))).toEqual(event);
  });
});
