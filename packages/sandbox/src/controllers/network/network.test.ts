import { describe, expect, test } from 'vitest';
import type { EndpointSlice, Pod, Service } from '../model/core-types.ts';
import { aPod, aService, TIME } from '../testing/builders.ts';
import { planEndpoints } from './endpoints-plan.ts';
import { planSlices } from './slice-plan.ts';

function slices(service: Service, pods: readonly Pod[], known: readonly EndpointSlice[] = []) {
  return planSlices({ service, pods, slices: known, node: () => undefined, time: TIME });
}

function endpoints(service: Service, pods: readonly Pod[]) {
  return planEndpoints(service, { pods, known: undefined, time: TIME });
}

const going = (name: string) => aPod(name, { metadata: { deletionTimestamp: TIME } });

test('a slice tells of each Pod whether it is ready, serving, going', () => {
  const pods = [aPod('a'), aPod('b', { ready: false }), going('c'), aPod('d', { phase: 'Succeeded' })];
  const [slice] = slices(aService(), pods).create;
  expect(slice).toMatchObject({
    metadata: {
      generateName: 'web-',
      labels: {
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [{ kind: 'Service', name: 'web' }],
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  });
  expect(slice?.endpoints?.map(({ targetRef, conditions }) => [targetRef, conditions])).toMatchObject([
    [{ name: 'a' }, { ready: true, serving: true, terminating: false }],
    [{ name: 'b' }, { ready: false, serving: false, terminating: false }],
    [{ name: 'c' }, { ready: false, serving: true, terminating: true }],
  ]);
});

describe('Endpoints', () => {
  test('list ready and other addresses, and leave out Pods that go', () => {
    const { subsets } = endpoints(aService(), [aPod('a'), aPod('b', { ready: false }), going('c')]);
    expect(subsets).toMatchObject([
      {
        addresses: [{ targetRef: { name: 'a' } }],
        notReadyAddresses: [{ targetRef: { name: 'b' } }],
        ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      },
    ]);
  });

  test('that are right are left alone', () => {
    const known = endpoints(aService(), [aPod('a')]);
    expect(planEndpoints(aService(), { pods: [aPod('a')], known, time: 'later' })).toBe(known);
  });
});

test('a Service without Pods has one empty slice', () => {
  expect(slices(aService(), []).create).toMatchObject([{ endpoints: null, ports: null }]);
});

test('Pods that serve a named port on different numbers are in different slices', () => {
  const port = (containerPort: number) => ({
    containers: [{ name: 'c', image: 'web:1', ports: [{ name: 'web', containerPort }] }],
  });
  const service = aService({ ports: [{ port: 80, targetPort: 'web' }] });
  const pods = [aPod('a', { spec: port(8080) }), aPod('b', { spec: port(9090) })];
  expect(slices(service, pods).create.map(({ ports }) => ports?.[0]?.['port'])).toEqual([8080, 9090]);
});

test('more than a hundred Pods need several slices', () => {
  const pods = Array.from({ length: 250 }, (_, index) => aPod(`p${index}`));
  expect(slices(aService(), pods).create.map((slice) => slice.endpoints?.length)).toEqual([100, 100, 50]);
});

test('a known slice is changed where it must be, and one that is too many goes', () => {
  const [known] = slices(aService(), [aPod('a')]).create as [EndpointSlice];
  expect(slices(aService(), [aPod('a')], [known])).toEqual({ create: [], update: [], remove: [] });
  const extra = { ...known, metadata: { ...known.metadata, name: 'extra' } };
  const plan = slices(aService(), [aPod('a'), aPod('b')], [known, extra]);
  expect([plan.create.length, plan.update.length, plan.remove.length]).toEqual([0, 1, 1]);
});

test('a headless Service names the Pods of its domain, also before they are ready if it wants so', () => {
  const service = aService({ clusterIP: 'None', publishNotReadyAddresses: true }, { name: 'db' });
  const pod = aPod('db-0', { ready: false, spec: { hostname: 'db-0', subdomain: 'db' } });
  const [slice] = slices(service, [pod]).create;
  expect(slice?.metadata.labels).toMatchObject({ 'service.kubernetes.io/headless': '' });
  expect(slice?.endpoints).toMatchObject([{ hostname: 'db-0', conditions: { ready: true, serving: false } }]);
});
