import type { KubernetesObject } from '@capstan/base';
import { describe, expect, test } from 'vitest';
import { aComponent, anApplication } from '../../test/builders.ts';
import { aTrait, DEPLOYMENT, db, normalize, said, scaler, traitsOf, web } from '../../test/dialect.ts';

describe('traits of the application', () => {
  const both = (...traits: KubernetesObject[]) =>
    anApplication([{ componentName: 'web' }, { componentName: 'db' }], { traits: traits.map((trait) => ({ trait })) });

  test('go only where the rules admit them, and one warning says where not and why', () => {
    const result = normalize(both(scaler()), [web, db]);
    expect(traitsOf(result)).toEqual([[scaler()], []]);
    expect(result.problems).toEqual([]);
    expect(said(result.warnings)).toEqual([
      'spec.traits[0].trait: core.oam.dev/v1alpha2 ManualScalerTrait is not attached to db: manualscalertraits.core.oam.dev applies to deployments.apps; statefulsets.apps is none of them',
    ]);
  });

  test('to none is a problem', () => {
    const result = normalize(anApplication([{ componentName: 'db' }], { traits: [{ trait: scaler() }] }), [db]);
    expect(result.problems).toMatchObject([
      { path: 'spec.traits[0].trait', reason: 'TraitNotApplicable', code: 'CAPSTAN_TRAIT_NOT_APPLICABLE' },
    ]);
  });

  test("give way to a component's own of the same type, without a word", () => {
    const own = scaler('', 9);
    const application = anApplication([{ componentName: 'web', traits: [{ trait: own }] }], {
      traits: [{ trait: { ...scaler(), kind: 'ManualScaler' } }],
    });
    const result = normalize(application, [web]);
    expect(traitsOf(result)).toEqual([[own]]);
    expect(result.problems).toEqual([]);
  });

  test('give way to a trait that they conflict with, or that owns the same field', () => {
    const keda = aTrait('keda.sh/v1alpha1', 'ScaledObject');
    const application = anApplication(
      [{ componentName: 'web', traits: [{ trait: keda }] }, { componentName: 'other' }],
      {
        traits: [{ trait: scaler() }],
      },
    );
    const result = normalize(application, [web, aComponent('other', DEPLOYMENT)]);
    expect(traitsOf(result)).toEqual([[keda], [scaler()]]);
    expect(result.warnings[0]?.message).toContain('both decide the replicas');
  });

  test('are attached where the Component is not known', () => {
    expect(traitsOf(normalize(both(scaler())))).toEqual([[scaler()], [scaler()]]);
  });

  test('may have a name only when one component gets them', () => {
    const named = normalize(both(scaler('x')), [web, aComponent('db', DEPLOYMENT)]);
    expect(said(named.problems)).toEqual([
      'spec.traits[0].trait.metadata.name: 2 components would share the trait "x"',
    ]);
    expect(normalize(both(scaler('x')), [web, db]).problems).toEqual([]);
  });
});
