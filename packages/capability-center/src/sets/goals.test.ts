import type { CapabilityInstall, CapabilityInstallSpec, CapabilitySet } from '@capstan/capability-model';
import { describe, expect, test } from 'vitest';
import type { LockedPackage } from '../installer/lock.ts';
import { goalsOf, type SetSurroundings } from './goals.ts';

const set = (name: string, ...capabilities: CapabilityInstallSpec[]): CapabilitySet => ({
  apiVersion: 'capstan.dev/v1alpha1',
  kind: 'CapabilitySet',
  metadata: { name },
  spec: { capabilities },
});
const entry = (version: string, more: Partial<CapabilityInstallSpec> = {}): CapabilityInstallSpec => ({
  package: 'keda',
  version,
  ...more,
});
const locked = (range: string, askedBy: string[]): Record<string, LockedPackage> => ({
  keda: {
    version: '2.20.2',
    release: 0,
    center: 'capstan',
    packageDigest: 'sha256:a',
    planDigest: 'sha256:b',
    goal: askedBy.length > 0,
    askedBy: Object.fromEntries(askedBy.map((who) => [who, range])),
    requires: [],
    at: '2026-03-01T10:00:00Z',
  },
});
const installed = (values: object): SetSurroundings['installs'] =>
  new Map([['keda', { spec: { package: 'keda', version: '*', values } } as unknown as CapabilityInstall]]);
const around = (own: CapabilitySet, others: CapabilitySet[] = [], more: Partial<SetSurroundings> = {}) =>
  goalsOf(own, { sets: [own, ...others], locked: {}, installs: new Map(), ...more });

describe('the goals of a set', () => {
  test('are its entries, asked for in its name', () => {
    expect(around(set('a', entry('^2.0.0', { values: { x: 1 }, center: 'mine' })))).toEqual({
      goals: [
        { package: 'keda', range: '>=2.0.0 <3.0.0-0', askedBy: 'CapabilitySet a', values: { x: 1 }, center: 'mine' },
      ],
      besides: [],
      problems: [],
    });
  });

  test.each([
    ['>=2.20.2', '2.20.2-r3'],
    ['2.20.2-r3', '2.20.2'],
    ['2.20.2-r3', '2.20.2-r3'],
  ])('in the versions %s and %s can both be met', (own, other) => {
    expect(around(set('a', entry(own)), [set('b', entry(other))]).problems).toEqual([]);
  });

  test('leave out what is paused', () => {
    expect(around(set('a', entry('*', { paused: true })))).toEqual({ goals: [], besides: [], problems: [] });
  });

  test('come with what another set asks for of the same package; what people ask for is in the lock', () => {
    const other = set('b', entry('<2.5.0'), entry('*', { package: 'other' }));
    const { goals, besides } = around(set('a', entry('>=2.1.0')), [other], { locked: locked('<2.6.0', ['you']) });
    expect(goals).toMatchObject([{ package: 'keda', range: '>=2.1.0', askedBy: 'CapabilitySet a' }]);
    expect(besides).toEqual([{ package: 'keda', askedBy: 'CapabilitySet b', range: '<2.5.0' }]);
  });

  test.each<[string, ReturnType<typeof around>, RegExp]>([
    [
      'versions of another set',
      around(set('a', entry('>=2.0.0')), [set('b', entry('<2.0.0'))]),
      /CapabilitySet a and CapabilitySet b ask for different versions: >=2\.0\.0 and <2\.0\.0/,
    ],
    [
      'releases of another set',
      around(set('a', entry('2.20.2-r3')), [set('b', entry('2.20.2-r1'))]),
      /CapabilitySet a and CapabilitySet b ask for different versions: 2\.20\.2-r3 and 2\.20\.2-r1/,
    ],
    [
      'versions of people',
      around(set('a', entry('>=2.0.0')), [], { locked: locked('<2.0.0', ['you']) }),
      /CapabilitySet a and the goal that was set at the command line ask for different versions/,
    ],
    [
      'values of another set',
      around(set('a', entry('*', { values: { x: 1 } })), [set('b', entry('*', { values: { x: 2 } }))]),
      /CapabilitySet a and CapabilitySet b ask for different values/,
    ],
    [
      'values of people',
      around(set('a', entry('*', { values: { x: 1 } })), [], {
        locked: locked('*', ['you']),
        installs: installed({ x: 2 }),
      }),
      /the command line ask for different values/,
    ],
    [
      'centers',
      around(set('a', entry('*', { center: 'one' })), [set('b', entry('*', { center: 'two' }))]),
      /different centers: one and two/,
    ],
  ])('conflict in %s, with both owners named', (_, { goals, problems }, message) => {
    expect(goals).toEqual([]);
    expect(problems).toEqual([{ package: 'keda', reason: 'Conflict', message: expect.stringMatching(message) }]);
  });

  test('do not conflict with values that the set itself brought', () => {
    const own = set('a', entry('*', { values: { x: 1 } }));
    const joined = { locked: locked('*', ['CapabilitySet a', 'you']), installs: installed({ x: 2 }) };
    expect(around(own, [], joined).problems).toEqual([]);
  });

  test.each(['newest', '>=', '1.2.3.4'])('of version "%s" are refused', (version) => {
    expect(around(set('a', entry(version))).problems).toMatchObject([{ reason: 'SpecInvalid' }]);
  });
});
