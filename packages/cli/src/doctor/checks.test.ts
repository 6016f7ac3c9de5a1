import type { DetectedInstall } from '@capstan/capability-center';
import { describe, expect, test } from 'vitest';
import { Reach } from '../lib/reach.ts';
import { findingLines, summaryLine } from '../render/doctor.ts';
import { findingsOf } from './checks.ts';
import type { DoctorFacts, InstallFact } from './facts.ts';
import type { Finding, Reading } from './finding.ts';
import { fixesOf } from './fixes.ts';

const value = <T>(of: T): Reading<T> => ({ value: of });
const failed = (code: string, reason: string, forbidden = false): Reading<never> => ({
  code,
  reason,
  forbidden,
  exit: 3,
});
const valueIn = <T>(reading: Reading<T>): T => {
  if ('value' in reading) return reading.value;
  throw new Error(reading.reason);
};

/** An installed package that does well. */
function anInstall(
  name: string,
  changes: Partial<InstallFact> & { readonly reason?: string; readonly goal?: boolean } = {},
): InstallFact {
  const { reason = 'Ready', goal = true, ...rest } = changes;
  return {
    installed: { name, version: '1.0.0', release: 0, phase: 'Ready', reason, message: 'Ready', standIn: false, goal },
    range: '*',
    paused: false,
    requires: [],
    report: value({
      name,
      version: '1.0.0',
      release: 0,
      phase: 'Ready',
      reason: 'Ready',
      summary: 'Ready',
      standIn: false,
      checks: [],
      next: [],
    }),
    ...rest,
  };
}

/** A package of which something is missing. */
function damaged(name: string, source: string, changes: Parameters<typeof anInstall>[1] = {}): InstallFact {
  const checks = [{ source, result: 'failed', message: `${source} is missing` } as const];
  const report = value({
    ...valueIn(anInstall(name).report),
    phase: 'Degraded',
    summary: 'Degraded: x',
    checks,
  } as const);
  return anInstall(name, { ...changes, report });
}

/** A cluster where nothing is wrong. */
function healthy(changes: Partial<DoctorFacts> = {}): DoctorFacts {
  return {
    context: 'prod',
    server: 'https://prod',
    sandbox: false,
    cluster: value({ version: 'v1.34.1', ms: 41 }),
    apis: value([]),
    rights: value([{ what: 'create applications in web', role: 'capstan-developer', allowed: true }]),
    helm: value('4.1.4'),
    system: value({
      installed: true,
      version: '0.1.0',
      manifests: [],
      operator: { running: true, holder: 'node-1' },
      plugins: [],
    }),
    lease: value(undefined),
    centers: value([{ record: { name: 'capstan', type: 'directory', location: '/r', mirrors: [] } }]),
    installs: value([anInstall('keda')]),
    releases: value([]),
    unmanaged: value([]),
    definitions: value([
      {
        name: 'autoscales.traits.capstan.dev',
        role: 'trait',
        package: 'keda',
        crd: 'autoscales.traits.capstan.dev',
        served: true,
      },
    ]),
    crds: value([
      {
        name: 'scaledobjects.keda.sh',
        package: 'keda',
        storage: 'v1',
        served: ['v1'],
        stored: ['v1'],
        deleting: false,
      },
    ]),
    ...changes,
  };
}

const systemWith = (
  changes: Partial<ReturnType<typeof valueIn<Extract<DoctorFacts['system'], { value: unknown }>['value']>>>,
) => value({ ...valueIn(healthy().system), ...changes });
const crd = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  name: 'components.core.oam.dev',
};
const center = { name: 'community', type: 'http', location: 'https://c', mirrors: [] } as const;
const byHand = {
  package: 'istio',
  version: '1.27.0',
  evidence: ['Helm release istio-system/istio'],
  adoptable: true,
} as unknown as DetectedInstall;

/** Faults, what is found of each, and the command that mends it; `fixes` where doctor may run it by itself. */
const FAULTS: readonly [
  fault: string,
  facts: Partial<DoctorFacts>,
  id: string,
  level: Finding['level'],
  command: RegExp,
  fixes?: true,
][] = [
  ['no cluster', { cluster: failed('CAPSTAN_KUBE_UNREACHABLE', 'refused') }, 'cluster-unreachable', 'fail', /kubectl/],
  [
    'an API that does not answer',
    { apis: value([{ groupVersion: 'metrics.k8s.io/v1beta1', reason: '503' }]) },
    'api-silent',
    'fail',
    /apiservice v1beta1\.metrics/,
  ],
  [
    'missing rights',
    { rights: value([{ what: 'create CRDs', role: 'administrator', allowed: false }]) },
    'rights-missing',
    'warn',
    /auth can-i/,
  ],
  ['no Helm', { helm: failed('CAPSTAN_HELM_NOT_FOUND', 'no helm') }, 'helm-missing', 'fail', /helm version/],
  [
    'Capstan is not installed',
    { system: value({ ...valueIn(healthy().system), installed: false, version: undefined } as never) },
    'kinds-absent',
    'fail',
    /system install/,
    true,
  ],
  [
    'a deleted system CRD',
    { system: systemWith({ installed: false, manifests: [{ reference: crd, state: 'missing' }] }) },
    'kinds-missing',
    'fail',
    /system install/,
    true,
  ],
  [
    'changed system objects',
    { system: systemWith({ installed: false, manifests: [{ reference: crd, state: 'outdated' }] }) },
    'kinds-outdated',
    'fail',
    /system install/,
    true,
  ],
  [
    "somebody else's CRD",
    { system: systemWith({ installed: false, manifests: [{ reference: crd, state: 'foreign' }] }) },
    'kinds-foreign',
    'fail',
    /kubectl get crd components/,
  ],
  [
    'a dead operator',
    { system: systemWith({ operator: { running: false, holder: 'gone' } }) },
    'operator-silent',
    'fail',
    /system run/,
  ],
  [
    'a dead operator of the sandbox',
    { sandbox: true, system: systemWith({ operator: { running: false } }) },
    'operator-silent',
    'fail',
    /sandbox start/,
    true,
  ],
  [
    'a plugin that does not load',
    { system: systemWith({ plugins: [{ name: 'keda', loaded: false, reason: 'x', message: 'no API' }] }) },
    'plugin-unloaded',
    'fail',
    /cap status keda/,
  ],
  [
    'a damaged center record',
    { centers: failed('CAPSTAN_CENTER_INVALID', 'The center record capstan-center-x is not JSON') },
    'center-damaged',
    'fail',
    /delete secret capstan-center-x/,
  ],
  [
    'an unreadable center',
    { centers: value([{ record: center, warning: { center: 'community', message: 'gone', hides: 'istio' } }]) },
    'center-unreadable',
    'fail',
    /center list/,
  ],
  [
    'a stale center',
    {
      centers: value([
        {
          record: center,
          source: {
            center: 'community',
            type: 'http',
            location: 'https://c',
            digest: '',
            fetchedAt: '',
            ageMs: 9 * 86_400_000,
          },
        },
      ]),
    },
    'center-stale',
    'warn',
    /center sync community/,
    true,
  ],
  [
    'an interrupted operation',
    { installs: value([anInstall('keda', { reason: 'Interrupted' })]) },
    'operation-interrupted',
    'fail',
    /cap resume keda/,
    true,
  ],
  [
    'a deleted CRD of a package',
    { installs: value([damaged('keda', 'crd/scaledobjects.keda.sh', { range: '^2.20' })]) },
    'capability-damaged',
    'fail',
    /cap install keda@\^2\.20/,
    true,
  ],
  [
    'a damaged dependency',
    {
      installs: value([
        damaged('prometheus', 'release/p', { goal: false }),
        anInstall('flagger', { requires: ['prometheus'] }),
      ]),
    },
    'capability-damaged',
    'fail',
    /cap install flagger/,
    true,
  ],
  [
    'a failing probe',
    { installs: value([damaged('keda', 'probe/operator')]) },
    'capability-degraded',
    'fail',
    /cap status keda/,
  ],
  [
    'a paused and damaged package',
    { installs: value([damaged('keda', 'crd/x', { paused: true })]) },
    'capability-damaged',
    'fail',
    /cap status keda/,
  ],
  [
    'a release that Helm never finished',
    { releases: value([{ name: 'keda', namespace: 'keda', status: 'pending-upgrade', revision: 2, package: 'keda' }]) },
    'helm-pending',
    'fail',
    /cap install keda/,
    true,
  ],
  [
    "somebody else's pending release",
    { releases: value([{ name: 'shop', namespace: 'web', status: 'pending-upgrade', revision: 4 }]) },
    'helm-pending',
    'warn',
    /helm rollback shop 3 -n web/,
  ],
  [
    'an installation by hand',
    { unmanaged: value([byHand]) },
    'unmanaged',
    'warn',
    /cap install istio@1\.27\.0 --adopt --plan/,
  ],
  ['a Definition without its package', { installs: value([]) }, 'definition-orphan', 'fail', /cap install keda/],
  [
    'a Definition whose CRD is gone',
    {
      definitions: value([
        { name: 'autoscales.x', role: 'trait', package: 'keda', crd: 'autoscales.x', served: false },
      ]),
    },
    'definition-unserved',
    'fail',
    /cap install keda/,
    true,
  ],
  [
    'stored old versions',
    {
      crds: value([
        {
          name: 's.keda.sh',
          package: 'keda',
          storage: 'v2',
          served: ['v1', 'v2'],
          stored: ['v1', 'v2'],
          deleting: false,
        },
      ]),
    },
    'crd-stored-versions',
    'warn',
    /kubectl replace -f - && kubectl patch crd s\.keda\.sh .*"v2"/,
  ],
  [
    'a CRD that cannot go',
    {
      crds: value([
        { name: 's.keda.sh', package: 'keda', storage: 'v1', served: ['v1'], stored: ['v1'], deleting: true },
      ]),
    },
    'crd-deleting',
    'fail',
    /kubectl get s\.keda\.sh/,
  ],
];

describe('doctor', () => {
  test('finds nothing wrong where nothing is', () => {
    const findings = findingsOf(healthy(), { pre: false });
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect(summaryLine(findings)).toBe('Nothing is wrong.');
  });

  test.each(FAULTS)('finds %s, with its cause and what to do', (_, changes, id, level, command, fixes = undefined) => {
    const findings = findingsOf(healthy(changes), { pre: false });
    const found = findings.find((finding) => finding.id === id);
    expect(found).toMatchObject({
      level,
      message: expect.stringMatching(/\S/),
      fix: { command: expect.stringMatching(command) },
    });
    expect(fixesOf(findings)).toEqual(fixes ? [found?.fix?.command] : []);
  });

  test('what may not be read is a warning, never a failure', () => {
    const forbidden = failed('CAPSTAN_KUBE_FORBIDDEN', 'you may not', true);
    const findings = findingsOf(
      healthy({
        centers: forbidden,
        installs: forbidden,
        releases: forbidden,
        crds: forbidden,
        definitions: forbidden,
        system: forbidden,
        apis: forbidden,
      }),
      { pre: false },
    );
    expect(findings.some(({ level }) => level === 'fail')).toBe(false);
    expect(findings.filter(({ id }) => id.endsWith('-unread'))).toHaveLength(7);
  });

  test('work that goes on is no fault', () => {
    const lease = value({ holder: 'me', alive: true, fencing: 3, renewedAt: 0 });
    const releases = value([
      { name: 'keda', namespace: 'keda', status: 'pending-install', revision: 1, package: 'keda' },
    ]);
    expect(findingsOf(healthy({ lease, releases }), { pre: false }).filter(({ level }) => level !== 'ok')).toEqual([]);
  });

  test('before an installation only what it needs counts', () => {
    const system = value({ ...valueIn(healthy().system), installed: false, version: undefined } as never);
    const findings = findingsOf(healthy({ system, installs: value([]) }), { pre: true });
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    const rights = value([{ what: 'create CRDs', role: 'administrator', allowed: false } as const]);
    expect(findingsOf(healthy({ rights }), { pre: true })).toContainEqual(
      expect.objectContaining({ id: 'rights-missing', level: 'fail' }),
    );
  });

  test('one capability alone can be looked at', () => {
    const installs = value([anInstall('flagger'), damaged('keda', 'crd/x')]);
    const areas = findingsOf(healthy({ installs }), { pre: false, name: 'keda' }).map(({ area }) => area);
    expect(new Set(areas)).toEqual(new Set(['cluster', 'keda']));
  });

  test('a report fits 80 columns, commands apart', () => {
    const terminal = { isTTY: true, columns: 80, color: false, ellipsis: '…' };
    for (const [, changes] of FAULTS) {
      const lines = findingLines(
        findingsOf(healthy(changes), { pre: false }),
        new Reach(['--context', 'prod']),
        terminal,
      );
      expect(lines.filter((line) => line.length > 80 && !line.includes('try:'))).toEqual([]);
    }
  });
});
