import type { KubernetesObject } from '@capstan/base';
import { applySchemaDefaults } from '@capstan/oam-model';
import { expect, test } from 'vitest';
import { aTrait, attached, aWorkload } from '../../testing/builders.ts';
import { exposeType } from './index.ts';

/** With the defaults of its CRD, as the host gives it. */
function anExpose(spec: object): KubernetesObject {
  return applySchemaDefaults(aTrait('Expose', spec), exposeType.crd.spec.versions[0]?.schema?.openAPIV3Schema ?? {});
}

const WEB = aWorkload('WebService', { port: 8080 });
const path = (more: object = {}) => ({
  path: '/',
  pathType: 'Prefix',
  backend: { service: { name: 'web', port: { number: 8080 } } },
  ...more,
});

test.each<[string, object, object]>([
  ['nothing', {}, { rules: [{ http: { paths: [path()] } }] }],
  [
    'a hostname',
    { hostname: 'shop.example.org' },
    { rules: [{ host: 'shop.example.org', http: { paths: [path()] } }] },
  ],
  [
    'a path',
    { path: '/api', pathType: 'Exact' },
    { rules: [{ http: { paths: [path({ path: '/api', pathType: 'Exact' })] } }] },
  ],
  [
    'a servicePort',
    { servicePort: 81 },
    { rules: [{ http: { paths: [path({ backend: { service: { name: 'web', port: { number: 81 } } } })] } }] },
  ],
  [
    'TLS for a host',
    { hostname: 'a.b', tls: { secret: 's' } },
    { tls: [{ secretName: 's', hosts: ['a.b'] }], rules: [{ host: 'a.b', http: { paths: [path()] } }] },
  ],
  ['a class', { ingressClass: 'nginx' }, { ingressClassName: 'nginx', rules: [{ http: { paths: [path()] } }] }],
])('an Expose trait with %s', (_what, spec, expected) => {
  expect(attached(anExpose(spec), WEB)).toMatchObject({
    problems: [],
    objects: [{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'front-trait' } }],
  });
  expect(attached(anExpose(spec), WEB).objects[0]?.['spec']).toEqual(expected);
});

test('annotations reach the Ingress', () => {
  const [ingress] = attached(anExpose({ annotations: { a: 'b' } }), WEB).objects;
  expect(ingress?.metadata.annotations).toEqual({ a: 'b' });
});

test('a component without a port is refused', () => {
  const { problems, objects } = attached(anExpose({}), aWorkload('WebService'));
  expect(problems).toMatchObject([{ path: 'spec.servicePort', hint: 'Set port on the workload.' }]);
  expect(objects).toEqual([]);
});

test('it finds the Service that another controller makes of a ContainerizedWorkload', () => {
  const workload: KubernetesObject = {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ContainerizedWorkload',
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'a', ports: [{ name: 'http', containerPort: 8080 }] }] },
  };
  expect(attached(anExpose({}), workload).objects[0]?.['spec']).toEqual({ rules: [{ http: { paths: [path()] } }] });
});
