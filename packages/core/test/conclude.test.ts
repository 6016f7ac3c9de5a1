import { CapstanError, type Condition, type Health } from '@capstan/base';
import { healthOf, KUBE_CODES } from '@capstan/kube';
import type { ApplicationConfigurationStatus } from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../src/application/act.ts';
import { conclude } from '../src/application/conclude.ts';
import { decideApplication } from '../src/index.ts';
import {
  aComponent,
  anApplication,
  anAutoscale,
  autoscaler,
  type Facts,
  observed,
  SCALED_OBJECT,
  WEB_SERVICE,
} from './builders.ts';

const backend = { componentName: 'backend' };
const components = [aComponent('backend')];
const TIME = Date.parse('2026-01-01T00:00:00Z');
const LATER = TIME + 60_000;

function done(more: Partial<Outcome> = {}): Outcome {
  return { applied: new Map(), pruned: [], repaired: [], leftOut: [], ...more };
}

function pass(facts: Facts, outcome: Outcome | undefined, now = TIME) {
  const seen = observed(facts);
  return conclude(seen, decideApplication(seen), outcome, now);
}

/** The status after the patch was merged. */
const statusOf = ({ status }: ReturnType<typeof pass>) =>
  ({ ...status, ...(status?.dependency ? { dependency: {} } : {}) }) as ApplicationConfigurationStatus;
const byType = (conditions: readonly Condition[] | undefined, type: string) =>
  conditions?.find((condition) => condition.type === type);
const reasons = ({ events }: ReturnType<typeof pass>) => events.map(({ reason }) => reason);

describe('what is written about an application', () => {
  test('after the first success: conditions, workloads, inventory and two Events; the same again is not written', () => {
    const application = anApplication([backend]);
    const first = pass({ application, components }, done());
    expect(byType(first.status?.conditions, 'Synced')).toEqual({
      type: 'Synced',
      status: 'True',
      reason: 'ReconcileSuccess',
      message: '',
      lastTransitionTime: '2026-01-01T00:00:00Z',
      observedGeneration: 1,
    });
    expect(byType(first.status?.conditions, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'Creating',
      message: 'backend: deployment/team/backend is being created',
    });
    expect(first.status?.inventory?.map(({ kind }) => kind)).toEqual(['WebService', 'Deployment']);
    expect(reasons(first)).toEqual(['RenderedComponents', 'AppliedComponents']);
    const again = pass(
      { application: anApplication([backend], { status: statusOf(first) }), components },
      undefined,
      LATER,
    );
    expect(again).toEqual({ urgent: false, events: [] });
  });

  test('a scope that a failed pass could not leave stays on record', () => {
    const scopes = [{ scopeRef: { apiVersion: 'core.oam.dev/v1alpha2', kind: 'HealthScope', name: 'health' } }];
    const gone = { componentName: 'gone', workloadRef: { ...WEB_SERVICE, name: 'gone' }, scopes };
    const application = anApplication([backend], { status: { workloads: [gone] } });
    const failure = { stage: 'cannot apply components', error: new Error('busy') } as const;
    const failed = pass({ application, components }, done({ failure }));
    expect(failed.status?.workloads).toEqual([expect.objectContaining({ componentName: 'backend' }), gone]);
    const left = pass({ application, components }, done());
    expect(left.status?.workloads).toEqual([expect.objectContaining({ componentName: 'backend' })]);
  });

  test("others' words in the status stay where they are", () => {
    const workloadRef = { ...WEB_SERVICE, name: 'backend' };
    const workloads = [{ componentName: 'backend', status: 'paused by me', workloadRef, traits: [] }];
    const { status } = pass({ application: anApplication([backend], { status: { workloads } }), components }, done());
    expect(status?.workloads).toEqual(workloads);
  });

  test('a problem is told with one Event, and status and inventory of what runs stay', () => {
    const inventory = [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'team', name: 'old' }];
    const first = pass({ application: anApplication([backend], { status: { inventory } }) }, undefined);
    expect(byType(first.status?.conditions, 'Synced')).toMatchObject({
      status: 'False',
      reason: 'ReconcileError',
      message: 'cannot render components: cannot get component "backend"',
    });
    expect(byType(first.status?.conditions, 'Ready')).toMatchObject({ status: 'False', reason: 'ComponentMissing' });
    expect(first.status?.inventory).toEqual(inventory);
    expect(reasons(first)).toEqual(['CannotRenderComponents']);
    const again = pass({ application: anApplication([backend], { status: statusOf(first) }) }, undefined, LATER);
    expect(again).toEqual({ urgent: false, events: [] });
  });

  test.each([
    [KUBE_CODES.forbidden, 'Forbidden'],
    [KUBE_CODES.fieldConflict, 'FieldConflict'],
    [KUBE_CODES.invalid, 'Rejected'],
    ['CAPSTAN_ANYTHING_ELSE', 'ApplyFailed'],
  ])('a failure with %s has the stable reason %s', (code, reason) => {
    const failure = { stage: 'cannot apply components', error: new CapstanError(code, 'cannot apply x: no') } as const;
    const result = pass({ application: anApplication([backend]), components }, done({ failure }));
    expect(byType(result.status?.conditions, 'Ready')).toMatchObject({ status: 'False', reason });
    expect(byType(result.status?.conditions, 'Synced')?.message).toBe('cannot apply components: cannot apply x: no');
    expect(reasons(result)).toEqual(['CannotApplyComponents']);
  });

  test.each<[string, Partial<Health>, string | undefined, string]>([
    ['progress', { status: 'progressing' }, undefined, 'progressing'],
    ['a degradation that may pass', { status: 'degraded' }, 'Degraded', 'degraded'],
    ['one that does not', { status: 'degraded', final: true }, 'Stalled', 'degraded'],
  ])(
    '%s is told so that whoever reads conditions knows how bad it is, and no longer than it lasts',
    (_what, more, type, read) => {
      const health: Health = { status: 'progressing', reason: 'Lost', message: 'no fuel', ...more };
      const traits = [{ ...autoscaler, health: () => health }];
      const application = anApplication([{ componentName: 'backend', traits: [anAutoscale()] }]);
      const live = [{ ...SCALED_OBJECT, metadata: { name: 'backend', namespace: 'team' } }];
      const result = pass({ application, components, traits, live }, done());
      const { status } = result;
      const told = ['Degraded', 'Stalled'].filter((one) => byType(status?.conditions, one));
      expect(told).toEqual(type ? [type] : []);
      expect(healthOf({ ...application, status: { ...statusOf(result) } }).status).toBe(read);
      const after = pass({ application: anApplication([backend], { status: statusOf(result) }), components }, done());
      expect(after.status?.conditions?.map((one) => one.type)).toEqual(['Synced', 'Ready']);
      expect(after.urgent).toBe(true);
    },
  );

  test('a new generation, what was pruned and what was set back have Events', () => {
    const application = anApplication([backend]);
    const status = statusOf(pass({ application, components }, done()));
    const newer = anApplication([backend], { status });
    newer.metadata.generation = 2;
    const reference = { apiVersion: 'v1', kind: 'Service', namespace: 'team', name: 'old' };
    const outcome = done({
      pruned: [reference],
      repaired: [{ reference, managers: ['kubectl-edit'] }],
      leftOut: ['component "backend", workload Deployment: spec.foo is not known, so it is left out'],
    });
    const result = pass({ application: newer, components }, outcome);
    expect(reasons(result)).toEqual([
      'DriftRepaired',
      'RenderedComponents',
      'AppliedComponents',
      'FieldsLeftOut',
      'GarbageCollectedComponent',
    ]);
    expect(result.events[0]?.message).toBe('fields of service/team/old set by kubectl-edit were set back');
  });
});
