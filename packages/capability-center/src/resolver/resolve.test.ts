import type { ConflictRule } from '@capstan/capability-model';
import { describe, expect, test } from 'vitest';
import { resolutionError } from './explain.ts';
import { api, explanationOf, given, goal, installed, lockOf, needs, offers, on, version } from './testing/builders.ts';
import type { Candidate, ResolverGoal, ResolverInput } from './types.ts';

describe('a solution', () => {
  test.each<[string, Candidate[], ResolverGoal[], string]>([
    [
      'takes the newest version',
      [version('a', '1.0.0'), version('a', '1.10.0'), version('a', '1.9.0')],
      [goal('a')],
      'a 1.10.0',
    ],
    ['keeps to the range', [version('a', '1.0.0'), version('a', '2.0.0')], [goal('a', '^1')], 'a 1.0.0'],
    ['leaves pre-releases alone', [version('a', '1.0.0'), version('a', '2.0.0-rc.1')], [goal('a')], 'a 1.0.0'],
    [
      'takes a pre-release that is asked for',
      [version('a', '1.0.0'), version('a', '2.0.0-rc.1')],
      [goal('a', '2.0.0-rc.1')],
      'a 2.0.0-rc.1',
    ],
    [
      'brings dependencies of dependencies first',
      [version('a', '1.0.0', needs(on('b'))), version('b', '1.0.0', needs(on('c', '>=2'))), version('c', '2.1.0')],
      [goal('a')],
      'c 2.1.0, b 1.0.0, a 1.0.0',
    ],
    [
      'steps back for a diamond',
      [
        version('a', '1.0.0', needs(on('b'), on('c'))),
        version('b', '2.0.0', needs(on('d', '^2'))),
        version('b', '1.0.0', needs(on('d'))),
        version('c', '1.0.0', needs(on('d', '^1'))),
        version('d', '2.0.0'),
        version('d', '1.5.0'),
      ],
      [goal('a')],
      'd 1.5.0, b 1.0.0, c 1.0.0, a 1.0.0',
    ],
    [
      'bears a cycle',
      [version('a', '1.0.0', needs(on('b'))), version('b', '1.0.0', needs(on('a')))],
      [goal('a')],
      'a 1.0.0, b 1.0.0',
    ],
    [
      'finds a provider of a contract with its features',
      [
        version('a', '1.0.0', needs({ capability: 'split', range: '>=1', features: ['header'] })),
        version('x', '1.0.0', offers('split', '1.2.0')),
        version('y', '1.0.0', offers('split', '1.1.0', ['header'])),
      ],
      [goal('a')],
      'y 1.0.0, a 1.0.0',
    ],
    [
      'finds a provider of an API',
      [
        version('a', '1.0.0', needs({ api: { group: 'example.org', kind: 'K' }, anyVersion: ['v2'] })),
        version('x', '1.0.0', api('K')),
        version('x', '2.0.0', api('K', ['v1', 'v2'])),
      ],
      [goal('a')],
      'x 2.0.0, a 1.0.0',
    ],
    [
      'takes the first of several ways',
      [version('a', '1.0.0', needs({ anyOf: [on('y'), on('x')] })), version('x', '1.0.0'), version('y', '1.0.0')],
      [goal('a')],
      'y 1.0.0, a 1.0.0',
    ],
    [
      'takes another way where the first is closed',
      [
        version('a', '1.0.0', needs({ anyOf: [on('y'), on('x')] })),
        version('x', '1.0.0'),
        version('y', '1.0.0', { platform: { kubernetes: '>=1.36' } }),
      ],
      [goal('a')],
      'x 1.0.0, a 1.0.0',
    ],
    [
      'is not pulled in by an optional need',
      [version('a', '1.0.0', needs(on('b', '^1', { optional: true }))), version('b', '1.0.0'), version('b', '2.0.0')],
      [goal('a')],
      'a 1.0.0',
    ],
    [
      'is bound by an optional need',
      [version('a', '1.0.0', needs(on('b', '^1', { optional: true }))), version('b', '1.0.0'), version('b', '2.0.0')],
      [goal('a'), goal('b')],
      'a 1.0.0, b 1.0.0',
    ],
    [
      'avoids what was withdrawn',
      [version('a', '1.0.0'), version('a', '1.1.0', { lifecycle: { phase: 'yanked' } })],
      [goal('a')],
      'a 1.0.0',
    ],
    [
      'takes deprecated versions last',
      [version('a', '1.0.0'), version('a', '1.1.0', { lifecycle: { phase: 'deprecated' } })],
      [goal('a')],
      'a 1.0.0',
    ],
    [
      'takes the last version that runs on this Kubernetes',
      [version('a', '1.0.0'), version('a', '1.1.0', { platform: { kubernetes: '>=1.36' } })],
      [goal('a')],
      'a 1.0.0',
    ],
    ...['1.0.0-r1', 'v1.0.0-r1'].map((label): [string, Candidate[], ResolverGoal[], string] => [
      `takes the release that ${label} names`,
      [0, 1, 2].map((release) => version('a', '1.0.0', { release, digest: `sha256:r${release}` })),
      [goal('a', label)],
      'a 1.0.0-r1',
    ]),
    [
      'prefers the newer release',
      [version('a', '1.0.0'), version('a', '1.0.0', { release: 1, digest: 'sha256:r1' })],
      [goal('a')],
      'a 1.0.0-r1',
    ],
  ])('%s', (_, universe, goals, expected) => expect(lockOf(given(universe, goals))).toBe(expected));

  test('names what each package needs', () => {
    const result = given([version('a', '1.0.0', needs(on('b'))), version('b', '1.0.0')], [goal('a')]);
    expect(result).toMatchObject({
      lock: [
        { package: 'b', requires: [] },
        { package: 'a', requires: ['b'] },
      ],
    });
  });

  const two = [version('a', '1.0.0'), version('a', '1.1.0')];
  test.each<[string, Partial<ResolverInput>, string, string]>([
    ['keeps what is installed', { installed: [installed('a', '1.0.0')] }, 'a 1.0.0', 'keep'],
    [
      'moves what should be lifted',
      { installed: [installed('a', '1.0.0')], policy: { lift: ['a'] } },
      'a 1.1.0',
      'upgrade',
    ],
    ['never goes back by itself', { installed: [installed('a', '1.1.0')] }, 'a 1.1.0', 'keep'],
  ])('%s', (_, more, lock, action) => {
    const result = given(two, [goal('a')], more);
    expect(lockOf(result)).toBe(lock);
    expect(result).toMatchObject({ changes: [{ package: 'a', action }] });
  });

  test('names the clause that forced each change', () => {
    const universe = [version('a', '1.0.0', needs(on('b', '^1.1'))), version('b', '1.0.0'), version('b', '1.1.0')];
    const result = given(universe, [goal('a')], { installed: [installed('b', '1.0.0'), installed('c', '1.0.0')] });
    expect(result).toMatchObject({
      changes: [
        { package: 'b', action: 'upgrade', because: { kind: 'requirement', text: 'a 1.0.0 needs b ^1.1' } },
        { package: 'a', action: 'install', because: { kind: 'goal', text: 'you asked for a' } },
        { package: 'c', action: 'unneeded' },
      ],
    });
  });

  test('keeps a withdrawn version where it is installed', () => {
    const universe = [version('a', '1.0.0', { lifecycle: { phase: 'yanked' } }), version('a', '1.1.0')];
    expect(lockOf(given(universe, [goal('a')], { installed: [installed('a', '1.0.0')] }))).toBe('a 1.0.0');
  });
});

describe('an impossible wish', () => {
  const conflicts = (rule: ConflictRule) => ({ conflicts: [rule] });
  test.each<[string, Candidate[], ResolverGoal[], Partial<ResolverInput>, string[]]>([
    [
      'range',
      [version('keda', '2.19.0'), version('keda', '2.20.2')],
      [goal('keda', '>=3')],
      {},
      [
        'Cannot install keda >=3.',
        'You asked for keda >=3.',
        'nearest: 2.20.2',
        'take keda 2.20.2 instead of >=3 (1 change)',
      ],
    ],
    [
      'release',
      [version('keda', '2.20.2', { release: 1 }), version('keda', '2.20.2', { release: 2, digest: 'sha256:r2' })],
      [goal('keda', '2.20.2-r9')],
      {},
      [
        'Cannot install keda 2.20.2-r9.',
        'No center offers keda 2.20.2-r9; of that version there are: 2.20.2-r2, 2.20.2-r1.',
        'take keda 2.20.2-r2 instead of 2.20.2-r9 (1 change)',
      ],
    ],
    [
      'pair of goals',
      [version('a', '1.0.0'), version('a', '2.0.0')],
      [goal('a', '^1', 'CapabilityInstall a'), goal('a', '^2')],
      {},
      ['CapabilityInstall a wants a ^1.', 'You asked for a ^2.', 'give up a, which CapabilityInstall a wants'],
    ],
    [
      'Kubernetes version',
      [version('a', '1.0.0', { platform: { kubernetes: '>=1.36' } })],
      [goal('a')],
      {},
      ['a 1.0.0 needs Kubernetes >=1.36; your cluster runs 1.35.4.'],
    ],
    [
      'architecture',
      [version('a', '1.0.0', { platform: { arch: ['arm64'] } })],
      [goal('a')],
      {},
      ['a 1.0.0 needs nodes of arm64; your cluster has amd64.'],
    ],
    [
      'conflict',
      [version('a', '1.0.0', conflicts({ package: 'b', reason: 'both inject sidecars' })), version('b', '1.0.0')],
      [goal('a'), goal('b', '*', 'CapabilityInstall b')],
      {},
      [
        'CapabilityInstall b wants b.',
        'a 1.0.0 conflicts with b 1.0.0 (both inject sidecars).',
        'give up b, which CapabilityInstall b wants (1 change)',
      ],
    ],
    [
      'conflict of an API',
      [
        version('a', '1.0.0', conflicts({ api: { group: 'example.org', kind: 'K' }, reason: 'r' })),
        version('b', '1.0.0', api('K')),
      ],
      [goal('a'), goal('b')],
      {},
      ['a 1.0.0 conflicts with b 1.0.0 (r).'],
    ],
    [
      'second owner of an API',
      [version('a', '1.0.0', api('K')), version('b', '1.0.0', api('K'))],
      [goal('a'), goal('b')],
      {},
      ['a and b both bring API K.example.org, which only one package can own.'],
    ],
    [
      'second owner of an exclusive contract',
      [version('a', '1.0.0', offers('mesh', '1.0.0', [], true)), version('b', '1.0.0', offers('mesh'))],
      [goal('a'), goal('b')],
      {},
      ['a and b both bring capability mesh'],
    ],
    [
      'unknown dependency',
      [version('a', '1.0.0', needs(on('b')))],
      [goal('a')],
      {},
      ['a 1.0.0 needs b.', 'No center offers b.'],
    ],
    [
      'dependency out of range',
      [version('a', '1.0.0', needs(on('b', '>=3', { reason: 'uses its webhook' }))), version('b', '2.0.0')],
      [goal('a')],
      {},
      ['a 1.0.0 needs b >=3 (uses its webhook).', 'No center offers b >=3; nearest: 2.0.0.'],
    ],
    [
      'contract that nothing offers so',
      [version('a', '1.0.0', needs({ capability: 'split', range: '>=2' })), version('x', '1.0.0', offers('split'))],
      [goal('a')],
      {},
      ['Nothing offers capability split >=2; x 1.0.0 has another version or lacks features.'],
    ],
    [
      'contract that none of several offers so',
      [
        version('a', '1.0.0', needs({ capability: 'split', range: '>=2' })),
        version('x', '1.0.0', offers('split')),
        version('y', '1.0.0', offers('split')),
      ],
      [goal('a')],
      {},
      ['Nothing offers capability split >=2; x 1.0.0, y 1.0.0 have another version or lack features.'],
    ],
    [
      'step back',
      [version('a', '1.0.0'), version('a', '1.1.0')],
      [goal('a', '1.0.0')],
      { installed: [installed('a', '1.1.0')] },
      ['a 1.0.0 is older than 1.1.0, which is installed.', 'allow going back to an older version (1 change)'],
    ],
    [
      'step over a major version',
      [version('a', '1.0.0'), version('a', '3.0.0')],
      [goal('a', '3')],
      { installed: [installed('a', '1.0.0')] },
      ['a 3.0.0 cannot be reached from 1.0.0 in one step.'],
    ],
    [
      'withdrawn version',
      [version('a', '1.0.0', { lifecycle: { phase: 'yanked', reason: 'loses data' } })],
      [goal('a')],
      {},
      ['a 1.0.0 was withdrawn by its publisher: loses data.'],
    ],
    [
      'rule of many versions, told once',
      ['1.0.0', '1.1.0', '1.2.0', '1.3.0', '1.4.0'].map((id) =>
        version('a', id, { platform: { kubernetes: '>=1.36' } }),
      ),
      [goal('a')],
      {},
      ['a (every version) needs Kubernetes >=1.36'],
    ],
  ])('%s', (_, universe, goals, more, expected) => {
    const result = given(universe, goals, more);
    const explanation = explanationOf(result);
    for (const line of expected) expect(explanation).toContain(line);
    expect(explanation.split('\n').length).toBeLessThanOrEqual(12);
  });

  test('never takes more than 12 lines', () => {
    const many = Array.from({ length: 30 }, (_, n) => version('a', `1.${n}.0`, needs(on(`b${n}`))));
    const goals = [goal('a'), goal('x', '^9'), goal('y', '^9')];
    expect(explanationOf(given(many, [goal('a')])).split('\n')).toHaveLength(8);
    expect(explanationOf(given(many, goals)).split('\n').length).toBeLessThanOrEqual(12);
  });

  test('is an error that carries proof and repairs', () => {
    const result = given([version('a', '1.0.0')], [goal('a', '^2')]);
    if (result.status === 'solved') throw new Error('solved');
    const error = resolutionError(result);
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_UNSATISFIABLE', exit: 5, message: 'Cannot install a ^2.' });
    expect(error.hint).toContain('You asked for a ^2.');
    expect(error.fields).toMatchObject({ proof: { nodes: expect.any(Array) }, repairs: [{ changes: 1 }] });
  });

  test('has no step in its proof that nothing leads to', () => {
    const fields = { upgrade: { from: ['*'] } };
    const universe = [
      version('p0', '1.0.0', { ...fields, ...needs({ api: { group: 'example.org', kind: 'K1' } }) }),
      version('p0', '1.1.0', { ...fields, ...needs({ anyOf: [on('p0', '^3')] }) }),
      version('p2', '1.0.0', { ...fields, ...api('K1') }),
      version('p1', '1.0.0', { ...fields, ...needs(on('p0')) }),
      version('p3', '1.0.0', fields),
    ];
    const result = given(universe, [goal('p0')], { installed: [installed('p2', '2.0.0')] });
    if (result.status !== 'unsatisfiable') throw new Error(result.status);
    const { nodes, edges } = result.proof;
    const leaves = nodes.filter(({ id }) => edges.every(({ to }) => to !== id));
    expect(new Set(leaves.map(({ kind }) => kind))).toEqual(new Set(['goal', 'requirement', 'catalog', 'upgrade']));
    expect(nodes.map(({ id }) => id)).toEqual(nodes.map((_, at) => at));
  });

  test('beyond the budget there is no guess', () => {
    const pigeons = Array.from({ length: 8 }, (_, n) =>
      version(`p${n}`, '1.0.0', needs({ anyOf: Array.from({ length: 7 }, (_, hole) => on(`h${hole}`, `${n}.0.0`)) })),
    );
    const holes = Array.from({ length: 7 }, (_, hole) => pigeons.map((_, n) => version(`h${hole}`, `${n}.0.0`))).flat();
    const result = given(
      [...pigeons, ...holes],
      pigeons.map(({ name }) => goal(name)),
      { policy: { maxSteps: 500 } },
    );
    expect(result).toMatchObject({ status: 'undecided', explanation: expect.stringContaining('500 steps') });
  });
});
