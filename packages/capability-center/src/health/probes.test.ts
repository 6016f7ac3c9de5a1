import type { KubernetesObject } from '@capstan/base';
import type { Probe } from '@capstan/capability-model';
import { describe, expect, test } from 'vitest';
import { valuesAt } from './field-path.ts';
import { evaluateProbe, summarizeProbes } from './probes.ts';

const target = { apiVersion: 'v1', kind: 'Thing', name: 'one' };
const base = { id: 'p', target, level: 'blocking', servedByPods: false } as const;
const real = { simulated: false };
const simulated = { simulated: true, reason: 'all nodes are kwok' };

function thing(fields: object = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'one' }, ...fields };
}

const condition = (status: string) =>
  thing({ status: { conditions: [{ type: 'Available', status, reason: 'Why', message: 'm' }] } });
const available: Probe = { ...base, type: 'condition', condition: { type: 'Available', status: 'True' } };
const field: Probe = { ...base, type: 'field', path: 'webhooks[*].clientConfig.caBundle' };
const equal: Probe = { ...base, type: 'field', path: 'spec.mode', equals: 'on' };

describe('a probe', () => {
  test.each([
    ['kstatus: current', { ...base, type: 'kstatus' } as Probe, thing(), 'ok'],
    [
      'kstatus: going away',
      { ...base, type: 'kstatus' } as Probe,
      { ...thing(), metadata: { name: 'one', deletionTimestamp: 'x' } },
      'failed',
    ],
    ['absent', available, undefined, 'failed'],
    ['condition: true', available, condition('True'), 'ok'],
    ['condition: false', available, condition('False'), 'failed'],
    ['condition: none', available, thing(), 'failed'],
    ['field: all filled', field, thing({ webhooks: [{ clientConfig: { caBundle: 'x' } }] }), 'ok'],
    [
      'field: one empty',
      field,
      thing({ webhooks: [{ clientConfig: { caBundle: 'x' } }, { clientConfig: {} }] }),
      'failed',
    ],
    ['field: no items', field, thing({ webhooks: [] }), 'failed'],
    ['field: equal', equal, thing({ spec: { mode: 'on' } }), 'ok'],
    ['field: not equal', equal, thing({ spec: { mode: 'off' } }), 'failed'],
  ])('%s', (_name, probe, object, result) => {
    expect(evaluateProbe(probe, object, real).result).toBe(result);
  });

  test('of something that a pod serves says nothing where pods are simulated, whatever the status is', () => {
    const probe = { ...available, servedByPods: true };
    expect(evaluateProbe(probe, condition('True'), simulated)).toEqual({
      result: 'unverifiable',
      message: 'pods are simulated here: all nodes are kwok',
    });
    expect(evaluateProbe(probe, condition('True'), real).result).toBe('ok');
  });

  test('of what a controller reports says nothing where pods are simulated, unless somebody plays it', () => {
    const probe = { ...available, reportedByPods: true };
    expect(evaluateProbe(probe, thing(), simulated)).toEqual({
      result: 'unverifiable',
      message: 'no controller has reported on thing/one, and pods are simulated here',
    });
    expect(evaluateProbe(probe, thing(), real).result).toBe('failed');
    expect(evaluateProbe(probe, undefined, simulated).result).toBe('failed');
    expect(evaluateProbe(probe, condition('True'), simulated).result).toBe('ok');
    expect(evaluateProbe(probe, condition('False'), simulated).result).toBe('failed');
  });

  test('that fails tells the condition and its message', () => {
    expect(evaluateProbe(available, condition('False'), real).message).toBe('thing/one: Available is False (Why): m');
  });
});

test.each([
  [['ok', 'ok'], 'Ready'],
  [['ok', 'unverifiable'], 'Ready (1 check not verifiable here)'],
  [['unverifiable', 'unverifiable'], 'Ready (2 checks not verifiable here)'],
  [['failed', 'unverifiable', 'ok'], 'Degraded (1 of 3 checks fails)'],
  [[], 'Ready'],
] as const)('%j in one line: %s', (results, summary) => {
  expect(summarizeProbes(results.map((result) => ({ result })))).toBe(summary);
});

test.each([
  ['a.b', { a: { b: 1 } }, [1]],
  ['a[1]', { a: [1, 2] }, [2]],
  ['a[*].b', { a: [{ b: 1 }, {}] }, [1, undefined]],
  ['a.b', { a: 'text' }, [undefined]],
  ['a[*]', {}, [undefined]],
  ['constructor', {}, [undefined]],
])('values at %s', (path, value, values) => {
  expect(valuesAt(value, path)).toEqual(values);
});
