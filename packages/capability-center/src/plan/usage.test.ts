import type { KubernetesObject } from '@capstan/base';
import { expect, test } from 'vitest';
import { usage } from './usage.ts';

const AUTOSCALE = { name: 'autoscales.traits.capstan.dev', kind: 'Autoscale', shortName: 'autoscale' };
const WEB = { name: 'services.serving.knative.dev', kind: 'Service', shortName: 'service' };

function application(name: string, component: object, more: object = {}): KubernetesObject {
  return {
    apiVersion: 'core.oam.dev/v1alpha2',
    kind: 'ApplicationConfiguration',
    metadata: { name, namespace: 'shop' },
    spec: { components: [component] },
    ...more,
  };
}

const trait = (apiVersion: string, kind: string) => ({ traits: [{ trait: { apiVersion, kind } }] });
const component = (apiVersion: string, kind: string): KubernetesObject => ({
  apiVersion: 'core.oam.dev/v1alpha2',
  kind: 'Component',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { workload: { apiVersion, kind } },
});

test.each([
  ['a trait of its kind', [application('a', trait('traits.capstan.dev/v1alpha1', 'Autoscale'))], [], [AUTOSCALE.name]],
  ['the same kind of another group', [application('a', trait('other.dev/v1', 'Autoscale'))], [], undefined],
  ['a trait by its word', [application('a', { traits: [{ name: 'autoscale' }] })], [], [AUTOSCALE.name]],
  [
    'the workload of a component',
    [application('a', { componentName: 'web' })],
    [component('serving.knative.dev/v1', 'Service')],
    [WEB.name],
  ],
  [
    'a core kind of the same name',
    [application('a', { componentName: 'web' })],
    [component('v1', 'Service')],
    undefined,
  ],
  [
    'an object that the application made',
    [
      application(
        'a',
        {},
        {
          status: { inventory: [{ apiVersion: 'traits.capstan.dev/v1alpha1', kind: 'Autoscale', name: 'x' }] },
        },
      ),
    ],
    [],
    [AUTOSCALE.name],
  ],
])('%s', (_what, applications, components, definitions) => {
  const used = usage(applications, components, [AUTOSCALE, WEB]);
  expect(used).toEqual(definitions ? [{ namespace: 'shop', name: 'a', definitions }] : []);
});
