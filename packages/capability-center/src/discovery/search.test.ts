import { digestOf } from '@capstan/capability-model';
import { aPackage, aTrait } from '@capstan/capability-model/testing';
import { describe, expect, test } from 'vitest';
import { catalogOf } from '../registry/catalog.ts';
import { packagesOffering, searchCapabilities } from './search.ts';

const autoscale = aTrait('autoscale');

function entry(name: string, fields: object = {}) {
  const metadata = aPackage(name, { ...fields });
  return { center: 'capstan', metadata, digest: digestOf(metadata) };
}

const withAutoscale = {
  provides: { capabilities: [{ id: 'autoscale', version: '1.0.0' }], definitions: [autoscale.definitionOffer] },
  install: { ...aPackage('keda').install, crds: [autoscale.crdOffer] },
};

const catalog = catalogOf(
  [
    entry('keda', { ...withAutoscale, version: '2.20.2', summary: 'Scales workloads on events', keywords: ['queue'] }),
    entry('keda', { ...withAutoscale, version: '2.19.0', platform: { kubernetes: '<1.34' } }),
    entry('scaler', { summary: 'Fixed replica count' }),
    entry('istio', {
      summary: 'Routes traffic',
      description: 'A mesh. It does not scale.',
      platform: { kubernetes: '>=1.36' },
    }),
    entry('old', { version: '1.0.0', summary: 'Scales badly', lifecycle: { phase: 'yanked' } }),
  ],
  ['capstan'],
);

const names = (query: string, options = {}) => searchCapabilities(catalog, query, options).map(({ name }) => name);

describe('a search', () => {
  test.each([
    ['scale', ['scaler', 'keda', 'istio']],
    ['SCALE', ['scaler', 'keda', 'istio']],
    ['autoscale', ['keda']],
    ['scale events', ['keda']],
    ['queue', ['keda']],
    ['', ['istio', 'keda', 'scaler']],
    ['nothing of the kind', []],
  ])('for "%s"', (query, expected) => expect(names(query)).toEqual(expected));

  test('can be limited to traits', () => expect(names('scale', { kind: 'trait' })).toEqual(['keda']));

  test('tells what is installed, what it adds, and what a cluster is too old for', () => {
    const [keda, istio] = ['keda', 'istio'].map((query) =>
      searchCapabilities(catalog, query, { installed: new Map([['keda', '2.19.0']]), kubernetes: 'v1.35.4+sim' }).find(
        ({ name }) => name === query,
      ),
    );
    expect(keda).toEqual({
      name: 'keda',
      version: '2.20.2',
      center: 'capstan',
      kinds: ['trait'],
      maturity: 'stable',
      summary: 'Scales workloads on events',
      capabilities: ['autoscale'],
      adds: ['autoscale'],
      installed: '2.19.0',
    });
    expect(istio).toMatchObject({ blocked: 'needs Kubernetes >=1.36' });
  });
});

describe('who offers a Definition', () => {
  test.each([
    ['by short name', { name: 'autoscale' }, ['keda']],
    ['by full name', { name: 'autoscales.traits.capstan.dev' }, ['keda']],
    ['by kind and group', { kind: 'Autoscale', group: 'traits.capstan.dev' }, ['keda']],
    ['in another group', { kind: 'Autoscale', group: 'example.org' }, []],
    ['as a workload', { name: 'autoscale', role: 'workload' as const }, []],
  ])('%s', (_, wish, expected) => {
    expect(packagesOffering(catalog, wish).map(({ entry: { metadata } }) => metadata.name)).toEqual(expected);
  });

  test('in the newest version', () => {
    expect(packagesOffering(catalog, { name: 'autoscale' })[0]?.entry.metadata.version).toBe('2.20.2');
  });
});
