import type { CapstanError } from '@capstan/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldName, parsePackage, parsePackageSource } from './package-validation.ts';
import { publishPackage } from './publish.ts';
import { aPackage, aPackageSource, aTrait } from './testing/index.ts';

const autoscale = aTrait('autoscale');
const published = (fields: object) => ({ ...structuredClone(aPackage('keda')), ...fields });

function errorOf(run: () => unknown): CapstanError {
  try {
    run();
  } catch (error) {
    return error as CapstanError;
  }
  throw new Error('expected an error');
}

describe('reading package metadata', () => {
  test('fills in every default, also inside alternatives, and leaves its input alone', () => {
    const probe = {
      id: 'operator',
      type: 'kstatus',
      level: 'blocking',
      target: { apiVersion: 'v1', kind: 'Pod', name: 'a' },
    };
    const crd = {
      name: 'as.keda.sh',
      from: 'chart',
      unit: 'keda',
      kind: 'A',
      singular: 'a',
      scope: 'Cluster',
      served: ['v1'],
      storage: 'v1',
    };
    const input = {
      ...aPackage('keda'),
      health: { probes: [probe] },
      uninstall: {},
      install: { ...aPackage('keda').install, crds: [crd] },
    };
    const before = structuredClone(input);
    const parsed = parsePackage(input);
    expect(parsed.health.probes[0]).toMatchObject({ servedByPods: false });
    expect(parsed.install.crds[0]).toMatchObject({ shortNames: [] });
    expect(parsed.uninstall).toEqual({
      instances: 'block',
      drain: [],
      timeoutSeconds: 120,
      crds: 'keep',
      leftovers: [],
    });
    expect(parsed).toMatchObject({ release: 0, channel: ['stable'], lifecycle: { phase: 'supported' }, requires: [] });
    expect(input).toEqual(before);
  });

  test('keeps unknown fields when reading and refuses them when publishing', () => {
    expect(parsePackage(published({ telemetry: { metrics: [] } }))).toHaveProperty('telemetry');
    expect(errorOf(() => parsePackage(published({ telemetry: {} }), { strict: true })).message).toBe(
      'telemetry is not a known field.',
    );
  });

  test.each<[string, object, string]>([
    ['a version that is none', { version: '2.20' }, 'version must match pattern'],
    ['a missing summary', { summary: undefined }, 'summary is missing'],
    ['an unknown probe type', { health: { probes: [{ id: 'a', type: 'lua' }] } }, 'health.probes[0]'],
    [
      'a unit without chart',
      { install: { namespace: 'a', units: [{ id: 'a', type: 'helm', release: 'a' }] } },
      'install.units[0].chart is missing',
    ],
    ['an impossible range', { platform: { kubernetes: 'new' } }, 'platform.kubernetes "new" is not a version range'],
    [
      'a requirement in the dark',
      { requires: [{ anyOf: [{ package: 'b', range: 'x y' }] }] },
      'requires[0].anyOf[0].range "x y"',
    ],
    [
      'a chart from http',
      {
        install: {
          namespace: 'a',
          units: [{ id: 'a', type: 'helm', release: 'a', chart: { repository: 'http://x', name: 'a', version: '1' } }],
        },
      },
      'install.units[0].chart.repository must match',
    ],
    ['an alias that is no alias', { aliases: ['mq', 'keda'] }, 'aliases[1] is "keda", the name of the package itself'],
    ['an alias that nobody can type', { aliases: ['Message Queue'] }, 'aliases[0] must match pattern'],
    [
      'alternatives that are optional',
      { requires: [{ anyOf: [{ package: 'b', range: '*' }], optional: true }] },
      'requires[0] has alternatives, which cannot be optional',
    ],
    [
      'two capabilities of one name',
      {
        provides: {
          capabilities: [
            { id: 'a', version: '1.0.0' },
            { id: 'a', version: '1.1.0' },
          ],
        },
      },
      'names "a" more than once',
    ],
  ])('names the field of %s', (_, fields, message) => {
    const error = errorOf(() => parsePackage(published(fields)));
    expect(error.code).toBe('CAPSTAN_PACKAGE_INVALID');
    expect(error.message).toContain(message);
  });

  test('carries the position of the field when the caller knows it', () => {
    const origin = { file: 'capability.yaml', positionOf: () => ({ line: 7, column: 3 }) };
    const error = errorOf(() => parsePackageSource({ ...aPackageSource('keda'), release: -1 }, { origin }));
    expect(error.source).toEqual({ file: 'capability.yaml', line: 7, column: 3 });
    expect(error.fields['problems']).toEqual([
      { field: 'release', message: 'must be >= 0', file: 'capability.yaml', line: 7, column: 3 },
    ]);
  });

  test('units that wait for one another, or for nothing that exists, are refused', () => {
    const unit = (id: string, after: string[]) => ({ ...aPackage('keda').install.units[0], id, after });
    const install = (...units: object[]) => published({ install: { namespace: 'a', units } });
    expect(errorOf(() => parsePackage(install(unit('a', ['b']), unit('b', ['a'])))).message).toContain(
      'the units a, b wait for one another',
    );
    expect(errorOf(() => parsePackage(install(unit('a', ['c'])))).message).toContain('unknown unit "c"');
  });

  test('never crashes on any JSON', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('install', 'provides', 'requires', 'health', 'upgrade', 'name'),
        (value, field) => {
          const error = (() => {
            try {
              parsePackage(published({ [field]: value }));
              return undefined;
            } catch (thrown) {
              return thrown as CapstanError;
            }
          })();
          return error === undefined || error.code === 'CAPSTAN_PACKAGE_INVALID';
        },
      ),
    );
  });

  test('fields are named as people write them', () => {
    expect(fieldName(['install', 'units', 0, 'chart'])).toBe('install.units[0].chart');
  });
});

describe('publishing a package', () => {
  const source = (fields: object = {}) =>
    aPackageSource('keda', {
      provides: {
        capabilities: [{ id: 'autoscale', version: '1.0.0' }],
        definitions: [{ name: autoscale.name, needs: 'autoscale' }],
      },
      install: { ...aPackageSource('keda').install, crds: [{ name: autoscale.name, from: 'package' }] },
      ...fields,
    });

  test('embeds Definitions and CRDs with their digests', () => {
    const document = publishPackage({ source: source(), definitions: [autoscale.definition], crds: [autoscale.crd] });
    const result = parsePackage(document, { strict: true });
    expect(result.install.crds).toEqual([autoscale.crdOffer]);
    expect(result.provides.definitions).toEqual([{ ...autoscale.definitionOffer, needs: 'autoscale' }]);
  });

  test('what is published and changed afterwards is not accepted', () => {
    const document = publishPackage({ source: source(), definitions: [autoscale.definition], crds: [autoscale.crd] });
    const result = structuredClone(parsePackage(document));
    Object.assign(result.install.crds[0]?.object?.metadata ?? {}, { labels: { sneaked: 'in' } });
    expect(errorOf(() => parsePackage(result)).message).toContain(
      'install.crds[0].digest is not the digest of the object',
    );
  });

  test.each([
    ['a CRD without file', { crds: [] }, 'no file in crds/ holds it'],
    ['a Definition without file', { definitions: [] }, 'no file in definitions/ holds it'],
    [
      'a file that nothing names',
      { crds: [autoscale.crd, aTrait('route').crd] },
      'install.crds does not name routes.traits.capstan.dev, which crds/ holds',
    ],
    [
      'an object that is no Definition',
      { definitions: [{ ...autoscale.definition, kind: 'ConfigMap' }] },
      'a ConfigMap',
    ],
    [
      'a need that is not provided',
      { source: source({ provides: { definitions: [{ name: autoscale.name, needs: 'route' }] } }) },
      '"route", which is not provided',
    ],
    [
      'a configuration schema that is none',
      { source: source({ config: { schema: { type: 'objekt' } } }) },
      'config.schema is not a JSON Schema',
    ],
  ])('refuses %s', (_, change, message) => {
    const input = { source: source(), definitions: [autoscale.definition], crds: [autoscale.crd], ...change };
    expect(errorOf(() => publishPackage(input)).message).toContain(message);
  });
});
