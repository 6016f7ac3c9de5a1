import type { CapabilityInstall, CapabilityInstallStatus, CapabilityProvider } from '@capstan/capability-model';
import { aPackage } from '@capstan/capability-model/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogOf } from '../registry/catalog.ts';
import { answerQuery, type QueryFacts } from './answer.ts';
import { offersFor } from './offers.ts';
import { projectCapabilities } from './project.ts';
import { parseCapabilityQuery } from './query.ts';

const AT = '2026-03-01T10:00:00Z';

function anInstall(name: string, status: CapabilityInstallStatus = {}): CapabilityInstall {
  return {
    apiVersion: 'capstan.dev/v1alpha1',
    kind: 'CapabilityInstall',
    metadata: { name, creationTimestamp: AT },
    spec: { package: name, version: '*' },
    status: {
      phase: 'Ready',
      version: '2.20.2',
      release: 0,
      capabilities: [{ id: 'autoscale', version: '1.0.0', features: ['schedule'] }],
      conditions: [{ type: 'Ready', status: 'True', reason: 'Installed', message: 'Ready', lastTransitionTime: AT }],
      ...status,
    },
  };
}

describe('a query', () => {
  test.each([
    ['autoscale', 'autoscale', '*', []],
    ['autoscale >=1.0', 'autoscale', '>=1.0', []],
    ['autoscale >=1.0 <2 || 3.x', 'autoscale', '>=1.0 <2 || 3.x', []],
    ['  traffic-split   >=1.0 with header-match ', 'traffic-split', '>=1.0', ['header-match']],
    ['autoscale with redis, cron,cron', 'autoscale', '*', ['redis', 'cron']],
  ])('"%s"', (text, capability, range, features) => {
    expect(parseCapabilityQuery(text)).toMatchObject({ capability, range: { text: range }, features });
  });

  test.each([
    ['', 'it does not name a capability'],
    ['with cron', 'it does not name a capability'],
    ['Auto_Scale', '"Auto_Scale" is not the name of a capability'],
    ['autoscale new', '"new" is not a version range'],
    ['autoscale with', '"with" is not followed by a feature'],
    ['autoscale with a,B!', '"B!" is not the name of a feature'],
  ])('"%s" is refused', (text, why) => {
    expect(() => parseCapabilityQuery(text)).toThrow(
      expect.objectContaining({ code: 'CAPSTAN_QUERY_INVALID', exit: 2, message: expect.stringContaining(why) }),
    );
  });

  test.each([
    ['autoscale new', 11],
    ['autoscale with a,B!', 18],
    [' Auto', 2],
  ])('"%s" says where it is wrong', (text, position) => {
    expect(() => parseCapabilityQuery(text)).toThrow(expect.objectContaining({ fields: { query: text, position } }));
  });

  test('of any text is parsed or refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseCapabilityQuery(text);
        } catch (error) {
          expect(error).toHaveProperty('code', 'CAPSTAN_QUERY_INVALID');
        }
      }),
    );
  });
});

describe('the projection', () => {
  test('of nothing is nothing', () => {
    expect(projectCapabilities([])).toEqual([]);
    expect(projectCapabilities([anInstall('keda', { capabilities: [] })])).toEqual([]);
  });

  test('carries version, health, Definitions and evidence', () => {
    const install = anInstall('keda', {
      standIn: true,
      definitions: [
        {
          name: 'autoscales.traits.capstan.dev',
          role: 'trait',
          kind: 'Autoscale',
          published: true,
          capability: 'autoscale',
        },
        { name: 'late.traits.capstan.dev', role: 'trait', kind: 'Late', published: false },
        { name: 'other.traits.capstan.dev', role: 'trait', kind: 'Other', published: true, capability: 'other' },
      ],
      probes: [
        { id: 'metrics', result: 'unverifiable', level: 'blocking', message: 'pods are simulated', observedAt: AT },
      ],
    });
    expect(projectCapabilities([install])).toEqual([
      {
        apiVersion: 'capstan.dev/v1alpha1',
        kind: 'Capability',
        metadata: { name: 'autoscale', labels: { 'app.kubernetes.io/managed-by': 'capstan' } },
        status: {
          version: '1.0.0',
          health: 'Ready',
          conditions: [
            {
              type: 'Ready',
              status: 'True',
              reason: 'Installed',
              message: 'keda 2.20.2: Ready',
              lastTransitionTime: AT,
            },
          ],
          providedBy: 'keda',
          providers: [
            {
              package: 'keda',
              version: '2.20.2',
              release: 0,
              contractVersion: '1.0.0',
              features: ['schedule'],
              health: 'Ready',
              reason: 'Installed',
              message: 'Ready',
              definitions: [{ name: 'autoscales.traits.capstan.dev', role: 'trait', kind: 'Autoscale' }],
              evidence: [
                { source: 'condition/Ready', result: 'ok', observedAt: AT, message: 'Ready' },
                { source: 'probe/metrics', result: 'unverifiable', observedAt: AT, message: 'pods are simulated' },
              ],
              since: AT,
              standIn: true,
            },
          ],
        },
      },
    ]);
  });

  test.each([
    ['Pending', 'Progressing', 'False'],
    ['Applying', 'Progressing', 'False'],
    ['Degraded', 'Degraded', 'False'],
    ['Stalled', 'Degraded', 'False'],
    ['Removing', 'Degraded', 'False'],
    ['Ready', 'Ready', 'True'],
  ] as const)('of phase %s is %s', (phase, health, ready) => {
    const [capability] = projectCapabilities([anInstall('keda', { phase })]);
    expect(capability?.status).toMatchObject({ health, conditions: [{ type: 'Ready', status: ready }] });
  });

  test('puts the healthiest provider first, in any order of the installations', () => {
    const installs = [anInstall('a', { phase: 'Degraded' }), anInstall('b'), anInstall('c', { phase: 'Applying' })];
    fc.assert(
      fc.property(fc.shuffledSubarray(installs, { minLength: 3 }), (some) => {
        const [capability] = projectCapabilities(some);
        expect(capability?.status?.providers?.map((provider) => provider.package)).toEqual(['b', 'a', 'c']);
        expect(capability?.status?.health).toBe('Ready');
      }),
    );
  });
});

describe('an answer', () => {
  const definition = { name: 'autoscales.traits.capstan.dev', role: 'trait' as const, kind: 'Autoscale' };
  const keda: CapabilityProvider = {
    package: 'keda',
    version: '2.20.2',
    release: 3,
    contractVersion: '1.1.0',
    features: ['schedule', 'fallback'],
    health: 'Ready',
    reason: 'Installed',
    definitions: [definition],
    evidence: [{ source: 'condition/Ready', result: 'ok', observedAt: AT }],
    since: AT,
  };
  const right = (allowed: boolean) =>
    new Map([[definition.name, { definition: definition.name, kind: 'Autoscale', allowed, reason: '' }]]);
  const ask = (query: string, facts: Partial<QueryFacts> = {}) =>
    answerQuery({
      wanted: parseCapabilityQuery(query),
      namespace: 'shop',
      found: [keda],
      rights: right(true),
      names: [],
      now: Date.parse(AT) + 90_000,
      ...facts,
    });

  test('names the provider, its evidence and the age of it', () => {
    expect(ask('autoscale >=1.0 with fallback')).toMatchObject({
      satisfied: true,
      reason: 'keda 2.20.2-r3 provides autoscale 1.1.0',
      providers: [{ package: 'keda', fits: true, mayUse: { allowed: true }, evidence: [{ ageSeconds: 90 }] }],
    });
  });

  test.each<[string, string, Partial<QueryFacts>, string]>([
    [
      'no contract',
      'autoscal',
      { found: [], names: ['autoscale', 'route'] },
      'this cluster does not have the capability autoscal; it has autoscale',
    ],
    ['another version', 'autoscale >=2', {}, 'keda 2.20.2-r3 has version 1.1.0, not >=2'],
    ['a missing feature', 'autoscale with redis', {}, 'keda 2.20.2-r3 lacks redis; it has schedule, fallback'],
    [
      'bad health',
      'autoscale',
      { found: [{ ...keda, health: 'Degraded', reason: 'ProbeFailed' }] },
      'keda 2.20.2-r3 is Degraded (ProbeFailed)',
    ],
    ['a missing right', 'autoscale', { rights: right(false) }, 'you may not create Autoscale in namespace shop'],
  ])('is no for %s', (_, query, facts, reason) =>
    expect(ask(query, facts)).toMatchObject({ satisfied: false, reason }),
  );

  test('is yes, with a word, when nobody said who asks', () => {
    const unknown = new Map([
      [definition.name, { definition: definition.name, kind: 'Autoscale', allowed: 'unknown' as const, reason: '' }],
    ]);
    expect(ask('autoscale', { rights: unknown })).toMatchObject({
      satisfied: true,
      reason: expect.stringContaining('nobody said who asks'),
      providers: [{ mayUse: { allowed: 'unknown' } }],
    });
  });

  test('offers the newest version of each package that fits, runs here and is not installed', () => {
    const offer = (version: string, contract: string, fields: object = {}) => ({
      center: 'main',
      digest: 'sha256:a',
      metadata: aPackage('hpa', {
        version,
        provides: { capabilities: [{ id: 'autoscale', version: contract, features: ['schedule'], exclusive: false }] },
        ...fields,
      }),
    });
    const catalog = catalogOf(
      [
        offer('1.0.0', '1.0.0'),
        offer('1.1.0', '1.1.0'),
        offer('1.2.0', '1.1.0', { platform: { kubernetes: '>=1.99' } }),
        offer('1.3.0', '1.1.0', { lifecycle: { phase: 'yanked', reason: 'broken' } }),
        offer('2.0.0', '2.0.0'),
      ],
      ['main'],
    );
    const offers = (query: string, installed: [string, string][] = []) =>
      offersFor(catalog, parseCapabilityQuery(query), {
        installed: new Map(installed),
        kubernetes: 'v1.35.4+sim',
        command: (words) => `capstan ${words}`,
      }).map(({ version, command }) => `${version}: ${command}`);
    expect(offers('autoscale <2')).toEqual(['1.1.0: capstan cap install hpa@1.1.0']);
    expect(offers('autoscale >=2', [['hpa', '1.1.0']])).toEqual(['2.0.0: capstan cap upgrade hpa --to 2.0.0']);
    expect(offers('autoscale <2', [['hpa', '1.1.0']])).toEqual([]);
    expect(offers('autoscale with redis')).toEqual([]);
  });

  test('is yes when one of several providers fits', () => {
    const old = { ...keda, package: 'old', contractVersion: '0.9.0' };
    expect(ask('autoscale >=1', { found: [old, keda] })).toMatchObject({
      satisfied: true,
      providers: [{ package: 'keda' }, { package: 'old', fits: false }],
    });
  });
});
