import { isCapstanError } from '@capstan/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { UninstallPlan } from '../uninstall/types.ts';
import { assertApproved } from './approve.ts';
import { comparePlans } from './compare-plans.ts';
import { printablePlan, printableRemoval } from './printable.ts';
import { aPlan, aPlannedPackage, aUnit } from './testing/a-plan.ts';
import type { InstallPlan, PackagePlan } from './types.ts';

const base = aPlannedPackage('base');
const shop = aPlannedPackage('shop', { requires: ['base'] });
const plan = aPlan([base, shop]);

describe('the digest of a plan', () => {
  test('does not depend on the order of packages, goals and objects', () => {
    const objects = ['a', 'b', 'c'].map((name) => ({
      object: { apiVersion: 'v1', kind: 'ConfigMap', name },
      action: 'create' as const,
    }));
    const packages = [base, shop, aPlannedPackage('third', { units: [aUnit('third', { objects })] })];
    const expected = aPlan(packages).digest;
    fc.assert(
      fc.property(
        fc.shuffledSubarray(packages, { minLength: 3 }),
        fc.shuffledSubarray(
          packages.map(({ name }) => ({ package: name })),
          { minLength: 3 },
        ),
        fc.shuffledSubarray(objects, { minLength: 3 }),
        (shuffled, goals, mixed) => {
          const same = shuffled.map((one) =>
            one.name === 'third' ? { ...one, units: [aUnit('third', { objects: mixed })] } : one,
          );
          expect(aPlan(same, { goals }).digest).toBe(expected);
        },
      ),
    );
  });

  const chart = { ...aUnit('base').chart, repository: 'oci://elsewhere.example.org', mirror: 'site' };
  test.each<[string, Partial<PackagePlan>]>([
    ['center', { center: 'bundle' }],
    ['reason', { why: 'another one' }],
    ['place of its chart', { units: [aUnit('base', { chart })] }],
    [
      'rights in words',
      { permissions: [{ scope: 'cluster', subjects: [], role: 'r', rules: [], lines: ['x'], notable: [] }] },
    ],
  ])('does not depend on where things come from: the %s', (_, fields) => {
    expect(aPlan([{ ...base, ...fields }, shop]).digest).toBe(plan.digest);
  });

  test('does not depend on warnings, on the name of the context, and on what controllers write into objects', () => {
    const object = { ...aUnit('base').objects[0], action: 'change' as const };
    const other = { ...base, units: [aUnit('base', { objects: [object as never] })] };
    expect(aPlan([other, shop], { warnings: ['x'], facts: { context: 'prod' } }).digest).toBe(plan.digest);
  });
});

describe('an approval', () => {
  const changed: [string, InstallPlan, string[], string][] = [
    ['other values', aPlan([{ ...base, values: { a: 1 } }, shop]), ['values'], 'The values of base are others.'],
    [
      'another version',
      aPlan([{ ...base, version: '1.1.0' }, shop]),
      ['catalog'],
      'base would be 1.1.0 instead of 1.0.0.',
    ],
    [
      'other metadata',
      aPlan([{ ...base, metadataDigest: 'sha256:x' }, shop]),
      ['catalog'],
      'The metadata of base 1.0.0 changed.',
    ],
    [
      'another chart',
      aPlan([{ ...base, units: [aUnit('base', { digest: 'other' })] }, shop]),
      ['catalog'],
      'The chart or the values of base, unit base, changed.',
    ],
    ['another cluster', aPlan([base, shop], { facts: { uid: 'x' } }), ['cluster'], 'It is another cluster.'],
    [
      'another Kubernetes',
      aPlan([base, shop], { facts: { version: 'v1.36.0' } }),
      ['cluster'],
      'The cluster runs Kubernetes v1.36.0 instead of v1.35.4.',
    ],
    [
      'another CRD in the cluster',
      aPlan([{ ...base, crds: [aCrdPlan('sha256:live')] }, shop]),
      ['catalog', 'cluster'],
      'base brings other CRDs: things.example.org.',
    ],
    [
      'a namespace',
      aPlan([{ ...base, namespace: { name: 'base', action: 'use' } }, shop]),
      ['cluster'],
      'The namespace base came or went.',
    ],
    [
      'a package more',
      aPlan([base, shop, aPlannedPackage('more')], { goals: plan.goals }),
      ['values', 'catalog', 'cluster'],
      'more 1.0.0 is part of it now.',
    ],
  ];

  test('of this very plan passes', () => {
    expect(() => assertApproved(aPlan([shop, base]), plan.digest)).not.toThrow();
  });

  test.each(changed)('of another plan tells by the digest alone what moved: %s', (_, now, moved) => {
    const error = caught(() => assertApproved(now, plan.digest));
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_PLAN_STALE', exit: 5, fields: { moved } });
    expect(error.hint).toContain(now.digest);
  });

  test.each(changed)('names every difference with the earlier plan at hand: %s', (_, now, __, text) => {
    expect(comparePlans(plan, now).map((drift) => drift.text)).toContain(text);
    expect(caught(() => assertApproved(now, plan.digest, comparePlans(plan, now))).hint).toContain(text);
  });

  test('holds on after an interruption: what the run itself changed in the cluster is no surprise', () => {
    const resumes = { journal: 'j', step: 'unit', since: '', planDigest: plan.digest };
    const halfDone = aPlan([{ ...base, namespace: { name: 'base', action: 'use' } }, shop], { resumes });
    expect(() => assertApproved(halfDone, plan.digest)).not.toThrow();
    const otherValues = aPlan([{ ...base, values: { a: 1 } }, shop], { resumes });
    expect(() => assertApproved(otherValues, plan.digest)).toThrow();
  });

  test('of what is in force holds on: given twice, there is nothing left to do', () => {
    const used = aPlan([{ ...base, namespace: { name: 'base', action: 'use' } }, shop], {
      changes: false,
      carriedOut: [plan.digest],
    });
    expect(() => assertApproved(used, plan.digest)).not.toThrow();
    expect(() => assertApproved({ ...used, carriedOut: [] }, plan.digest)).toThrow(/the cluster changed since/);
    const otherValues = aPlan([{ ...base, values: { a: 1 } }, shop], { changes: false, carriedOut: [plan.digest] });
    expect(() => assertApproved(otherValues, plan.digest)).toThrow(/what is asked for/);
  });

  test('with the digest of something else does not pretend that anything moved', () => {
    const error = caught(() => assertApproved(plan, `sha256:${'0123456789abcdef'.repeat(4)}`));
    expect(error).toMatchObject({ code: 'CAPSTAN_CAP_PLAN_STALE', exit: 5 });
    expect(error.message).toMatch(/^No plan with this digest fits here/);
    expect(error.hint).toContain(plan.digest);
    const values = caught(() => assertApproved(aPlan([{ ...base, values: { a: 1 } }, shop]), plan.digest));
    expect(values.message).toBe(
      "The approved plan is not today's plan: what is asked for (goals or values) changed since.",
    );
  });

  test('is a digest, or a usage error', () => {
    expect(caught(() => assertApproved(plan, 'yes'))).toMatchObject({ exit: 2 });
  });
});

describe('a printed plan', () => {
  const schema = {
    type: 'object',
    properties: { token: { type: 'string', writeOnly: true }, size: { type: 'integer' } },
  };
  const values = { token: 'hush-hush', size: 3 };
  const changes = [
    { path: 'data.config', before: 'a', after: 'token=hush-hush' },
    { path: 'data.size', after: '3' },
  ];
  const unit = aUnit('base', {
    objects: [{ object: { apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }, action: 'change', changes }],
  });
  const secret = aPlan([aPlannedPackage('base', { values, units: [unit] }, { config: { schema } })], {
    goals: [{ package: 'base', values }],
  });

  test('hides what the schema marks, also in fields of objects, and the plan itself keeps it', () => {
    const printed = printablePlan(secret);
    expect(JSON.stringify(printed)).not.toContain('hush');
    expect(printed.packages[0]?.values).toEqual({ token: '********', size: 3 });
    expect(printed.packages[0]?.units[0]?.objects[0]?.changes).toEqual([
      { path: 'data.config', hidden: true },
      changes[1],
    ]);
    expect(printed.digest).toBe(secret.digest);
    expect(secret.packages[0]?.values).toEqual(values);
  });

  test('of a removal hides them, too', () => {
    const planned = secret.packages[0] as PackagePlan;
    const removal = { packages: [{ name: 'base', planned }] } as unknown as UninstallPlan;
    expect(JSON.stringify(removal)).toContain('hush');
    expect(JSON.stringify(printableRemoval(removal))).not.toContain('hush');
  });

  test('has no values among its inputs', () => {
    expect(JSON.stringify(secret.inputs)).not.toContain('hush');
  });
});

function aCrdPlan(liveDigest: string) {
  return {
    name: 'things.example.org',
    kind: 'Thing',
    action: 'change',
    from: 'chart',
    served: ['v1'],
    storage: 'v1',
    digest: 'sha256:new',
    liveDigest,
  } as const;
}

function caught(work: () => void) {
  try {
    work();
  } catch (error) {
    if (isCapstanError(error)) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
