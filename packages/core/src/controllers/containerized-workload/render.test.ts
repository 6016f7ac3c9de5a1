import type { KubernetesObject } from '@capstan/base';
import type { ContainerizedWorkload, WorkloadContainer } from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { configMapName, fnv32a, PodVolumes } from './names.ts';
import { renderWorkload } from './render.ts';

const UID = 'a-very-unique-identifier';
const LABEL = 'containerizedworkload.oam.crossplane.io';
const identity = { [LABEL]: UID };

function aWorkload(
  containers: readonly Partial<WorkloadContainer>[],
  { metadata = {}, ...spec }: { metadata?: object; osType?: 'linux'; arch?: 'arm64' } = {},
): ContainerizedWorkload {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ContainerizedWorkload',
    metadata: { name: 'web', namespace: 'shop', uid: UID, ...metadata },
    spec: { ...spec, containers: containers.map((one, at) => ({ name: `c${at}`, image: 'i', ...one })) },
  };
}

function rendered(workload: ContainerizedWorkload) {
  const { rendered: objects, problems } = renderWorkload(workload);
  if (!objects) throw new Error(problems.join());
  return objects;
}

type PodSpec = Record<string, unknown> & { containers: Record<string, unknown>[]; volumes?: { name: string }[] };

function podSpec(deployment: KubernetesObject): PodSpec {
  return (deployment as unknown as { spec: { template: { spec: PodSpec } } }).spec.template.spec;
}

/** The pod of a workload with one container. */
function pod(container: Partial<WorkloadContainer>) {
  const { deployment, ...rest } = rendered(aWorkload([container]));
  const spec = podSpec(deployment);
  return { ...rest, spec, container: spec.containers[0] ?? {}, volumes: spec.volumes };
}

const problemsOf = (container: Partial<WorkloadContainer>) => renderWorkload(aWorkload([container])).problems;

describe('the Deployment', () => {
  test('has the name, selector and owner of the workload, and states no replicas', () => {
    const { deployment } = rendered(aWorkload([{}]));
    expect(deployment).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'web',
        namespace: 'shop',
        labels: identity,
        ownerReferences: [
          {
            apiVersion: 'core.oam.dev/v1alpha2',
            kind: 'ContainerizedWorkload',
            name: 'web',
            uid: UID,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: {
        selector: { matchLabels: identity },
        template: { metadata: { labels: identity }, spec: { containers: [{ name: 'c0', image: 'i' }] } },
      },
    });
  });

  test('gets labels and annotations of the workload, its pods the labels only; what tools remember stays behind', () => {
    const annotations = {
      'dapr.io/enabled': 'true',
      'kubectl.kubernetes.io/last-applied-configuration': '{}',
      'capstan.dev/applied': 'x',
    };
    const metadata = { labels: { 'oam.dev/enabled': 'true', [LABEL]: 'forged' }, annotations };
    const { deployment } = rendered(aWorkload([{}], { metadata }));
    expect(deployment.metadata).toMatchObject({
      labels: { 'oam.dev/enabled': 'true', ...identity },
      annotations: { 'dapr.io/enabled': 'true' },
    });
    expect(Object.keys(deployment.metadata.annotations ?? {})).toEqual(['dapr.io/enabled']);
    expect(deployment).toMatchObject({
      spec: { template: { metadata: { labels: { 'oam.dev/enabled': 'true', ...identity } } } },
    });
  });

  test('goes to nodes of the operating system and architecture', () => {
    const { deployment } = rendered(aWorkload([{}], { osType: 'linux', arch: 'arm64' }));
    expect(podSpec(deployment)['nodeSelector']).toEqual({
      'beta.kubernetes.io/os': 'linux',
      'kubernetes.io/arch': 'arm64',
    });
  });

  test('names each pull secret once', () => {
    const secrets = ['a', 'b', 'a'].map((imagePullSecret) => ({ imagePullSecret }));
    expect(podSpec(rendered(aWorkload([...secrets, {}])).deployment)['imagePullSecrets']).toEqual([
      { name: 'a' },
      { name: 'b' },
    ]);
  });
});

describe('a container', () => {
  test('carries command, arguments, ports and variables; a value wins over a Secret, neither is left out', () => {
    const { container } = pod({
      command: ['run'],
      args: ['--coolflag'],
      ports: [
        { name: 'cool', containerPort: 8080 },
        { name: 'dns', containerPort: 53, protocol: 'UDP' },
      ],
      env: [
        { name: 'COOL_SECRET', fromSecret: { name: 'cool-secret', key: 'secretdata' } },
        { name: 'NICE', value: 'v' },
        { name: 'BOTH', value: 'v', fromSecret: { name: 'cool-secret', key: 'secretdata' } },
        { name: 'NEITHER' },
        { name: 'ZERO', fromSecret: { name: '', key: '' } },
        { name: 'EMPTY', value: '' },
      ],
    });
    expect(container).toEqual({
      name: 'c0',
      image: 'i',
      command: ['run'],
      args: ['--coolflag'],
      ports: [
        { name: 'cool', containerPort: 8080, protocol: 'TCP' },
        { name: 'dns', containerPort: 53, protocol: 'UDP' },
      ],
      env: [
        { name: 'COOL_SECRET', valueFrom: { secretKeyRef: { name: 'cool-secret', key: 'secretdata' } } },
        { name: 'NICE', value: 'v' },
        { name: 'BOTH', value: 'v' },
        { name: 'EMPTY' },
      ],
    });
  });

  test('requests processor and memory; what is counted is limited too', () => {
    const cpu = { required: 0.5 };
    const memory = { required: '128Mi' };
    expect(pod({ resources: { cpu, memory } }).container['resources']).toEqual({
      requests: { cpu: '0.5', memory: '128Mi' },
    });
    const extended = [{ name: 'motionsensor.ext.example.com/v1', required: 2 }];
    expect(pod({ resources: { cpu, memory, gpu: { required: '1' }, extended } }).container['resources']).toEqual({
      requests: { cpu: '0.5', memory: '128Mi', 'nvidia.com/gpu': '1', 'motionsensor.ext.example.com/v1': '2' },
      limits: { 'nvidia.com/gpu': '1', 'motionsensor.ext.example.com/v1': '2' },
    });
    const named = [{ name: 'widget.example.com/v1', required: 'very-cool-widget' }];
    expect(problemsOf({ resources: { cpu, memory, extended: named } })).toEqual([
      expect.stringContaining('"widget.example.com/v1" of container "c0" asks for "very-cool-widget"'),
    ]);
  });

  test('copies every handler of a probe; zeros are left to Kubernetes, an empty probe is none', () => {
    const livenessProbe = {
      exec: { command: ['probe'] },
      httpGet: { path: '/h', port: 80, httpHeaders: [{ name: 'X', value: '1' }] },
      tcpSocket: { port: 81 },
      initialDelaySeconds: 0,
      periodSeconds: 3,
    };
    const { container } = pod({ livenessProbe, readinessProbe: {} });
    const { initialDelaySeconds: _, ...stated } = livenessProbe;
    expect(container).toEqual({ name: 'c0', image: 'i', livenessProbe: stated });
  });
});

describe('volumes', () => {
  const resources = (volumes: NonNullable<WorkloadContainer['resources']>['volumes']) => ({
    resources: { cpu: { required: 1 }, memory: { required: 1 }, ...(volumes ? { volumes } : {}) },
  });

  test('a disk is a claim, one that may be lost and one without a size an emptyDir', () => {
    const { claims, volumes, container } = pod(
      resources([
        { name: 'data', mountPath: '/data', disk: { required: '1Gi' } },
        { name: 'tmp', mountPath: '/tmp', disk: { required: '1Gi', ephemeral: true } },
        { name: 'ro', mountPath: '/ro', accessMode: 'RO' },
        { name: 'all', mountPath: '/all', sharingPolicy: 'Shared', disk: { required: 5 } },
      ]),
    );
    expect(volumes).toEqual([
      { name: 'data', persistentVolumeClaim: { claimName: 'web-data' } },
      { name: 'tmp', emptyDir: { sizeLimit: '1Gi' } },
      { name: 'ro', emptyDir: {} },
      { name: 'all', persistentVolumeClaim: { claimName: 'web-all' } },
    ]);
    expect(container['volumeMounts']).toEqual([
      { name: 'data', mountPath: '/data' },
      { name: 'tmp', mountPath: '/tmp' },
      { name: 'ro', mountPath: '/ro', readOnly: true },
      { name: 'all', mountPath: '/all' },
    ]);
    expect(claims.map(({ metadata, spec }) => ({ name: metadata.name, labels: metadata.labels, spec }))).toEqual([
      {
        name: 'web-data',
        labels: identity,
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
      {
        name: 'web-all',
        labels: identity,
        spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '5' } } },
      },
    ]);
  });

  test('a name in two containers is one volume only where both share it', () => {
    const shared = { name: 'data', mountPath: '/a', sharingPolicy: 'Shared' } as const;
    const own = { name: 'own', mountPath: '/b' };
    const disk = { ...shared, disk: { required: 1 } };
    const { deployment, claims } = rendered(aWorkload([resources([shared, own]), resources([disk, own])]));
    expect(podSpec(deployment).volumes?.map(({ name }) => name)).toEqual(['data', 'own', 'own-c1']);
    expect(claims.map(({ metadata }) => metadata.name)).toEqual(['web-data']);
  });

  test('two volumes at one path are refused', () => {
    const twice = ['a', 'b'].map((name) => ({ name, mountPath: '/x' }));
    expect(problemsOf(resources(twice))).toEqual(['container "c0" mounts two volumes at "/x"']);
  });
});

describe('config files', () => {
  test('one is a ConfigMap that is mounted at its directory, in the names of the reference', () => {
    const { configMaps, volumes, container } = pod({ config: [{ path: '/test/path/config', value: 'v' }] });
    const name = 'web-c0-3972676475';
    expect(configMaps).toEqual([
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'shop', labels: identity },
        data: { config: 'v' },
      },
    ]);
    expect(volumes).toEqual([{ name, configMap: { name } }]);
    expect(container['volumeMounts']).toEqual([{ name, mountPath: '/test/path/' }]);
  });

  test('a key of a Secret is a file of that name in the path', () => {
    const { volumes, container } = pod({ config: [{ path: '/etc/s', fromSecret: { name: 'cool', key: 'k' } }] });
    expect(volumes).toEqual([{ name: 'cool', secret: { secretName: 'cool', items: [{ key: 'k', path: 'k' }] } }]);
    expect(container['volumeMounts']).toEqual([{ name: 'cool', mountPath: '/etc/s' }]);
  });

  test('several in one directory, and inside one another, share a projected volume', () => {
    const config = [
      { path: '/etc/app/sub/c', value: 'c' },
      { path: '/etc/app/a', value: 'a' },
      { path: '/etc/app/b', value: 'b' },
      { path: '/etc/app/s', fromSecret: { name: 'sec', key: 'k' } },
    ];
    const { volumes, container } = pod({ config });
    const map = (path: string) => configMapName('web', 'c0', path);
    const entry = (key: string, path = key) => ({ items: [{ key, path }] });
    const sources = [
      { configMap: { name: map('/etc/app/a'), ...entry('a') } },
      { configMap: { name: map('/etc/app/b'), ...entry('b') } },
      { secret: { name: 'sec', ...entry('k', 's/k') } },
      { configMap: { name: map('/etc/app/sub/c'), ...entry('c', 'sub/c') } },
    ];
    expect(volumes).toEqual([{ name: map('/etc/app/a'), projected: { sources } }]);
    expect(container['volumeMounts']).toEqual([{ name: map('/etc/app/a'), mountPath: '/etc/app/' }]);
  });

  test('one right under the root hides nothing else, and one Secret may hold several', () => {
    const config = [
      { path: '/motd', value: 'm' },
      ...['a', 'b'].map((key) => ({ path: `/etc/${key}`, fromSecret: { name: 'sec', key } })),
    ];
    const { volumes, container } = pod({ config });
    expect(container['volumeMounts']).toEqual([
      { name: configMapName('web', 'c0', '/motd'), mountPath: '/motd', subPath: 'motd' },
      { name: 'sec', mountPath: '/etc/a' },
      { name: 'sec-2', mountPath: '/etc/b' },
    ]);
    expect(volumes).toHaveLength(3);
  });

  test.each([
    [{ path: '/a' }, 'has neither a value nor a Secret'],
    [{ path: '/a', fromSecret: { name: '', key: '' } }, 'has neither a value nor a Secret'],
    [{ path: '/a', fromSecret: { name: 's', key: '' } }, 'needs both the name of a Secret and a key in it'],
    [{ path: 'a/b', value: 'v' }, 'is not an absolute path'],
    [{ path: '/a/', value: 'v' }, 'is a directory, not a file'],
    [{ path: '/', fromSecret: { name: 's', key: 'k' } }, 'would hide the whole file system of the container'],
  ])('%j %s', (file, problem) => {
    expect(problemsOf({ config: [file] })).toEqual([`config "${file.path}" of container "c0" ${problem}`]);
  });

  test('one path is written once', () => {
    const twice = [
      { path: '/a/b', value: 'v' },
      { path: '/a//b', value: 'w' },
    ];
    expect(problemsOf({ config: twice })).toEqual(['config "/a//b" of container "c0" is written twice']);
  });
});

describe('the Service', () => {
  test('has the first port and no label but the workload', () => {
    const ports = [
      { name: 'http', containerPort: 3848 },
      { name: 'admin', containerPort: 81 },
    ];
    const { service } = rendered(aWorkload([{ ports }], { metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } }));
    expect(service).toMatchObject({ metadata: { name: 'web', labels: identity, ownerReferences: [{ uid: UID }] } });
    expect(service?.metadata.labels).toEqual(identity);
    expect(service?.metadata.annotations).toBeUndefined();
    expect(service?.['spec']).toEqual({
      type: 'ClusterIP',
      selector: identity,
      ports: [{ name: 'web', port: 3848, targetPort: 3848, protocol: 'TCP' }],
    });
  });

  test('is not there for a workload without ports', () => {
    expect(rendered(aWorkload([{}, { ports: [] }])).service).toBeUndefined();
  });
});

describe('names', () => {
  test('hashes are those of FNV-1a', () => {
    expect([fnv32a(''), fnv32a('a'), fnv32a('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  });

  test('volumes have names that Kubernetes takes, equal volumes the same one', () => {
    const volumes = new PodVolumes();
    const long = `${'x'.repeat(70)}-1`;
    const names = [
      volumes.add('a.b', { emptyDir: {} }),
      volumes.add(long, { secret: { secretName: 's' } }),
      volumes.add(long, { secret: { secretName: 's' } }),
      volumes.add(long, { secret: { secretName: 'other' } }),
    ];
    expect(names[2]).toBe(names[1]);
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  });
});
