import { expect, test } from 'vitest';
import { aServerless, aService } from './testing/builders.ts';
import { REFUSED_BY_KNATIVE, SOUND_SPECS, WRONG_SPECS } from './testing/wrong-specs.ts';
import { validateServerless } from './validate.ts';
import { validateService } from './validate-service.ts';

test.each([...WRONG_SPECS, ...REFUSED_BY_KNATIVE])('%s is one problem, at its field', (_what, spec, path) => {
  expect(validateServerless(aServerless(spec))).toEqual([expect.objectContaining({ path })]);
});

test.each(SOUND_SPECS)('%s is fine', (_what, spec) => {
  expect(validateServerless(aServerless(spec))).toEqual([]);
});

test('a revision of another service is refused, with the names that there are', () => {
  const traffic = [{ revision: 'other-00001', percent: 100 }];
  expect(validateServerless(aServerless({ traffic }))).toEqual([
    {
      path: 'spec.traffic[0].revision',
      message: 'other-00001 is no revision of hello',
      hint: 'They are called hello-00001, hello-00002 and so on.',
    },
  ]);
});

test('revisions of a long name are shortened by Knative, and may be named', () => {
  const revision = `${'a'.repeat(25)}${'0'.repeat(32)}-00001`;
  const traffic = [{ revision, percent: 100 }];
  expect(validateServerless(aServerless({ traffic }, 'a'.repeat(57)))).toHaveLength(1);
  expect(validateServerless(aServerless({ traffic }, 'a'.repeat(58)))).toEqual([]);
});

test.each([
  ['a.b', 1],
  ['1st', 1],
  ['a'.repeat(63), 0],
  ['a'.repeat(64), 1],
])('a component called %s has %i problems', (name, count) => {
  expect(validateServerless(aServerless({}, name)).filter(({ path }) => path === 'metadata.name')).toHaveLength(count);
});

const two = (...ports: object[][]) => ({
  template: { spec: { containers: ports.map((one) => ({ image: 'i', ports: one })) } },
});

test.each<[string, object, object, string[]]>([
  ['the least', {}, {}, []],
  ['no template', { template: undefined }, {}, ['spec.template.spec.containers']],
  [
    'a container without an image',
    { template: { spec: { containers: [{ name: 'a' }] } } },
    {},
    ['spec.template.spec.containers[0].image'],
  ],
  ['two containers, one with a port', two([{ containerPort: 80 }], []), {}, []],
  ['two containers with ports', two([{}], [{}]), {}, ['spec.template.spec.containers']],
  ['two containers without ports', two([], []), {}, ['spec.template.spec.containers']],
  [
    'a reserved port',
    { template: { spec: { containers: [{ image: 'i', ports: [{ containerPort: 8022 }] }] } } },
    {},
    ['spec.template.spec.containers[0].ports[0].containerPort'],
  ],
  [
    'a revision with the name of another service',
    { template: { metadata: { name: 'other-v1' }, spec: { containers: [{ image: 'i' }] } } },
    {},
    ['spec.template.metadata.name'],
  ],
  [
    'a revision with a name of its own',
    { template: { metadata: { name: 'hello-v1' }, spec: { containers: [{ image: 'i' }] } } },
    {},
    [],
  ],
  [
    'autoscaling beside the template',
    {},
    { 'autoscaling.knative.dev/min-scale': '1' },
    ['metadata.annotations.autoscaling.knative.dev/min-scale'],
  ],
  ['shares of 90', { traffic: [{ revisionName: 'hello-00001', percent: 90 }] }, {}, ['spec.traffic']],
])("Knative's own Service: %s", (_what, spec, annotations, paths) => {
  const service = aService(spec);
  const stated = { ...service, metadata: { ...service.metadata, annotations: annotations as Record<string, string> } };
  expect(validateService(stated).map(({ path }) => path)).toEqual(paths);
});
