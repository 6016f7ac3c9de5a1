import type { KubernetesObject } from '@capstan/base';
import { validateAgainstSchema } from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { webServiceCrd } from './webservice-crd.ts';
import { renderWebService, type WebServiceSpec } from './webservice-render.ts';

const context = { application: 'shop', component: 'front', namespace: 'team', labels: { 'app.oam.dev/name': 'shop' } };

function render(spec: Partial<WebServiceSpec>) {
  const workload: KubernetesObject = {
    apiVersion: 'workloads.capstan.dev/v1alpha1',
    kind: 'WebService',
    metadata: { name: 'web' },
    spec: { image: 'nginx:1.29', ...spec },
  };
  const [deployment, service] = renderWebService(workload, context);
  const { template, ...rest } = (deployment ?? workload)['spec'] as { template: { metadata: object; spec: PodSpec } };
  const [container] = template.spec.containers;
  return { deployment: rest, template, container, service };
}

interface PodSpec {
  readonly containers: readonly Record<string, unknown>[];
}

describe('a WebService', () => {
  test('with a port has a Service whose port is named http; without one it has none', () => {
    expect(render({ port: 8080 }).service).toMatchObject({
      kind: 'Service',
      spec: { ports: [{ name: 'http', port: 8080, targetPort: 'http' }] },
    });
    expect(render({ port: 8080 }).container).toMatchObject({ ports: [{ name: 'http', containerPort: 8080 }] });
    expect(render({}).service).toBeUndefined();
  });

  test('selects its pods by names only, so that no edit can touch the selector', () => {
    const selector = {
      'app.kubernetes.io/name': 'web',
      'app.oam.dev/name': 'shop',
      'app.oam.dev/component': 'front',
    };
    for (const spec of [{}, { image: 'other:2', port: 1, replicas: 4 }]) {
      const { deployment, template } = render(spec);
      expect(deployment).toMatchObject({ selector: { matchLabels: selector } });
      expect(template.metadata).toMatchObject({ labels: selector });
    }
  });

  test('leaves replicas to others unless it states them', () => {
    expect(render({}).deployment).not.toHaveProperty('replicas');
    expect(render({ replicas: 0 }).deployment).toMatchObject({ replicas: 0 });
  });

  test('takes values and Secret keys as environment, and hands nothing else to the pod', () => {
    const { container, template } = render({
      env: [
        { name: 'A', value: '1' },
        { name: 'B', fromSecret: { name: 'db', key: 'password' } },
      ],
      resources: { cpu: '100m', memory: '64Mi' },
      health: '/ok',
      imagePullSecrets: ['registry'],
    });
    expect(container).toMatchObject({
      env: [
        { name: 'A', value: '1' },
        { name: 'B', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
      ],
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { memory: '64Mi' } },
      readinessProbe: { httpGet: { path: '/ok', port: 'http' } },
      securityContext: { allowPrivilegeEscalation: false },
    });
    expect(template.spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      imagePullSecrets: [{ name: 'registry' }],
    });
  });
});

test('every field of a WebService has a description', () => {
  const schema = webServiceCrd.spec.versions[0]?.schema?.openAPIV3Schema;
  const fields = Object.entries(schema?.properties?.['spec']?.properties ?? {});
  expect(fields.length).toBeGreaterThan(5);
  for (const [name, field] of fields) expect(field.description, name).toMatch(/\.$/);
  const invalid = { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService', spec: { imgae: 'x' } };
  expect(validateAgainstSchema(invalid, schema ?? {}).map(({ path }) => path)).toContain('spec.imgae');
});
