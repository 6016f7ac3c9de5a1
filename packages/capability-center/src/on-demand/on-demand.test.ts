import { digestOf } from '@capstan/capability-model';
import { aPackage, aTrait } from '@capstan/capability-model/testing';
import type { ApplicationConfiguration, Component, UnknownKind } from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { aPlan, aPlannedPackage, FACTS } from '../plan/testing/a-plan.ts';
import type { CatalogEntry } from '../registry/catalog.ts';
import { chooseProviders } from './choose.ts';
import { costOf } from './cost.ts';
import { describeMissing } from './describe.ts';
import { identityOf, missingKinds } from './missing-kinds.ts';
import { providersOf } from './providers.ts';

const TYPES = { definitions: [], crds: [] };

/** A package that brings a trait of this name. */
function bringing(trait: string, name: string, version = '1.0.0', fields: object = {}): CatalogEntry {
  const { definitionOffer, crdOffer } = aTrait(trait);
  const install = { ...aPackage(name).install, crds: [crdOffer] };
  const metadata = aPackage(name, { version, install, provides: { definitions: [definitionOffer] }, ...fields });
  return { center: 'test', metadata, digest: digestOf(metadata) };
}

function without(name: string, version = '1.0.0', fields: object = {}): CatalogEntry {
  const metadata = aPackage(name, { version, ...fields });
  return { center: 'test', metadata, digest: digestOf(metadata) };
}

const wanted = (kind: string): UnknownKind => ({
  role: 'trait',
  apiVersion: 'traits.capstan.dev/v1alpha1',
  kind,
  shortName: kind.toLowerCase(),
});

function chosen(
  kinds: readonly UnknownKind[],
  entries: readonly CatalogEntry[],
  installed: readonly CatalogEntry[] = [],
) {
  const packages = Object.fromEntries(
    installed.map(({ metadata, digest }) => {
      const { name, version, release } = metadata;
      return [name, { version, release, packageDigest: digest, goal: true, askedBy: { you: '*' } }];
    }),
  );
  const state = { lock: { packages, removed: {} }, installs: new Map(), journals: new Map() } as never;
  const providers = chooseProviders(kinds, { state, facts: FACTS, entries });
  return kinds.map((kind) => {
    const provider = providers.get(identityOf(kind));
    return provider && `${provider.package} ${provider.version}`;
  });
}

describe('which package brings a kind', () => {
  test('the only one, and none where none does', () => {
    const entries = [bringing('autoscale', 'keda'), without('cache')];
    expect(chosen([wanted('Autoscale'), wanted('Route')], entries)).toEqual(['keda 1.0.0', undefined]);
  });

  test('of several always the same, whatever order they come in; what is installed is kept', () => {
    const entries = [bringing('route', 'gamma'), bringing('route', 'alpha'), bringing('route', 'beta')];
    const one = chosen([wanted('Route')], entries);
    expect(chosen([wanted('Route')], entries.toReversed())).toEqual(one);
    expect(providersOf(wanted('Route'), entries).map((each) => each.package)).toEqual(['alpha', 'beta', 'gamma']);
    const [gamma] = entries;
    expect(chosen([wanted('Route')], entries, [gamma as CatalogEntry])).toEqual(['gamma 1.0.0']);
  });

  test('the one that can be had: what another needs is not there, or it conflicts with what is installed', () => {
    const needy = bringing('route', 'alpha', '1.0.0', { requires: [{ package: 'gone', range: '*' }] });
    expect(chosen([wanted('Route')], [needy, bringing('route', 'beta')])).toEqual(['beta 1.0.0']);
    const cache = without('cache', '1.0.0', { conflicts: [{ package: 'alpha', reason: 'both own the port' }] });
    const both = [bringing('route', 'alpha'), bringing('route', 'beta'), cache];
    expect(chosen([wanted('Route')], both, [cache])).toEqual(['beta 1.0.0']);
  });

  test('a version that brings it, where the newest that fits does not', () => {
    const old = without('keda', '2.0.0');
    const entries = [old, bringing('cronscale', 'keda', '2.1.0')];
    expect(chosen([wanted('Cronscale')], entries, [old])).toEqual(['keda 2.1.0']);
  });

  test('where nothing can be had the first by name is taken: its plan says what stands in the way', () => {
    const needs = { requires: [{ package: 'gone', range: '*' }] };
    const entries = [bringing('route', 'beta', '1.0.0', needs), bringing('route', 'alpha', '1.0.0', needs)];
    expect(chosen([wanted('Route')], entries)).toEqual(['alpha 1.0.0']);
  });

  test('a name of a Definition, short or full, and a kind that stands for another', () => {
    const entries = [bringing('route', 'mesh')];
    const named = (name: string): UnknownKind => ({ ...wanted(''), apiVersion: '', named: name, shortName: name });
    expect(providersOf(named('routes.traits.capstan.dev'), entries)).toHaveLength(1);
    expect(providersOf(named('Route'), entries)).toHaveLength(1);
    expect(providersOf(named('root'), entries)).toEqual([]);
    const stands = { role: 'trait', apiVersion: 'traits.capstan.dev/v1alpha1', kind: 'Route' } as const;
    expect(providersOf({ ...wanted('Autoscaler'), stands }, entries)).toHaveLength(1);
    expect(providersOf({ ...wanted('Route'), role: 'workload' }, entries)).toEqual([]);
  });
});

describe('what applications use and nothing registers', () => {
  const component = (name: string, workload: object) =>
    ({ apiVersion: 'core.oam.dev/v1alpha2', kind: 'Component', metadata: { name }, spec: { workload } }) as Component;
  const application = (name: string, ...components: object[]) =>
    ({
      apiVersion: 'core.oam.dev/v1alpha2',
      kind: 'ApplicationConfiguration',
      metadata: { name },
      spec: { components },
    }) as unknown as ApplicationConfiguration;
  const scaled = { trait: { apiVersion: 'keda.k8s.io/v1alpha1', kind: 'ScaledObject', spec: {} } };

  test('each kind once, by its name of today, with all who use it', () => {
    const found = missingKinds({
      applications: [
        application('shop', { componentName: 'web', traits: [scaled] }, { componentName: 'api', traits: [scaled] }),
        application('blog', { componentName: 'web', traits: [scaled, { name: 'route' }] }),
      ],
      components: [component('web', { apiVersion: 'serving.knative.dev/v1', kind: 'Service' })],
      types: TYPES,
    });
    expect(found.map(({ role, apiVersion, kind, named }) => [role, apiVersion, kind, named])).toEqual([
      ['workload', 'serving.knative.dev/v1', 'Service', undefined],
      ['trait', 'keda.sh/v1alpha1', 'ScaledObject', undefined],
      ['trait', '', '', 'route'],
    ]);
    expect(found[1]?.usedBy).toEqual([
      { application: 'shop', component: 'web' },
      { application: 'shop', component: 'api' },
      { application: 'blog', component: 'web' },
    ]);
  });

  test('where nothing brings it, near names; where a package of the group is there, what that one brings', () => {
    const entries = [bringing('autoscale', 'keda')];
    const describeNothing = (kind: UnknownKind) =>
      describeMissing({
        kind: { ...kind, usedBy: [] },
        provider: undefined,
        others: [],
        state: 'unavailable',
        entries,
        types: TYPES,
      });
    expect(describeNothing(wanted('Autoscal'))).toMatchObject({ nearest: ['autoscale'], alternatives: [] });
    expect(describeNothing({ ...wanted('Foo'), capability: 'keda' }).why).toBe(
      'no package brings it: keda 1.0.0 brings autoscale',
    );
  });
});

test('the cost counts rules of rights as the plan shows them: of a first installation all, of an upgrade the new ones', () => {
  const right = { scope: 'cluster', subjects: ['a'], role: 'r', line: 'get pods', notable: false };
  const permissions = [
    { scope: 'cluster', subjects: ['a'], role: 'r', rules: [], lines: ['get pods', 'list and get nodes'], notable: [] },
    { scope: 'shop', subjects: ['a'], role: 's', rules: [], lines: ['get secrets'], notable: [] },
  ];
  // One rule may give rights that are told apart where they are compared.
  const permissionDelta = { added: [right, right, right, right], removed: [], undeclared: [] };
  const first = aPlannedPackage('first', { permissions, permissionDelta });
  expect(costOf(aPlan([first])).rights).toBe(3);
  expect(costOf(aPlan([first, { ...first, name: 'second', action: 'upgrade' }])).rights).toBe(7);
  expect(costOf(aPlan([{ ...first, action: 'none' }])).rights).toBe(0);
});
