import type { InstallPlan, PackagePlan } from '@capstan/capability-center';
import { describe, expect, test } from 'vitest';
import { planLines } from './install-plan.ts';

const terminal = { isTTY: true, columns: 80, color: false, ellipsis: '…' };
const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** A package of a plan; only what is printed matters. */
function aPackage(changes: object = {}): PackagePlan {
  return {
    name: 'keda',
    version: '2.20.2',
    release: 0,
    action: 'install',
    why: 'you asked for it',
    goal: true,
    namespace: { name: 'keda', action: 'create' },
    units: [
      {
        type: 'helm',
        id: 'keda',
        release: 'keda',
        chart: { name: 'keda', version: '2.20.2', repository: 'https://charts.example.com', digest, standIn: false },
        objects: [
          { object: { apiVersion: 'v1', kind: 'Secret', name: 'certs' }, action: 'create' },
          { object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'operator' }, action: 'create' },
        ],
        hooks: [],
      },
    ],
    crds: [{ name: 'scaledobjects.keda.sh', action: 'create' }],
    definitions: [{ role: 'trait', shortName: 'autoscale', summary: 'Scales', action: 'create' }],
    permissions: [{ lines: ['get pods', 'get secrets'] }],
    permissionDelta: {
      added: [
        { line: 'get secrets in all namespaces', subjects: ['keda/op'], notable: true },
        { line: 'get pods in namespace keda', subjects: ['keda/op'], notable: false },
      ],
      removed: [],
      undeclared: [],
    },
    images: ['ghcr.io/kedacore/keda:2.20.2'],
    certificate: {
      rollback: 'impossible',
      reasons: [{ package: 'keda', code: 'first-install', effect: 'note', text: 'x' }],
    },
    ...changes,
  } as unknown as PackagePlan;
}

function aPlan(changes: object = {}): InstallPlan {
  return {
    operation: 'install',
    digest,
    cluster: { context: 'prod' },
    goals: [{ package: 'keda' }],
    resolution: { changes: [] },
    packages: [aPackage()],
    applications: [],
    certificate: {
      rollback: 'impossible',
      reasons: [{ package: 'keda', code: 'first-install', effect: 'note', text: 'x' }],
    },
    blockers: [],
    warnings: [],
    changes: true,
    ...changes,
  } as unknown as InstallPlan;
}

const text = (plan: InstallPlan, wide = false) =>
  planLines(plan, { terminal, wide, run: `capstan cap install keda --approve ${digest}` }).join('\n');

/** An upgrade with a CRD that gets stricter. */
const upgrade = aPlan({
  operation: 'upgrade',
  packages: [
    aPackage({
      action: 'upgrade',
      from: '2.19.0',
      hops: ['2.20.5', '2.21.0'],
      crds: [
        {
          name: 'scaledobjects.keda.sh',
          action: 'change',
          verdict: {
            verdict: 'blocked',
            findings: [
              { rule: 'bound-tightened', severity: 'unsafe', version: 'v1alpha1', message: 'spec.min has minimum 0.' },
            ],
            omitted: 0,
            storedVersions: ['v1alpha1'],
            instances: {
              checked: 4,
              invalid: 1,
              offenders: [{ namespace: 'web', name: 'shop', version: 'v1', problems: ['spec.min must be >= 0'] }],
            },
          },
          migrate: { from: ['v1alpha1'], to: 'v1', instances: 4 },
        },
        { name: 'triggers.keda.sh', action: 'unchanged' },
      ],
      definitions: [{ role: 'trait', shortName: 'autoscale', action: 'change' }],
    }),
  ],
  applications: [{ namespace: 'web', name: 'shop', definitions: ['autoscale'] }],
  certificate: {
    rollback: 'until',
    until: 'migrate',
    package: 'keda',
    reasons: [
      { package: 'keda', code: 'stored-version', effect: 'ends', text: 'objects are stored as v1 then' },
      { package: 'keda', code: 'crd-kept', effect: 'note', text: 'CRDs never go back' },
    ],
  },
  resolution: { changes: [{ package: 'old', action: 'unneeded', because: { kind: 'goal', text: 'nobody needs it' } }] },
});

describe('a plan', () => {
  test('of an installation: what, why, where, how much, which far-reaching rights, and the exact command', () => {
    const shown = text(aPlan());
    for (const part of [
      /\+ keda 2\.20\.2 {2}you asked for it/,
      /namespace {2}keda \(new\)/,
      /objects {4}2 objects: Secret, Deployment/,
      /CRDs {7}1: scaledobjects\.keda\.sh/,
      /rights {5}2 rules in 1 role\n {15}! get secrets in all namespaces, for keda\/op/,
      /adds {7}trait autoscale: Scales/,
      new RegExp(`Digest: ${digest}\nRun it: {2}capstan cap install keda --approve ${digest}`),
    ])
      expect(shown).toMatch(part);
    expect(shown).not.toMatch(/get pods|way back|ghcr/);
    expect(text(aPlan(), true)).toMatch(/get pods[\s\S]*ghcr\.io/);
  });

  test('of an upgrade: verdicts, offenders, migration, hops, users, the point of no return, what is not needed any more', () => {
    const shown = text(upgrade);
    for (const part of [
      /~ keda 2\.20\.2 \(from 2\.19\.0\)/,
      /then {7}2\.20\.5, 2\.21\.0: no direct step/,
      /CRDs {7}2: 1 changed, 1 as before/,
      /! scaledobjects\.keda\.sh: blocked, 1 finding; of 4 stored\s+objects\s+1\s+would\s+be\s+invalid/,
      /v1alpha1: spec\.min has minimum 0\. \[bound-tightened\]/,
      /! web\/shop: spec\.min must be >= 0/,
      /4 stored objects rewritten from v1alpha1\s+to v1/,
      /apps {7}web\/shop uses autoscale/,
      /way back {3}until step migrate of keda; after it there is none\n {11}objects are stored as v1 then/,
      /unneeded {3}old: nobody needs it; it stays until it is uninstalled/,
    ])
      expect(shown).toMatch(part);
  });

  test('that takes over a hand-made release says so, and that nothing changes', () => {
    const adopts = {
      version: '2.20.2',
      releases: [{ unit: 'keda', namespace: 'keda', release: 'keda' }],
      confidence: 'certain',
      evidence: ['Helm release keda/keda of chart keda 2.20.2'],
      differences: [],
    };
    const shown = text(aPlan({ packages: [aPackage({ action: 'adopt', adopts })] }));
    expect(shown).toMatch(/\* keda 2\.20\.2 \(installed by hand\)/);
    expect(shown).toMatch(/takes over Helm release keda\/keda[\s\S]*nothing of it changes/);
  });

  test('that is forbidden names every reason and offers no command to run', () => {
    const blockers = [
      { code: 'CAPSTAN_X', message: 'It is in the way.', hint: 'Move it.', next: ['capstan cap list'] },
    ];
    const shown = text(aPlan({ blockers }));
    expect(shown).toMatch(/blocked {4}It is in the way\. \[CAPSTAN_X\]\n {11}Move it\.\n {11}Try: capstan cap list/);
    expect(shown).not.toMatch(/Run it/);
  });

  test('without changes says so', () => {
    const shown = text(
      aPlan({ changes: false, packages: [aPackage({ action: 'none', why: 'keda 2.20.2 is installed as asked' })] }),
    );
    expect(shown).toMatch(/= keda 2\.20\.2 .*installed already[\s\S]*there is nothing to change/);
    expect(shown).not.toMatch(/Digest/);
  });

  test('fits 80 columns, commands and digests apart', () => {
    for (const plan of [aPlan(), upgrade]) {
      const long = planLines(plan, { terminal, wide: true, run: 'x' }).filter((line) => line.length > 80);
      expect(long).toEqual([]);
    }
  });
});
