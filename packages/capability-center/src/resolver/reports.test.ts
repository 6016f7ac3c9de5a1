import { describe, expect, test } from 'vitest';
import { packageGraph } from './graph.ts';
import { diffLocks } from './lock-diff.ts';
import { goal, installed, needs, offers, on, question, version, versions } from './testing/builders.ts';
import { createVersionCheck } from './version-check.ts';
import { whatIf } from './what-if.ts';
import { whyInstalled } from './why.ts';

const onKubernetes = (range: string) => ({ platform: { kubernetes: range } });

describe('what if Kubernetes were upgraded', () => {
  const wanted = [goal('a', '*', 'CapabilityInstall a')];
  const from = (version: string) => ({ installed: [installed('a', version)] });

  test('nothing stands against it', () => {
    const input = question(versions('a', ['1.0.0'], onKubernetes('>=1.30')), wanted, from('1.0.0'));
    expect(whatIf(input, { kubernetes: '1.36' })).toMatchObject({ status: 'ready', from: '1.35.4', to: '1.36.0' });
  });

  test('what must be upgraded before, in order and with the hops', () => {
    const universe = [
      version('a', '1.0.0', { ...onKubernetes('<1.36'), ...needs(on('b')) }),
      version('a', '1.1.0', { ...onKubernetes('>=1.30'), ...needs(on('b', '^3')) }),
      version('b', '1.0.0'),
      version('b', '2.0.0', { upgrade: { from: ['^1'] } }),
      version('b', '3.0.0', { upgrade: { from: ['^2'] } }),
    ];
    const input = question(universe, wanted, { installed: [installed('a', '1.0.0'), installed('b', '1.0.0')] });
    expect(whatIf(input, { kubernetes: '1.36' })).toMatchObject({
      status: 'after-upgrades',
      first: [
        { package: 'b', to: { version: '3.0.0' }, hops: [{ version: '2.0.0' }] },
        { package: 'a', to: { version: '1.1.0' }, because: { kind: 'platform' } },
      ],
      stages: [{ kubernetes: '1.36.0' }],
    });
  });

  test('in stages where no version runs on both ends', () => {
    const universe = [
      version('a', '1.0.0', onKubernetes('>=1.34 <1.36')),
      version('a', '1.1.0', onKubernetes('>=1.35 <1.37')),
      version('a', '1.2.0', onKubernetes('>=1.36')),
    ];
    expect(whatIf(question(universe, wanted, from('1.0.0')), { kubernetes: '1.38' })).toMatchObject({
      status: 'after-upgrades',
      stages: [
        { kubernetes: '1.36.0', first: [{ to: { version: '1.1.0' } }] },
        { kubernetes: '1.37.0', first: [{ to: { version: '1.2.0' } }] },
        { kubernetes: '1.38.0', first: [] },
      ],
    });
  });

  test('a proof where nothing gets there', () => {
    const report = whatIf(question(versions('a', ['1.0.0'], onKubernetes('<1.36')), wanted, from('1.0.0')), {
      kubernetes: 'v1.36.2',
    });
    expect(report).toMatchObject({
      status: 'impossible',
      stoppedAt: '1.36.2',
      explanation: expect.stringContaining('Cannot upgrade Kubernetes to 1.36.2.'),
    });
    expect(report).toMatchObject({ explanation: expect.stringContaining('a 1.0.0 needs Kubernetes <1.36') });
  });
});

const mesh = [
  version('flagger', '1.0.0', needs({ capability: 'split', range: '*' }, on('prom', '^2', { optional: true }))),
  version('istio', '1.0.0', { ...offers('split'), ...needs(on('crds', '>=1')) }),
  version('crds', '1.0.0'),
  version('prom', '2.0.0', { conflicts: [{ package: 'crds', range: '<1', reason: 'old fields' }] }),
];
const running = question(mesh, [goal('flagger', '*', 'CapabilityInstall flagger'), goal('prom')], {
  installed: mesh.map(({ name, version: id }) => installed(name, id)),
});

describe('why a package is installed', () => {
  test('the chain from the goal, and who needs it', () => {
    expect(whyInstalled(running, 'crds')).toMatchObject({
      installed: true,
      goal: false,
      askedBy: ['CapabilityInstall flagger'],
      chains: [
        {
          clauses: [
            { text: 'CapabilityInstall flagger wants flagger' },
            { text: 'flagger 1.0.0 needs capability split' },
            { text: 'istio 1.0.0 needs crds >=1' },
          ],
        },
      ],
      neededBy: [{ package: 'istio' }],
      dependents: ['flagger', 'istio'],
    });
  });

  test('an optional need is no reason', () => {
    expect(whyInstalled(running, 'prom')).toMatchObject({ goal: true, neededBy: [], dependents: [] });
  });

  test('what is not installed', () => {
    expect(whyInstalled(running, 'nothing')).toEqual({
      package: 'nothing',
      installed: false,
      goal: false,
      askedBy: [],
      chains: [],
      neededBy: [],
      dependents: [],
    });
  });
});

test('the graph shows goals, packages, and the contracts between them', () => {
  const { nodes, edges } = packageGraph(running);
  expect(nodes.map(({ id }) => id)).toEqual([
    'goal:CapabilityInstall flagger',
    'goal:you',
    'package:crds',
    'package:flagger',
    'package:istio',
    'package:prom',
    'capability:split',
  ]);
  expect(edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`)).toEqual([
    'goal:CapabilityInstall flagger wants package:flagger',
    'goal:you wants package:prom',
    'package:flagger needs capability:split',
    'package:istio provides capability:split',
    'package:flagger optional package:prom',
    'package:istio needs package:crds',
    'package:prom conflicts package:crds',
  ]);
});

test('locks differ in what moves, with the clause that forced it', () => {
  const entry = (name: string, id: string) => ({ package: name, version: id, release: 0 });
  const because = { kind: 'goal' as const, text: 'you asked for b' };
  const changes = [{ package: 'b', action: 'upgrade' as const, because }];
  const before = [entry('c', '1.0.0'), entry('b', '1.0.0'), entry('a', '1.0.0')];
  const after = [entry('a', '1.0.0'), entry('b', '1.1.0'), entry('d', '1.0.0')];
  expect(diffLocks(before, after, changes)).toMatchObject([
    { package: 'b', action: 'upgrade', because },
    { package: 'c', action: 'unneeded' },
    { package: 'd', action: 'install' },
  ]);
  expect(diffLocks(after, before)).toMatchObject([
    { action: 'downgrade' },
    { action: 'install' },
    { action: 'unneeded' },
  ]);
});

test('a compiled universe answers for each version, whatever was asked before', () => {
  const universe = [
    version('a', '1.0.0', needs(on('b', '^1'))),
    version('a', '2.0.0', needs(on('b', '^2'))),
    version('b', '1.0.0'),
  ];
  const { check } = createVersionCheck({ universe, installed: [], facts: { kubernetes: '1.35.0', arch: [] } });
  const verdicts = () => universe.map((each) => check(each));
  expect(verdicts()).toEqual(['solved', 'unsatisfiable', 'solved']);
  expect(verdicts().reverse()).toEqual(verdicts().reverse());
});
