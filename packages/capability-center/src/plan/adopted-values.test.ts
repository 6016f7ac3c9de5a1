import type { JsonObject } from '@capstan/base';
import { helmUnits } from '@capstan/capability-model';
import { aPackage } from '@capstan/capability-model/testing';
import { expect, test } from 'vitest';
import { leftOver, takenOver } from './adopted-values.ts';

const metadata = aPackage('things', {
  config: {
    schema: {
      type: 'object',
      properties: {
        replicas: { type: 'integer', default: 1 },
        log: { type: 'object', properties: { level: { type: 'string' } } },
      },
    },
  },
  install: {
    namespace: 'things',
    units: [
      {
        id: 'things',
        type: 'helm',
        release: 'things',
        chart: { repository: 'https://charts.example.org', name: 'things', version: '1.0.0' },
        values: { mode: 'quiet' },
        valuesFrom: [
          { from: 'replicas', to: 'controller.replicaCount' },
          { from: 'log.level', to: 'logging' },
        ],
        crds: {
          owner: 'capstan',
          extractValues: { crds: { install: true } },
          installValues: { crds: { install: false } },
        },
      },
    ],
  },
});

test.each<[string, JsonObject, JsonObject, string[]]>([
  ['no values', {}, {}, []],
  [
    'values that the package has configuration for',
    { controller: { replicaCount: 3 }, logging: 'debug' },
    { replicas: 3, log: { level: 'debug' } },
    [],
  ],
  ['the default', { controller: { replicaCount: 1 } }, {}, []],
  ['values that the package sets itself', { mode: 'quiet', crds: { install: true } }, {}, []],
  [
    'values that would be lost',
    { mode: 'loud', controller: { image: 'x' }, extra: {} },
    {},
    ['controller.image', 'extra', 'mode'],
  ],
  ['a hostile name', JSON.parse('{"__proto__": {"a": 1}}') as JsonObject, {}, ['__proto__.a']],
])('a release with %s', (_, values, configuration, lost) => {
  const [unit] = helmUnits(metadata);
  if (!unit) throw new Error('the package has a unit');
  expect(takenOver(metadata, [[unit, { values }]])).toEqual(configuration);
  expect(leftOver(unit, values)).toEqual(lost);
});
