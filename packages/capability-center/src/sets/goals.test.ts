import type { CapabilityInstall, CapabilityInstallSpec, CapabilitySet } from '@capstan/capability-model';
import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, test } from 'vitest';
import type { LockedPackage } from '../installer/lock.ts';
import { goalsOf, intersection, type SetSurroundings } from './goals.ts';

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
    askedBy,
    range,
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
      problems: [],
    });
  });

  test('leave out what is paused', () => {
    expect(around(set('a', entry('*', { paused: true })))).toEqual({ goals: [], problems: [] });
  });

  test.each([
    ['another set', around(set('a', entry('>=2.1.0')), [set('b', entry('<2.5.0'))])],
    ['people', around(set('a', entry('>=2.1.0')), [], { locked: locked('<2.5.0', ['you']) })],
  ])('suit %s that asks for the same package', (_, { goals }) => {
    expect(semver.satisfies('2.3.0', goals[0]?.range ?? '')).toBe(true);
    expect(['2.0.0', '2.6.0'].some((version) => semver.satisfies(version, goals[0]?.range ?? ''))).toBe(false);
  });

  test('stay the same once they are in force', () => {
    const own = set('a', entry('>=2.1.0'));
    const [first] = around(own, [], { locked: locked('<2.5.0', ['you']) }).goals;
    const [second] = around(own, [], { locked: locked(first?.range ?? '', ['CapabilitySet a', 'you']) }).goals;
    expect(second).toEqual(first);
  });

  test.each<[string, ReturnType<typeof around>, RegExp]>([
    [
      'versions of another set',
      around(set('a', entry('>=2.0.0')), [set('b', entry('<2.0.0'))]),
      /CapabilitySet a and CapabilitySet b ask for different versions: >=2\.0\.0 and <2\.0\.0/,
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

test('a version is in the intersection of two ranges when it is in both', () => {
  const number = fc.integer({ min: 0, max: 3 });
  const version = fc.tuple(number, number, number).map((parts) => parts.join('.'));
  const comparator = fc.tuple(fc.constantFrom('>=', '<', '^', '~', ''), version).map(([sign, at]) => `${sign}${at}`);
  const range = fc
    .array(fc.array(comparator, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 })
    .map((sets) => new semver.Range(sets.map((all) => all.join(' ')).join(' || ')).range);
  fc.assert(
    fc.property(range, range, version, (a, b, probe) => {
      if (!semver.intersects(a, b)) return;
      const both = semver.satisfies(probe, a) && semver.satisfies(probe, b);
      expect(semver.satisfies(probe, intersection(a, b))).toBe(both);
    }),
  );
});
