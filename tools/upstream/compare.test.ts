import { expect, test } from 'vitest';
import type { JsonObject, KubernetesObject } from '../../packages/base/src/index.ts';
import type { CapabilityPackage } from '../../packages/capability-model/src/index.ts';
import { compareBehaviour, crdDifferences } from './compare.ts';
import { startJudge } from './judge.ts';
import { mutantsOf } from './mutants.ts';
import type { World } from './world.ts';

/** Of either steps or iterations, with a weight up to 100. */
const STRICT = {
  type: 'object',
  required: ['target'],
  properties: {
    target: { type: 'string', maxLength: 10 },
    weight: { type: 'integer', minimum: 0, maximum: 100 },
    steps: { type: 'array', items: { type: 'integer' } },
    iterations: { type: 'integer' },
    mode: { type: 'string', enum: ['fast', 'slow'] },
  },
  oneOf: [{ required: ['steps'] }, { required: ['iterations'] }],
  'x-kubernetes-validations': [{ rule: '!has(self.target) || self.target != "nowhere"', message: 'goes nowhere' }],
};

const OBJECT = {
  apiVersion: 'roll.example.com/v1',
  kind: 'Roll',
  metadata: { name: 'one' },
  spec: { target: 'web', weight: 50, steps: [10, 20], mode: 'fast' },
} as KubernetesObject;

function aCrd(spec: JsonObject, names: JsonObject = {}): KubernetesObject {
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  const all = { kind: 'Roll', plural: 'rolls', singular: 'roll', ...names };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'rolls.roll.example.com' },
    spec: {
      group: 'roll.example.com',
      scope: 'Namespaced',
      names: all,
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  } as KubernetesObject;
}

function aWorld(crd: KubernetesObject): World {
  const install = { crds: [{ name: crd.metadata.name, from: 'chart' }] };
  const versions = [{ name: 'roll', install }] as unknown as CapabilityPackage[];
  return { name: 'test', versions, crds: new Map([['roll', [crd]]]), manifests: [], missing: [] };
}

async function compare(standIn: KubernetesObject, upstream: KubernetesObject): Promise<readonly string[]> {
  await using ours = await startJudge([standIn]);
  await using theirs = await startJudge([upstream]);
  const objects = [{ file: 'roll.yaml', object: OBJECT }];
  expect([await ours.refusal(OBJECT), await theirs.refusal(OBJECT)]).toEqual([undefined, undefined]);
  const { laxer } = await compareBehaviour(objects, aWorld(upstream), { standIns: ours, upstream: theirs });
  return laxer;
}

test('a stand-in with the same schema accepts nothing more', async () => {
  expect(await compare(aCrd(STRICT), aCrd(STRICT))).toEqual([]);
});

const { oneOf: _oneOf, ...withoutOneOf } = STRICT;
const { required: _required, ...withoutRequired } = STRICT;
const properties = (more: JsonObject) => ({ ...STRICT, properties: { ...STRICT.properties, ...more } });

test.each([
  ['fields that exclude one another', withoutOneOf, 'spec.iterations: is there too'],
  ['a field that must be there', withoutRequired, 'spec.target: is missing'],
  ['a limit', properties({ weight: { type: 'integer', minimum: 0 } }), 'spec.weight: is above 100'],
  ['a length', properties({ target: { type: 'string' } }), 'spec.target: is longer than 10'],
  ['an enumeration', properties({ mode: { type: 'string' } }), 'spec.mode: is a text:'],
  ['a type', properties({ weight: { 'x-kubernetes-int-or-string': true } }), 'spec.weight: is a text:'],
  ['unknown fields', { ...STRICT, 'x-kubernetes-preserve-unknown-fields': true }, 'spec.capstanUnknown: is an unknown'],
])('a stand-in that is laxer about %s is found', async (_what, schema, expected) => {
  const laxer = await compare(aCrd(schema), aCrd(STRICT));
  expect(laxer.filter((line) => line.includes(expected))).toHaveLength(1);
});

test('a stand-in that is stricter is no difference', async () => {
  const strict = properties({ target: { type: 'string', maxLength: 5 } });
  expect(await compare(aCrd(strict), aCrd(STRICT))).toEqual([]);
});

test('names, versions and scope of CRDs are compared', () => {
  const ours = aWorld(aCrd(STRICT));
  expect(crdDifferences(ours, aWorld(aCrd(STRICT)))).toEqual([]);
  expect(crdDifferences(ours, aWorld(aCrd(STRICT, { shortNames: ['rl'] })))).toEqual([
    'roll: rolls.roll.example.com: shortNames is [] and upstream ["rl"]',
  ]);
});

test('each variation changes one place, and the object stays as it was', () => {
  const before = structuredClone(OBJECT);
  const mutants = mutantsOf(OBJECT, { properties: { spec: STRICT } });
  expect(OBJECT).toEqual(before);
  expect(new Set(mutants.map(({ object }) => JSON.stringify(object))).size).toBeGreaterThan(50);
  expect(mutants.find(({ what }) => what === 'spec.steps.1: is negative')?.object).toMatchObject({
    spec: { steps: [10, -1], weight: 50 },
  });
});
