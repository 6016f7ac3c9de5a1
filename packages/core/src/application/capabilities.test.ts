import type { KubernetesObject } from '@capstan/base';
import { expect, test } from 'vitest';
import { type Capabilities, noted, providedCapabilities } from './capabilities.ts';

function aCapability(name: string, ...providers: object[]): KubernetesObject {
  const apiVersion = 'capstan.dev/v1alpha1';
  return { apiVersion, kind: 'Capability', metadata: { name }, status: { providers } };
}

const ISTIO = { package: 'istio-route', version: '1.30.3', features: ['weights'] };
const TOLD = { ...ISTIO, exports: {} };

test.each<[string, object[], object | undefined]>([
  [
    'a provider that works',
    [{ ...ISTIO, health: 'Ready', exports: { gateway: 'a/b' } }],
    { ...ISTIO, exports: { gateway: 'a/b' } },
  ],
  ['one without anything to export', [{ ...ISTIO, health: 'Ready', exports: {} }], TOLD],
  ['one that is not well', [{ ...ISTIO, health: 'Degraded', exports: {} }], TOLD],
  ['one that is upgraded', [{ ...ISTIO, health: 'Progressing', exports: {} }], TOLD],
  ['one from before exports were shown', [{ ...ISTIO, health: 'Ready' }], TOLD],
  [
    'one without features',
    [{ package: 'p', version: '1.0.0', health: 'Ready' }],
    { package: 'p', version: '1.0.0', features: [], exports: {} },
  ],
  ['one that is being installed', [{ ...ISTIO, health: 'Progressing' }], undefined],
  ['one whose installation failed', [{ ...ISTIO, health: 'Degraded' }], undefined],
  [
    'the first that is complete',
    [
      { ...ISTIO, package: 'other', health: 'Progressing' },
      { ...ISTIO, health: 'Ready' },
    ],
    TOLD,
  ],
  ['nobody', [], undefined],
])('%s', (_what, providers, expected) => {
  expect(providedCapabilities([aCapability('route', ...providers)])['route']).toEqual(expected);
});

test.each<[string, (capabilities: Capabilities) => unknown, string[]]>([
  ['a property', (all) => all['route'], ['route']],
  ['a property that is not there', (all) => all['other'], ['other']],
  ['whether there is one', (all) => 'route' in all, ['route']],
  ['all names', (all) => Object.keys(all), ['*', 'route', 'metrics']],
  ['nothing', () => undefined, []],
])('looking at %s is noted', (_what, look, keys) => {
  const seen = new Set<string>();
  const all = providedCapabilities([
    aCapability('route', { ...ISTIO, health: 'Ready' }),
    aCapability('metrics', { ...ISTIO, health: 'Ready' }),
  ]);
  expect(look(noted(all, (key) => seen.add(key)))).toEqual(look(all));
  expect([...seen]).toEqual(keys);
});
