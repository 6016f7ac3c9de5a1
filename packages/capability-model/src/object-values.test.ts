import type { JsonObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { configuredObjects, fixedObjects } from './object-values.ts';
import type { ManifestsUnit, ObjectValueSource } from './package-install.ts';
import { parsePackage } from './package-validation.ts';
import { aPackage } from './testing/index.ts';

const serving = {
  apiVersion: 'operator.knative.dev/v1beta1',
  kind: 'KnativeServing',
  metadata: { name: 'knative-serving' },
  spec: { version: '1.21', ingress: { kourier: { enabled: false } }, names: ['a'] },
};
const from = (...valuesFrom: ObjectValueSource[]): ManifestsUnit => ({
  id: 'serving',
  type: 'manifests',
  objects: [serving, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' } }],
  valuesFrom,
  after: [],
  timeoutSeconds: 60,
});
const source = (to: string, more: Partial<ObjectValueSource> = {}): ObjectValueSource => ({
  from: 'kourier.enabled',
  object: 'KnativeServing/knative-serving',
  to,
  ...more,
});

describe('the objects of a unit', () => {
  test('get the configuration where the unit says, beside what they have', () => {
    const unit = from(
      source('spec.ingress.kourier.enabled'),
      source('spec.config', { from: 'config' }),
      source('spec.host', { from: 'host', of: 'dns' }),
      source('spec.absent', { from: 'absent' }),
    );
    const config = { network: { 'ingress-class': 'kourier' } };
    const [filled, other] = configuredObjects(unit, { kourier: { enabled: true }, config }, { dns: { host: 'x' } });
    expect(filled).toEqual({
      ...serving,
      spec: { version: '1.21', ingress: { kourier: { enabled: true } }, names: ['a'], config, host: 'x' },
    });
    expect(other).toEqual(unit.objects[1]);
    expect(serving.spec.ingress.kourier.enabled).toBe(false);
  });

  test('get what stands for a value, and nothing for one that is not named', () => {
    const map = { kourier: { kourier: { enabled: true } }, istio: { istio: { enabled: true } } };
    const unit = from(source('spec.ingress', { from: 'networking', map }));
    const of = (networking: unknown) =>
      (configuredObjects(unit, { networking })[0]?.['spec'] as JsonObject | undefined)?.['ingress'];
    expect(of('kourier')).toEqual({ kourier: { enabled: true } });
    expect(of('istio')).toEqual({ kourier: { enabled: false }, istio: { enabled: true } });
    expect(of('toString')).toEqual({ kourier: { enabled: false } });
  });

  test('hold apart from it only what is written in them', () => {
    const [fixed] = fixedObjects(from(source('spec.ingress.kourier.enabled'), source('spec.config')));
    expect(fixed?.['spec']).toEqual({ version: '1.21', ingress: { kourier: {} }, names: ['a'] });
  });
});

test.each<[string, ObjectValueSource, string]>([
  [
    'an object that is not there',
    source('spec.a', { object: 'KnativeServing/other' }),
    'object names "KnativeServing/other"',
  ],
  ['what an object is called', source('metadata.name'), 'to is in metadata, which configuration does not change'],
  ['what is no object', source('spec.names.first'), 'to goes through spec.names, which is no object'],
  ['a prototype', source('spec.__proto__.a'), 'to names no field'],
  [
    'a package that is not required',
    source('spec.a', { of: 'dns' }),
    'of names "dns", which is no package and no contract that is required',
  ],
])('a unit that puts a value into %s is not published', (_, valuesFrom, message) => {
  const install = { namespace: 'knative', units: [{ ...from(valuesFrom) }] };
  expect(() => parsePackage({ ...aPackage('knative'), install })).toThrow(message);
});

test('what names no object at all is refused by its form', () => {
  const install = { namespace: 'knative', units: [from(source('spec.a', { object: 'everything' }))] };
  expect(() => parsePackage({ ...aPackage('knative'), install })).toThrow('valuesFrom[0].object must match pattern');
});
