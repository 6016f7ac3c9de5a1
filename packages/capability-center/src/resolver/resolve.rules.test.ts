import { describe, expect, test } from 'vitest';
import { resolve } from './resolve.ts';
import {
  api,
  explanationOf,
  given,
  goal,
  installed,
  lockOf,
  needs,
  offers,
  on,
  question,
  version,
  versions,
} from './testing/builders.ts';
import type { Candidate, ResolverGoal, ResolverInput } from './types.ts';

const facts = (more: object) => ({ facts: { kubernetes: '1.35.4', arch: ['amd64'], ...more } });
const policy = (rules: NonNullable<NonNullable<ResolverInput['policy']>['rules']>) => ({ policy: { rules } });

describe('what may be chosen', () => {
  test.each<[string, Candidate[], ResolverGoal[], Partial<ResolverInput>, string]>([
    [
      'a requirement counts only where its condition on the configuration holds',
      [
        version('a', '1.0.0', needs(on('b', '*', { when: { config: 'metrics.enabled', equals: true } }))),
        version('b', '1.0.0'),
      ],
      [{ ...goal('a'), values: { metrics: { enabled: true } } }],
      {},
      'b 1.0.0, a 1.0.0',
    ],
    [
      'a default of the schema decides a condition too',
      [
        version('a', '1.0.0', {
          ...needs(on('b', '*', { when: { config: 'mode', equals: 'full' } })),
          config: { schema: { type: 'object', properties: { mode: { type: 'string', default: 'small' } } } },
        }),
        version('b', '1.0.0'),
      ],
      [goal('a')],
      {},
      'a 1.0.0',
    ],
    [
      'a condition on the facts',
      [
        version('a', '1.0.0', needs(on('b', '*', { when: { fact: 'kubernetes', range: '<1.34' } }))),
        version('b', '1.0.0'),
      ],
      [goal('a')],
      {},
      'a 1.0.0',
    ],
    [
      'a channel that is asked for lets its pre-releases in',
      [version('a', '1.0.0'), version('a', '2.0.0-rc.1', { channel: ['candidate'] })],
      [{ ...goal('a'), channels: ['stable', 'candidate'] }],
      {},
      'a 2.0.0-rc.1',
    ],
    [
      'a policy keeps to channels',
      [version('a', '1.0.0'), version('a', '1.1.0', { channel: ['edge'] })],
      [goal('a')],
      { policy: { channels: ['stable'] } },
      'a 1.0.0',
    ],
    [
      'a policy names the centers',
      [version('a', '1.0.0'), version('a', '1.1.0', { center: 'other' })],
      [goal('a')],
      policy([{ by: 'policy production', centers: ['capstan'] }]),
      'a 1.0.0',
    ],
    [
      'a policy names the signers',
      [version('a', '1.0.0', { trust: { signer: 'platform' } }), version('a', '1.1.0')],
      [goal('a')],
      policy([{ by: 'policy production', signers: ['platform'] }]),
      'a 1.0.0',
    ],
    [
      'a policy stops at a major version',
      [version('a', '1.0.0'), version('a', '2.0.0')],
      [goal('a')],
      policy([{ by: 'policy production', packages: ['a'], maxMajor: 1 }]),
      'a 1.0.0',
    ],
    [
      'the lowest version, where the policy prefers that',
      versions('a', ['1.0.0', '1.1.0']),
      [goal('a')],
      { policy: { prefer: 'lowest' } },
      'a 1.0.0',
    ],
    [
      'an API that is there without a package needs none',
      [
        version('a', '1.0.0', needs({ api: { group: 'example.org', kind: 'K' }, anyVersion: ['v1'] })),
        version('x', '1.0.0', api('K')),
      ],
      [goal('a')],
      facts({ apis: [{ group: 'example.org', kind: 'K', served: ['v1'], owner: 'somebody' }] }),
      'a 1.0.0',
    ],
    [
      'versions whose metadata cannot be read are passed over',
      [version('a', '1.0.0'), version('a', '1.1.0', { unreadable: 'it is not JSON' })],
      [goal('a')],
      {},
      'a 1.0.0',
    ],
    [
      'the provider that is needed anyway',
      [
        version('a', '1.0.0', needs({ capability: 'split', range: '*' }, on('y'))),
        version('x', '1.0.0', offers('split')),
        version('y', '1.0.0', offers('split')),
      ],
      [goal('a')],
      {},
      'y 1.0.0, a 1.0.0',
    ],
    [
      'the provider that is installed',
      [
        version('a', '1.0.0', needs({ capability: 'split', range: '*' })),
        version('x', '1.0.0', offers('split')),
        version('y', '1.0.0', offers('split')),
      ],
      [goal('a')],
      { installed: [installed('y', '1.0.0')] },
      'y 1.0.0, a 1.0.0',
    ],
    [
      'an installed pre-release',
      [version('a', '1.0.0-rc.1'), version('a', '0.9.0')],
      [goal('a')],
      { installed: [installed('a', '1.0.0-rc.1')] },
      'a 1.0.0-rc.1',
    ],
  ])('%s', (_, universe, goals, more, expected) => expect(lockOf(given(universe, goals, more))).toBe(expected));
});

describe('what may not be chosen', () => {
  test.each<[string, Candidate[], ResolverGoal[], Partial<ResolverInput>, string[]]>([
    [
      'operating system',
      [version('a', '1.0.0', { platform: { os: ['windows'] } })],
      [goal('a')],
      facts({ os: ['linux'] }),
      ['a 1.0.0 needs nodes that run windows; your cluster has linux.'],
    ],
    [
      'distribution',
      [version('a', '1.0.0', { platform: { distributions: ['openshift'] } })],
      [goal('a')],
      facts({ distribution: 'k3s' }),
      ['a 1.0.0 needs the distribution openshift; your cluster has k3s.'],
    ],
    [
      'API that somebody else brought',
      [version('a', '1.0.0', api('K'))],
      [goal('a')],
      facts({ apis: [{ group: 'example.org', kind: 'K', served: ['v1'], owner: 'Helm release k in default' }] }),
      ['a 1.0.0 brings API K.example.org, which Helm release k in default brought already.'],
    ],
    [
      'frozen package',
      [version('a', '1.0.0'), version('a', '1.1.0')],
      [goal('a', '1.1.0')],
      {
        installed: [installed('a', '1.0.0')],
        ...policy([{ by: 'CapabilityInstall a, which is paused', freeze: true }]),
      },
      [
        'a 1.1.0 may not replace 1.0.0 (CapabilityInstall a, which is paused).',
        'lift the rule of CapabilityInstall a, which is paused (1 change), medium risk',
      ],
    ],
    [
      'provider that another goal forbids',
      [
        ...versions('flagger', ['1.39.0', '1.40.0', '1.42.0']).map((each) =>
          each.version === '1.39.0'
            ? each
            : { ...each, requires: [{ capability: 'traffic-split', range: '>=2.0', features: ['header-match'] }] },
        ),
        version('istio', '1.24.0', offers('traffic-split', '1.0.0')),
        ...versions('istio', ['1.26.0', '1.27.0'], {
          platform: { kubernetes: '>=1.36' },
          ...offers('traffic-split', '2.0.0', ['header-match']),
        }),
        version('linkerd', '2.18.0', {
          ...offers('traffic-split', '2.0.0', ['header-match']),
          conflicts: [{ package: 'istio', reason: 'both inject sidecars' }],
        }),
      ],
      [goal('flagger', '>=1.40'), goal('istio', '*', 'CapabilityInstall mesh')],
      { installed: [installed('istio', '1.24.0')] },
      [
        'Cannot install flagger >=1.40.',
        'flagger >=1.40.0 needs capability traffic-split >=2.0 with header-match.',
        'Only istio >=1.26.0 and linkerd 2.18.0 offer capability traffic-split >=2.0 with header-match.',
        'istio >=1.26.0 needs Kubernetes >=1.36; your cluster runs 1.35.4.',
        'linkerd 2.18.0 conflicts with istio (every version) (both inject sidecars).',
        'take flagger 1.39.0 instead of >=1.40 (1 change)',
        'upgrade the cluster to Kubernetes 1.36 first',
      ],
    ],
  ])('%s', (_, universe, goals, more, expected) => {
    const explanation = explanationOf(given(universe, goals, more));
    for (const line of expected) expect(explanation).toContain(line);
    expect(explanation.split('\n').length).toBeLessThanOrEqual(12);
  });

  test('ways out are sorted by risk, then by how much changes', () => {
    const universe = [
      ...versions('a', ['1.0.0', '2.0.0'], needs(on('b', '^2'))),
      version('b', '1.0.0'),
      version('b', '2.0.0', { upgrade: { from: ['*'] } }),
    ];
    const result = given(universe, [goal('a', '^2'), goal('b', '^1', 'CapabilityInstall b')], {
      installed: [installed('b', '1.0.0')],
    });
    expect(result).toMatchObject({
      status: 'unsatisfiable',
      repairs: [
        { risk: 'low', text: 'take b 2.0.0 instead of ^1, which CapabilityInstall b wants' },
        { risk: 'high', text: 'give up b, which CapabilityInstall b wants' },
      ],
    });
  });
});

describe('an upgrade over several steps', () => {
  const from = (range: string) => ({ upgrade: { from: [range] } });
  const chain = [
    version('a', '1.0.0'),
    version('a', '2.0.0', from('^1')),
    version('a', '2.5.0', from('^2')),
    version('a', '3.0.0', from('^2.5')),
  ];
  const lifted = { installed: [installed('a', '1.0.0')], policy: { lift: ['a'] } };

  test('goes the shortest way', () => {
    expect(given(chain, [goal('a')], lifted)).toMatchObject({
      changes: [{ action: 'upgrade', to: { version: '3.0.0' }, hops: [{ version: '2.0.0' }, { version: '2.5.0' }] }],
    });
  });

  test('goes only over versions that fit what else is chosen', () => {
    const universe = [
      version('a', '1.0.0'),
      version('a', '2.0.0', { ...from('^1'), ...needs(on('b', '^9')) }),
      version('a', '2.1.0', from('^1')),
      version('a', '3.0.0', from('^2')),
      version('b', '1.0.0'),
    ];
    expect(given(universe, [goal('a'), goal('b')], lifted)).toMatchObject({
      changes: [{ package: 'a', hops: [{ version: '2.1.0' }] }, { package: 'b' }],
    });
    const closed = universe.filter(({ version: id }) => id !== '2.1.0');
    expect(lockOf(given(closed, [goal('a'), goal('b')], lifted))).toBe('a 1.0.0, b 1.0.0');
  });

  test('holds back what fits only the end of the way', () => {
    const universe = [
      version('a', '1.0.0', needs(on('b', '^1 || ^2'))),
      version('a', '1.1.0', needs(on('b', '^3'))),
      version('b', '1.0.0'),
      version('b', '2.0.0', from('^1')),
      version('b', '3.0.0', from('^2')),
      version('c', '1.0.0', needs(on('a', '^1.1'))),
    ];
    const both = { installed: [installed('a', '1.0.0'), installed('b', '1.0.0')] };
    expect(given(universe, [goal('c'), goal('a', '*', 'CapabilityInstall a')], both)).toMatchObject({
      changes: [
        { package: 'b', hops: [{ version: '2.0.0' }] },
        { package: 'a', waitsFor: ['b'] },
        { package: 'c', waitsFor: ['b'] },
      ],
    });
  });

  test('is refused where there is no way', () => {
    const result = given(chain.slice(0, 1).concat(chain.slice(3)), [goal('a', '^3')], lifted);
    expect(explanationOf(result)).toContain('a 3.0.0 cannot be reached from 1.0.0 in one step.');
  });
});

describe('what was wrong before', () => {
  const broken = version('old', '1.0.0', { platform: { kubernetes: '<1.30' } });
  const more = { installed: [installed('old', '1.0.0')] };

  test('is a warning where it has nothing to do with the goal', () => {
    const result = given([broken, version('a', '1.0.0')], [goal('a'), goal('old', '*', 'CapabilityInstall old')], more);
    expect(lockOf(result)).toBe('a 1.0.0, old 1.0.0');
    expect(result.warnings).toEqual([
      { package: 'old', text: 'old 1.0.0 needs Kubernetes <1.30; your cluster runs 1.35.4' },
    ]);
  });

  test('is no reason to move a package that the goal has nothing to do with', () => {
    const universe = [broken, version('old', '1.1.0'), version('a', '1.0.0')];
    const result = given(universe, [goal('a'), goal('old', '*', 'CapabilityInstall old')], more);
    expect(lockOf(result)).toBe('a 1.0.0, old 1.0.0');
  });

  test('counts where the goal needs it', () => {
    const universe = [broken, version('a', '1.0.0', needs(on('old')))];
    const result = given(universe, [goal('a'), goal('old', '*', 'CapabilityInstall old')], more);
    expect(result.status).toBe('unsatisfiable');
  });
});

describe('size and order', () => {
  test('a chain of 10,000 packages needs no stack', () => {
    const chain = Array.from({ length: 10_000 }, (_, at) =>
      versions(`p${at}`, ['1.0.0', '1.1.0'], at < 9999 ? needs(on(`p${at + 1}`)) : {}),
    ).flat();
    const result = given(chain, [goal('p0')]);
    expect(result).toMatchObject({ status: 'solved', lock: { length: 10_000 } });
    const dead = chain.filter(({ name }) => name !== 'p9999');
    expect(explanationOf(given(dead, [goal('p0')])).split('\n').length).toBeLessThanOrEqual(12);
  });

  test('what nobody needs changes nothing', () => {
    const universe = [version('a', '1.0.0', needs(on('b'))), ...versions('b', ['1.0.0', '1.1.0'])];
    const answer = resolve(question(universe, [goal('a')]));
    const wider = resolve(question([...universe, version('z', '1.0.0', needs(on('b', '1.0.0')))], [goal('a')]));
    expect({ ...wider, inputsDigest: '' }).toEqual({ ...answer, inputsDigest: '' });
  });

  test('packages with more versions than a word has bits', () => {
    const many = Array.from({ length: 100 }, (_, minor) => version('b', `1.${minor}.0`));
    const universe = [version('a', '1.0.0', needs(on('b', '>=1.40 <1.70'), on('b', '<1.65 || 1.90.0'))), ...many];
    expect(lockOf(given(universe, [goal('a')]))).toBe('b 1.64.0, a 1.0.0');
    expect(lockOf(given(universe, [goal('a'), goal('b', '1.33.0 || 1.31.0 || 1.41.0')]))).toBe('b 1.41.0, a 1.0.0');
    expect(given(universe, [goal('a'), goal('b', '1.32.0')]).status).toBe('unsatisfiable');
  });
});
