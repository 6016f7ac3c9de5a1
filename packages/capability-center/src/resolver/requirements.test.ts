import { aPackage } from '@capstan/capability-model/testing';
import { describe, expect, test } from 'vitest';
import { candidatesOf } from './candidates.ts';
import { resolve } from './resolve.ts';
import type { ResolverInput, ResolverResult } from './types.ts';

/** A question about packages as centers publish them. */
function asked(packages: Readonly<Record<string, object>>, more: Partial<ResolverInput> = {}): ResolverResult {
  const entries = Object.entries(packages).map(([name, fields]) => ({
    center: 'test',
    metadata: aPackage(name, fields as Record<string, unknown>),
    digest: `sha256:${name}`,
  }));
  const [first = ''] = Object.keys(packages);
  return resolve({
    goals: [{ package: first, range: '*', askedBy: 'you' }],
    installed: [],
    universe: candidatesOf(entries),
    facts: { kubernetes: 'v1.35.4', arch: ['amd64'] },
    ...more,
  });
}

const names = (result: ResolverResult) => (result.status === 'solved' ? result.lock.map((one) => one.package) : result);

describe('a requirement at run time', () => {
  const on = (name: string, more: object = {}) => ({ requires: [{ package: name, range: '*', ...more }] });

  test('is met as well, and says nothing about the order', () => {
    expect(names(asked({ a: on('b', { at: 'run' }), b: {} }))).toEqual(['a', 'b']);
    expect(names(asked({ a: on('b'), b: {} }))).toEqual(['b', 'a']);
  });

  test('breaks a cycle: who is needed to install comes first, whatever its name', () => {
    const result = asked({ a: on('z'), z: on('a', { at: 'run' }) });
    expect(result).toMatchObject({
      lock: [
        { package: 'z', requires: ['a'], onlyToRun: ['a'] },
        { package: 'a', requires: ['z'] },
      ],
    });
  });

  test('is one to install where the same package is needed for that, too', () => {
    const both = { requires: [...on('b', { at: 'run' }).requires, ...on('b').requires] };
    expect(names(asked({ a: both, b: {} }))).toEqual(['b', 'a']);
  });

  test('may be one of alternatives', () => {
    const either = (at: object) => ({ requires: [{ anyOf: [{ package: 'b', range: '*', ...at }] }] });
    expect(names(asked({ a: either({ at: 'run' }), b: {} }))).toEqual(['a', 'b']);
    expect(names(asked({ a: either({}), b: {} }))).toEqual(['b', 'a']);
  });
});

describe('a requirement under a condition', () => {
  const needs = (when: object) => ({
    requires: [{ package: 'b', range: '*', when }],
    config: { schema: { type: 'object', properties: { metrics: { type: 'boolean', default: false } } } },
  });
  const withValues = (values: object) => ({
    goals: [{ package: 'a', range: '*', askedBy: 'you', values: values as Record<string, unknown> }],
  });

  test.each<[string, object, Partial<ResolverInput>, readonly string[]]>([
    ['a value that is given', { config: 'metrics', equals: true }, withValues({ metrics: true }), ['b', 'a']],
    ['the default of a value', { config: 'metrics', equals: true }, withValues({}), ['a']],
    [
      'a value that an installed package has',
      { config: 'metrics', equals: true },
      { installed: [{ package: 'a', version: '1.0.0', release: 0, values: { metrics: true } }] },
      ['b', 'a'],
    ],
    ['the Kubernetes version', { fact: 'kubernetes', range: '>=1.35' }, {}, ['b', 'a']],
    ['another Kubernetes version', { fact: 'kubernetes', range: '>=1.36' }, {}, ['a']],
    ['the architecture', { fact: 'arch', in: ['arm64'] }, {}, ['a']],
    [
      'both',
      {
        all: [
          { fact: 'arch', in: ['amd64'] },
          { config: 'metrics', equals: true },
        ],
      },
      withValues({ metrics: true }),
      ['b', 'a'],
    ],
  ])('is decided before anything is chosen: %s', (_, when, more, expected) => {
    expect(names(asked({ a: needs(when), b: {} }, more))).toEqual(expected);
  });
});

test('an APIService is served by one package only', () => {
  const serves = { provides: { apiServices: ['v1beta1.external.metrics.k8s.io'] } };
  const result = asked({
    both: { requires: ['a', 'b'].map((name) => ({ package: name, range: '*' })) },
    a: serves,
    b: serves,
  });
  if (result.status !== 'unsatisfiable') throw new Error(result.status);
  expect(result.explanation).toContain('a and b both bring APIService v1beta1.external.metrics.k8s.io');
});
