import type { KubernetesObject } from '@capstan/base';
import type { WorkloadHealthCondition } from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { checkWorkload } from './check.ts';
import { judgeScope, withPeers } from './judge.ts';
import type { Found, FoundMember, FoundWorkload } from './model.ts';

function found(apiVersion: string, kind: string, rest: object = {}, children: readonly Found[] = []): FoundMember {
  const reference = { apiVersion, kind, name: 'x' };
  const labels = { 'app.oam.dev/component': 'comp' };
  const object = { apiVersion, kind, metadata: { name: 'x', uid: 'u', labels }, ...rest } as KubernetesObject;
  return { reference, object, children, peers: [] };
}

const apps = (kind: string, spec: object, status: object) => found('apps/v1', kind, { spec, status });
const CW = ['core.oam.dev/v1alpha2', 'ContainerizedWorkload'] as const;
const listening = { spec: { containers: [{ name: 'c', image: 'i', ports: [{ name: 'p', containerPort: 1 }] }] } };
const deployment = (ready: number) => apps('Deployment', { replicas: 1 }, { readyReplicas: ready });
const service = found('v1', 'Service');
const missing = (kind: string): Found => ({ reference: { apiVersion: 'v1', kind, name: 'x' }, missing: 'it is gone' });

describe('one workload', () => {
  test.each<[string, FoundWorkload, string, string]>([
    ['Deployment', apps('Deployment', { replicas: 2 }, { readyReplicas: 2 }), 'HEALTHY', 'Ready:2/2 '],
    ['Deployment short of pods', apps('Deployment', { replicas: 2 }, { readyReplicas: 1 }), 'UNHEALTHY', 'Ready:1/2 '],
    ['Deployment without replicas', apps('Deployment', {}, {}), 'HEALTHY', 'Ready:0/0 '],
    ['StatefulSet', apps('StatefulSet', { replicas: 1 }, { readyReplicas: 1 }), 'HEALTHY', 'Ready:1/1 '],
    ['StatefulSet short of pods', apps('StatefulSet', { replicas: 1 }, {}), 'UNHEALTHY', 'Ready:0/1 '],
    ['DaemonSet', apps('DaemonSet', {}, { numberReady: 1, desiredNumberScheduled: 1 }), 'HEALTHY', 'Ready:1/1 '],
    [
      'DaemonSet short of pods',
      apps('DaemonSet', {}, { numberReady: 0, desiredNumberScheduled: 1, numberUnavailable: 1 }),
      'UNHEALTHY',
      'Ready:0/1 ',
    ],
    ['ContainerizedWorkload', found(...CW, listening, [deployment(1), service]), 'HEALTHY', 'Ready:1/1 '],
    ['one without ports', found(...CW, { spec: { containers: [] } }, [deployment(1)]), 'HEALTHY', 'Ready:1/1 '],
    ['one whose pods are missing', found(...CW, listening, [deployment(0), service]), 'UNHEALTHY', 'Ready:0/1 '],
    [
      'one whose Service is missing',
      found(...CW, listening, [deployment(1), missing('Service')]),
      'UNHEALTHY',
      'Ready:1/1 error occurs in health check : it is gone',
    ],
    [
      'one without children on record',
      found(...CW, listening),
      'UNHEALTHY',
      'cannot get child resource references of workload x',
    ],
    [
      'PodSpecWorkload without a Service',
      found('standard.oam.dev/v1alpha1', 'PodSpecWorkload', {}, [deployment(1)]),
      'UNHEALTHY',
      'cannot get child resource references of workload x',
    ],
    ['Job', found('batch/v1', 'Job', { status: { startTime: 'now' } }), 'HEALTHY', 'JobRunning'],
    [
      'any kind with a condition Ready',
      found('example.com/v1', 'Foo', { status: { conditions: [{ type: 'Ready', status: 'False', reason: 'No' }] } }),
      'UNHEALTHY',
      'No',
    ],
  ])('%s', (_, workload, healthStatus, diagnosis) => {
    const { name, apiVersion, kind } = workload.reference;
    expect(checkWorkload(workload)).toEqual({
      componentName: 'comp',
      targetWorkload: { apiVersion, kind, name, uid: 'u' },
      healthStatus,
      diagnosis,
    });
  });

  test('of a kind about which nothing is known: its status, in a fixed order of keys', () => {
    const foo = found('example.com/v1', 'Foo', { status: { b: [{ d: 1, c: 2 }], a: null } });
    expect(checkWorkload(foo)).toMatchObject({
      healthStatus: 'UNKNOWN',
      diagnosis: 'APIVersion example.com/v1 Kind Foo workload is unknown for HealthScope ',
      workloadStatus: '{"a":null,"b":[{"c":2,"d":1}]}',
    });
    expect(checkWorkload(found('example.com/v1', 'Foo')).workloadStatus).toBe('null');
  });

  test('that does not exist is unhealthy, whatever its kind', () => {
    const reference = { apiVersion: 'example.com/v1', kind: 'Foo', name: 'x' };
    const text = 'foos.example.com "x" not found';
    expect(checkWorkload({ reference, missing: text, children: [] })).toEqual({
      targetWorkload: reference,
      healthStatus: 'UNHEALTHY',
      diagnosis: `error occurs in health check : ${text} error occurs when get versioning peer workloads refs:${text}`,
    });
  });
});

describe('peers', () => {
  const named = (name: string, healthStatus: WorkloadHealthCondition['healthStatus'], text: string) => ({
    targetWorkload: { apiVersion: 'v1', kind: 'K', name },
    healthStatus,
    ...(healthStatus === 'UNKNOWN' ? { workloadStatus: text } : { diagnosis: text }),
  });

  test('are told of from the newest revision on, without what was scaled away', () => {
    const own = named('comp-v2', 'HEALTHY', 'Ready:1/1 ');
    const peers = [
      named('comp-v1', 'HEALTHY', 'Ready:0/0 '),
      named('comp-v10', 'HEALTHY', 'Ready:0/0 '),
      named('comp-v3', 'HEALTHY', 'Ready:0/0 '),
    ];
    expect(withPeers(own, peers)).toEqual({
      ...own,
      diagnosis: 'comp-v10:Ready:0/0  comp-v3:Ready:0/0  comp-v2:Ready:1/1 ',
    });
  });

  test('make a member unhealthy when one of them is', () => {
    const own = named('comp-v2', 'HEALTHY', 'Ready:1/1 ');
    expect(withPeers(own, [named('comp-v1', 'UNHEALTHY', 'Ready:0/1 ')])).toMatchObject({
      healthStatus: 'UNHEALTHY',
      diagnosis: 'comp-v2:Ready:1/1  comp-v1:Ready:0/1 ',
    });
  });

  test('of unknown health show their statuses', () => {
    const own = named('comp-v1', 'UNKNOWN', '{"a":1}');
    expect(withPeers(own, [named('comp-v2', 'UNKNOWN', '{}')])).toMatchObject({
      healthStatus: 'UNKNOWN',
      workloadStatus: 'comp-v2:{} comp-v1:{"a":1}',
    });
  });

  test('count together with their member', () => {
    const member = { ...deployment(1), peers: [deployment(0)] };
    expect(judgeScope([member]).scopeHealthCondition).toEqual({
      healthStatus: 'UNHEALTHY',
      total: 1,
      unhealthyWorkloads: 1,
    });
  });
});

describe('a scope', () => {
  const unknown = found('example.com/v1', 'Foo');

  test.each([
    ['without workloads', [], { healthStatus: 'HEALTHY' }],
    ['of healthy workloads', [deployment(1)], { healthStatus: 'HEALTHY', total: 1, healthyWorkloads: 1 }],
    [
      'with an unhealthy one',
      [deployment(1), deployment(0)],
      { healthStatus: 'UNHEALTHY', total: 2, healthyWorkloads: 1, unhealthyWorkloads: 1 },
    ],
    ['with an unknown one', [unknown], { healthStatus: 'UNHEALTHY', total: 1, unknownWorkloads: 1 }],
  ])('%s', (_, members, condition) => {
    const { scopeHealthCondition, healthConditions } = judgeScope(members);
    expect(scopeHealthCondition).toEqual(condition);
    expect(healthConditions).toHaveLength(members.length);
  });
});
