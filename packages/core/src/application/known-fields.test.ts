import { expect, test } from 'vitest';
import { withoutLeftOut, withoutUndeclared } from './known-fields.ts';
import { withDigest } from './plain.ts';

const container = { name: 'web', ports: [{ containerPort: 80, wrong: 1 }, { containerPort: 81 }] };
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { foo: 'bar', replicas: 1, template: { spec: { containers: [container], 'odd-one': {} } } },
};
const refusal = (...errors: string[]) =>
  `failed to create typed patch object (ns/web; apps/v1, Kind=Deployment): ${errors.length > 1 ? 'errors:\n  ' : ''}${errors.join('\n  ')}`;
const undeclared = (path: string) => `${path}: field not declared in schema`;

test('the fields that a refusal names are left out, also in items that are named by their keys', () => {
  const item = '.spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].wrong';
  const message = refusal(undeclared('.spec.foo'), undeclared('.spec.template.spec.odd-one'), undeclared(item));
  const { object, removed } = withoutUndeclared(deployment, message);
  expect(object['spec']).toEqual({
    replicas: 1,
    template: { spec: { containers: [{ name: 'web', ports: [{ containerPort: 80 }, { containerPort: 81 }] }] } },
  });
  expect(removed).toEqual([
    'spec.foo is not a field that the API server knows',
    'spec.template.spec.odd-one is not a field that the API server knows',
    `${item.slice(1)} is not a field that the API server knows`,
  ]);
});

test.each([
  'the server is busy',
  refusal('.spec.replicas: expected numeric (int or float), got string'),
  refusal(undeclared('.spec.template.spec.containers[name="other"].image')),
  refusal(undeclared('.spec.nothing')),
])('nothing is left out for: %s', (message) => {
  const { object, removed } = withoutUndeclared(deployment, message);
  expect(removed).toEqual([]);
  expect(object).toBe(deployment);
});

test('what was left out is known from the live object, for as long as the same is stated', () => {
  const stated = withDigest(deployment);
  const { object: live } = withoutUndeclared(stated, refusal(undeclared('.spec.foo')));
  expect(withoutLeftOut(stated, live)).toEqual(live);
  expect(withoutUndeclared(live, refusal(undeclared('.spec.replicas'))).object.metadata.annotations).toMatchObject({
    'capstan.dev/left-out': '[".spec.foo",".spec.replicas"]',
  });
  const other = withDigest({ ...deployment, spec: { ...deployment.spec, replicas: 2 } });
  expect(withoutLeftOut(other, live)).toBe(other);
  const edited = {
    ...live,
    metadata: { ...live.metadata, annotations: { ...live.metadata.annotations, 'capstan.dev/left-out': '{' } },
  };
  expect(withoutLeftOut(stated, edited)).toBe(stated);
});
