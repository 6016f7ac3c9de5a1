import type { KubernetesObject } from '@capstan/base';
import { expect, test } from 'vitest';
import { lockIn } from './lock.ts';

const record = (packages: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'lock' },
  data: { 'lock.json': Buffer.from(JSON.stringify({ packages, removed: {} })).toString('base64') },
});

test.each<[string, object, object]>([
  ['the first version knew people only', { goal: true, range: '^2.0.0' }, { you: '^2.0.0' }],
  [
    'then came names with one range for all',
    { goal: true, askedBy: ['CapabilitySet a', 'you'], range: '^2.0.0' },
    { 'CapabilitySet a': '^2.0.0', you: '^2.0.0' },
  ],
  ['nobody asks for what others need', { goal: false, askedBy: [], range: '*' }, {}],
  ['today each has a range', { goal: true, askedBy: { you: '*' } }, { you: '*' }],
])('who asks is read from locks of every age: %s', (_, locked, askedBy) => {
  expect(lockIn(record({ keda: { version: '2.20.2', ...locked } })).packages['keda']).toEqual({
    version: '2.20.2',
    goal: 'goal' in locked && locked.goal,
    askedBy,
  });
});
