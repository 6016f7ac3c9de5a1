import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../model/object.ts';
import { builtinResources } from '../resources.ts';
import { NamespaceLimits } from './admission.ts';
import type { AdmissionRequest } from './attributes.ts';

// The messages are those of a real server, asked with the same objects.

function object(kind: string, spec: object, name = 'p'): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace: 'n' }, spec };
}

function pod(resources: object, name = 'p'): KubeObject {
  return object('Pod', { containers: [{ name: 'c', image: 'x', resources }] }, name);
}

function claim(storage: string): KubeObject {
  return object('PersistentVolumeClaim', { storageClassName: 'x', resources: { requests: { storage } } });
}

function creation(made: KubeObject): AdmissionRequest {
  const resource = builtinResources().find((one) => one.kind === made.kind);
  if (!resource) throw new Error(`${made.kind} is not served`);
  const name = made.metadata.name ?? '';
  return {
    operation: 'CREATE',
    resource,
    subresource: undefined,
    namespace: 'n',
    name,
    object: made,
    oldObject: undefined,
  };
}

/** What admission says to a creation: nothing, or why not. */
function admitted(made: KubeObject, ...others: readonly KubeObject[]): string {
  const byResource = (resource: string) =>
    others.filter((one) => builtinResources().find((two) => two.kind === one.kind)?.resource === resource);
  const limits = new NamespaceLimits({ list: ({ resource }) => byResource(resource) });
  try {
    limits.mutate(creation(made));
    limits.validate(creation(made));
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('limit ranges', () => {
  const range = object('LimitRange', {
    limits: [
      {
        type: 'Container',
        max: { cpu: '1' },
        min: { cpu: '100m' },
        default: { cpu: '500m' },
        defaultRequest: { cpu: '500m' },
        maxLimitRequestRatio: { cpu: '4' },
      },
      { type: 'Pod', max: { memory: '1Gi' } },
      { type: 'PersistentVolumeClaim', max: { storage: '2Gi' }, min: { storage: '1Gi' } },
    ],
  });
  const memory = { limits: { memory: '1Mi' }, requests: { memory: '1Mi' } };

  test('containers get defaults, which are told in an annotation', () => {
    const made = pod(structuredClone(memory));
    expect(admitted(made, range)).toBe('');
    expect(made['spec']).toMatchObject({
      containers: [{ resources: { limits: { cpu: '500m', memory: '1Mi' }, requests: { cpu: '500m' } } }],
    });
    const note = 'LimitRanger plugin set: cpu request for container c; cpu limit for container c';
    expect(made.metadata.annotations).toEqual({ 'kubernetes.io/limit-ranger': note });
  });

  test.each([
    [pod({}), 'pods "p" is forbidden: maximum memory usage per Pod is 1Gi.  No limit is specified'],
    [
      pod({ limits: { memory: '2Gi' }, requests: { memory: '1Mi' } }),
      'pods "p" is forbidden: maximum memory usage per Pod is 1Gi, but limit is 2Gi',
    ],
    [
      pod({ limits: { memory: '1Mi', cpu: '2' }, requests: { cpu: '2' } }),
      'pods "p" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    ],
    [
      pod({ limits: { memory: '1Mi', cpu: '50m' }, requests: { cpu: '50m' } }),
      'pods "p" is forbidden: minimum cpu usage per Container is 100m, but request is 50m',
    ],
    [
      pod({ limits: { memory: '1Mi', cpu: '1' }, requests: { cpu: '100m' } }),
      'pods "p" is forbidden: cpu max limit to request ratio per Container is 4, but provided ratio is 10.000000',
    ],
    [
      claim('5Gi'),
      'persistentvolumeclaims "p" is forbidden: maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 5Gi',
    ],
    [
      claim('5Mi'),
      'persistentvolumeclaims "p" is forbidden: minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 5Mi',
    ],
    [claim('1536Mi'), ''],
  ])('%j', (made, message) => {
    expect(admitted(structuredClone(made), range)).toBe(message);
  });
});

describe('resource quotas', () => {
  const quota = object(
    'ResourceQuota',
    {
      hard: {
        configmaps: '2',
        pods: '1',
        'requests.cpu': '1',
        'limits.memory': '1Gi',
        'services.nodeports': '0',
        'requests.storage': '1Gi',
        'count/secrets': '0',
      },
    },
    'q',
  );
  const fits = { limits: { memory: '1Mi' }, requests: { cpu: '1' } };
  const refusal = (what: string, why: string) => `${what} is forbidden: exceeded quota: q, ${why}`;

  test.each([
    [pod(fits), ''],
    [pod({}), 'pods "p" is forbidden: failed quota: q: must specify limits.memory for: c; requests.cpu for: c'],
    [
      pod({ limits: { memory: '2Gi' }, requests: { cpu: '500m' } }),
      refusal('pods "p"', 'requested: limits.memory=2Gi, used: limits.memory=0, limited: limits.memory=1Gi'),
    ],
    [
      pod({ limits: { memory: '1Mi' }, requests: { cpu: '1500m' } }),
      refusal('pods "p"', 'requested: requests.cpu=1500m, used: requests.cpu=0, limited: requests.cpu=1'),
    ],
    [
      object('Service', { type: 'NodePort', ports: [{ port: 1 }] }),
      refusal(
        'services "p"',
        'requested: services.nodeports=1, used: services.nodeports=0, limited: services.nodeports=0',
      ),
    ],
    [
      claim('5Gi'),
      refusal(
        'persistentvolumeclaims "p"',
        'requested: requests.storage=5Gi, used: requests.storage=0, limited: requests.storage=1Gi',
      ),
    ],
    [
      object('Secret', {}),
      refusal('secrets "p"', 'requested: count/secrets=1, used: count/secrets=0, limited: count/secrets=0'),
    ],
    [object('ServiceAccount', {}), ''],
  ])('%j', (made, message) => {
    expect(admitted(made, quota)).toBe(message);
  });

  test('what is there counts, but for Pods that are done', () => {
    const done = { ...pod(fits, 'old'), status: { phase: 'Succeeded' } };
    expect(admitted(pod(fits), quota, done)).toBe('');
    const used = 'requested: pods=1,requests.cpu=1, used: pods=1,requests.cpu=1, limited: pods=1,requests.cpu=1';
    expect(admitted(pod(fits), quota, pod(fits, 'old'))).toBe(refusal('pods "p"', used));
  });

  test('a scope leaves other Pods alone', () => {
    const scoped = object('ResourceQuota', { hard: { pods: '0' }, scopes: ['BestEffort'] }, 'q');
    expect(admitted(pod(fits), scoped)).toBe('');
    expect(admitted(pod({}), scoped)).toBe(refusal('pods "p"', 'requested: pods=1, used: pods=0, limited: pods=0'));
  });
});
