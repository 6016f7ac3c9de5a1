import type { KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { aWorkload, CONTEXT, rendered, typeOf } from '../testing/builders.ts';

interface DeploymentSpec {
  readonly replicas?: number;
  readonly strategy: { readonly type: string };
  readonly selector: { readonly matchLabels: object };
  readonly template: { readonly metadata: object; readonly spec: PodSpec };
}

interface PodSpec {
  readonly containers: readonly Record<string, unknown>[];
}

function parts(kind: string, spec: object = {}) {
  const [deployment, service] = rendered(aWorkload(kind, spec));
  const { template, ...rest } = (deployment as KubernetesObject)['spec'] as DeploymentSpec;
  return { deployment: rest, template, container: template.spec.containers[0], service };
}

/** The two questions of OAM v1alpha1: is there an endpoint, may there be several? */
test.each([
  ['WebService', ['Deployment', 'Service'], undefined, 'RollingUpdate', true],
  ['Server', ['Deployment', 'Service'], undefined, 'RollingUpdate', true],
  ['Worker', ['Deployment'], undefined, 'RollingUpdate', true],
  ['SingletonServer', ['Deployment', 'Service'], 1, 'Recreate', false],
  ['SingletonWorker', ['Deployment'], 1, 'Recreate', false],
])('%s becomes %j', (kind, kinds, replicas, strategy, scalable) => {
  const port = kind.endsWith('Worker') ? {} : { port: 80 };
  expect(rendered(aWorkload(kind, port)).map((object) => object.kind)).toEqual(kinds);
  const { deployment } = parts(kind, port);
  expect(deployment.replicas).toBe(replicas);
  expect(deployment.strategy.type).toBe(strategy);
  const { crd, definition } = typeOf(kind);
  const [version] = crd.spec.versions;
  expect(version?.subresources?.scale !== undefined).toBe(scalable);
  expect(Object.keys(version?.schema?.openAPIV3Schema?.properties?.['spec']?.properties ?? {})).toEqual(
    scalable ? expect.arrayContaining(['replicas']) : expect.not.arrayContaining(['replicas']),
  );
  expect(definition.spec.childResourceKinds?.map((child) => child.kind)).toEqual(kinds);
  expect(definition.spec.extension?.owns).toEqual(scalable ? undefined : ['replicas']);
});

describe('a WebService', () => {
  test('with a port has a Service whose port is named http; without one it has none', () => {
    expect(parts('WebService', { port: 8080 }).service).toMatchObject({
      kind: 'Service',
      spec: { ports: [{ name: 'http', port: 8080, targetPort: 'http' }] },
    });
    expect(parts('WebService', { port: 8080 }).container).toMatchObject({
      ports: [{ name: 'http', containerPort: 8080 }],
    });
    expect(parts('WebService').service).toBeUndefined();
  });

  test('selects its pods by names only, so that no edit can touch the selector', () => {
    const selector = { 'app.kubernetes.io/name': 'web', 'app.oam.dev/name': 'shop', 'app.oam.dev/component': 'front' };
    for (const spec of [{}, { image: 'other:2', port: 1, replicas: 4 }]) {
      const { deployment, template } = parts('WebService', spec);
      expect(deployment.selector.matchLabels).toEqual(selector);
      expect(template.metadata).toMatchObject({ labels: selector });
    }
  });

  test('leaves replicas to others unless it states them', () => {
    expect(parts('WebService').deployment).not.toHaveProperty('replicas');
    expect(parts('WebService', { replicas: 0 }).deployment).toHaveProperty('replicas', 0);
  });

  test.each<[string, object, object]>([
    ['command and args', { command: ['/a'], args: ['-b'] }, { command: ['/a'], args: ['-b'] }],
    ['a variable', { env: [{ name: 'A', value: '1' }] }, { env: [{ name: 'A', value: '1' }] }],
    [
      'a variable from a Secret',
      { env: [{ name: 'B', fromSecret: { name: 'db', key: 'password' } }] },
      { env: [{ name: 'B', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] },
    ],
    [
      'a Secret as variables',
      { secrets: [{ name: 'db', prefix: 'DB_' }, { name: 'mail' }] },
      { envFrom: [{ prefix: 'DB_', secretRef: { name: 'db' } }, { secretRef: { name: 'mail' } }] },
    ],
    [
      'a Secret as files',
      { secrets: [{ name: 'tls', path: '/etc/tls' }] },
      { volumeMounts: [{ name: 'secret-0', mountPath: '/etc/tls', readOnly: true }] },
    ],
    [
      'a volume',
      { volumes: [{ name: 'data', path: '/data', claim: 'mine', readOnly: true }] },
      { volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true }] },
    ],
    [
      'resources',
      { resources: { cpu: '100m', memory: '64Mi' } },
      { resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '64Mi' } } },
    ],
    ['health', { port: 1, health: '/ok' }, { readinessProbe: { httpGet: { path: '/ok', port: 'http' } } }],
  ])('hands %s to its container', (_what, spec, expected) => {
    expect(parts('WebService', spec).container).toMatchObject(expected);
  });

  test('hands nothing to the pod that it did not ask for', () => {
    const { container, template } = parts('WebService');
    expect(container).toEqual({
      name: 'main',
      image: 'nginx:1.29',
      securityContext: { allowPrivilegeEscalation: false },
    });
    expect(template.spec).toEqual({
      containers: [container],
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    });
  });

  test('has the volumes that its mounts name, and pull secrets', () => {
    const volumes = [
      { name: 'data', path: '/data', claim: 'mine' },
      { name: 'scratch', path: '/tmp', size: '1Gi' },
      { name: 'cache', path: '/cache' },
    ];
    const secrets = [{ name: 'tls', path: '/etc/tls' }];
    expect(parts('WebService', { volumes, secrets, imagePullSecrets: ['registry'] }).template.spec).toMatchObject({
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: 'mine' } },
        { name: 'scratch', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'cache', emptyDir: {} },
        { name: 'secret-0', secret: { secretName: 'tls' } },
      ],
      imagePullSecrets: [{ name: 'registry' }],
    });
  });

  test('lets go of a claim before the next pod starts, unless several may have it', () => {
    const claim = { name: 'data', path: '/data', claim: 'mine' };
    expect(parts('WebService', { volumes: [claim] }).deployment.strategy).toEqual({ type: 'Recreate' });
    const shared = parts('WebService', { volumes: [{ ...claim, shared: true }] });
    expect(shared.deployment.strategy).toMatchObject({ type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } });
  });
});

test("a Worker's health is a command in its container", () => {
  const exec = { command: ['/bin/check'] };
  expect(parts('Worker', { health: exec.command }).container).toMatchObject({
    startupProbe: { exec },
    readinessProbe: { exec },
    livenessProbe: { exec },
  });
  expect(parts('Worker', { health: [] }).container).not.toHaveProperty('livenessProbe');
});

describe('what a schema cannot say is found before anything is applied', () => {
  const problems = (spec: object, name = 'web') =>
    typeOf('WebService').contribution.validate?.({ ...aWorkload('WebService', spec), metadata: { name } }) ?? [];

  test.each<[string, object, string, string]>([
    [
      'one path twice',
      { volumes: [{ name: 'a', path: '/x' }], secrets: [{ name: 's', path: '/x' }] },
      'spec.secrets[0].path',
      '/x is the path of spec.volumes[0] already',
    ],
    [
      'a name that a Secret needs',
      { volumes: [{ name: 'secret-0', path: '/x' }], secrets: [{ name: 's', path: '/y' }] },
      'spec.volumes[0]',
      'the name secret-0 is needed for spec.secrets[0]',
    ],
  ])('%s', (_what, spec, path, message) => {
    expect(problems(spec)).toEqual([expect.objectContaining({ path, message })]);
  });

  test('a name that no Service may have', () => {
    expect(problems({ port: 1 }, 'a.b').map(({ path }) => path)).toEqual(['metadata.name']);
    expect(problems({}, 'a.b')).toEqual([]);
  });
});

test('labels of the host reach the pods', () => {
  expect(parts('WebService').template.metadata).toMatchObject({ labels: CONTEXT.labels });
});
