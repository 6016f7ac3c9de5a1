import { describe, expect, test } from 'vitest';
import { type CertificateQuestion, packageCertificate, planCertificate } from './certificate.ts';
import { aPlannedPackage } from './testing/a-plan.ts';
import type { CrdPlan } from './types.ts';

const upgrade: CertificateQuestion = {
  package: 'things',
  version: '2.0.0',
  action: 'upgrade',
  from: '1.0.0',
  upgrade: { from: [] },
  crds: [],
  earlierCrds: new Map(),
  hooks: [],
  recorded: true,
};
const crd = (more: Partial<CrdPlan> = {}): CrdPlan => ({
  name: 'things.example.org',
  kind: 'Thing',
  action: 'change',
  from: 'chart',
  served: ['v1', 'v2'],
  storage: 'v1',
  digest: 'sha256:x',
  verdict: { verdict: 'safe', findings: [], omitted: 0, storedVersions: ['v1'], addedFields: ['spec.new'] },
  ...more,
});
const before = new Map([['things.example.org', { served: ['v1'], storage: 'v1' }]]);

describe('a rollback', () => {
  test.each<[string, Partial<CertificateQuestion>, string, string | undefined, string[]]>([
    ['is possible', {}, 'possible', undefined, []],
    ['of a first installation is its removal', { action: 'install' }, 'possible', undefined, ['first-install']],
    ['is impossible without a record', { recorded: false }, 'impossible', undefined, ['no-revision']],
    [
      'ends where the metadata says so',
      { upgrade: { from: [], noReturn: { step: 'migrate', reason: 'the database changes' } } },
      'until',
      'migrate',
      ['no-return'],
    ],
    [
      'ends with the units for an unknown step',
      { upgrade: { from: [], noReturn: { step: 'x', reason: '' } } },
      'until',
      'unit',
      ['no-return'],
    ],
    [
      'only leads to versions that the new one allows',
      { upgrade: { from: [], rollbackTo: '>=1.5' } },
      'until',
      'unit',
      ['rollback-to'],
    ],
    [
      'leads to a version that the new one allows',
      { upgrade: { from: [], rollbackTo: '>=1' } },
      'possible',
      undefined,
      [],
    ],
    ['keeps the CRDs', { crds: [crd()], earlierCrds: before }, 'possible', undefined, ['crd-kept', 'lossy-field']],
    [
      'ends with CRDs that do not serve the old version',
      { crds: [crd({ served: ['v2'], storage: 'v2' })], earlierCrds: before },
      'until',
      'crd',
      ['crd-kept', 'served-version', 'stored-version', 'lossy-field'],
    ],
    [
      'is possible where the old version is served, whatever is stored',
      { crds: [crd({ storage: 'v2' })], earlierCrds: before },
      'possible',
      undefined,
      ['crd-kept', 'stored-version', 'lossy-field'],
    ],
    [
      'does not undo what hooks did',
      { hooks: [{ object: { apiVersion: 'batch/v1', kind: 'Job', name: 'move' }, events: ['pre-upgrade'] }] },
      'possible',
      undefined,
      ['hook'],
    ],
    [
      'knows hooks of other moments',
      { hooks: [{ object: { apiVersion: 'batch/v1', kind: 'Job', name: 'x' }, events: ['test'] }] },
      'possible',
      undefined,
      [],
    ],
    [
      'takes the earliest end',
      { recorded: true, upgrade: { from: [], rollbackTo: '>=1.5', noReturn: { step: 'crd', reason: '' } } },
      'until',
      'crd',
      ['no-return', 'rollback-to'],
    ],
  ])('%s', (_, fields, rollback, until, codes) => {
    const certificate = packageCertificate({ ...upgrade, ...fields });
    expect([certificate.rollback, certificate.until]).toEqual([rollback, until]);
    expect(certificate.reasons.map(({ code }) => code)).toEqual(codes);
  });

  test('of a plan is as possible as that of its weakest package', () => {
    const weak = packageCertificate({ ...upgrade, upgrade: { from: [], noReturn: { step: 'unit', reason: 'x' } } });
    const packages = [aPlannedPackage('base'), aPlannedPackage('things', { certificate: weak })];
    expect(planCertificate(packages)).toMatchObject({ rollback: 'until', until: 'unit', package: 'things' });
  });
});
