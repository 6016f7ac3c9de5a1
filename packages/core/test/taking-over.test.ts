import type { KubernetesObject } from '@capstan/base';
import type { Component } from '@capstan/oam-model';
import type { TraitContribution, TraitRenderInput } from '@capstan/plugin-api';
import { describe, expect, test } from 'vitest';
import { healthConditions } from '../src/application/conditions.ts';
import { assessComponent } from '../src/application/health.ts';
import { LONGEST_LEAVING_MS } from '../src/application/leaving.ts';
import { inventoryAfter } from '../src/application/status-entries.ts';
import { type Decision, decideApplication } from '../src/index.ts';
import {
  AUTOSCALE,
  aComponent,
  anApplication,
  anAutoscale,
  autoscaler,
  type Facts,
  FLIGHT,
  observed,
} from './builders.ts';

/** A raw kind, here with a plugin's functions: it takes over. */
const TAKER = 'flights.sky.example.dev';
const aTaker = { trait: { ...FLIGHT, spec: {} } as unknown as KubernetesObject };
const FINALIZER = 'finalizer.example.dev';

const scaler: TraitContribution = {
  ...autoscaler,
  render: ({ context }) => [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${context.component}-scaler` } }],
};

function taker(more: Partial<TraitContribution> = {}): TraitContribution {
  return {
    definition: TAKER,
    takesOver: ({ kind }) => kind === 'Service' || kind === 'ConfigMap',
    render: ({ context }) => [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: `${context.component}-flight` } }],
    ...more,
  };
}

const web = { componentName: 'web', traits: [aTaker, anAutoscale()] };
const components = [aComponent('web', { port: 80 })];

function decide(facts: Partial<Facts> = {}): Decision {
  return decideApplication(
    observed({ application: anApplication([web]), components, traits: [scaler, taker()], ...facts }),
  );
}

const summary = ({ objects }: Decision) => objects.map(({ reference, action }) => `${action} ${reference.kind}`);

/** Everything that a decision wants, as it is once applied; `change` says what differs. */
function applied(decision: Decision, change: (object: KubernetesObject) => KubernetesObject = (object) => object) {
  return decision.objects
    .filter(({ action }) => action !== 'taken')
    .map(({ object, reference, owner }) => {
      const controller = decision.objects.find(({ key }) => key === owner)?.reference;
      const uid = controller ? `${controller.kind}-uid` : 'app-uid';
      const ownerReferences = controlledBy(uid);
      return change({ ...object, metadata: { ...object.metadata, uid: `${reference.kind}-uid`, ownerReferences } });
    });
}

function controlledBy(uid: string) {
  return [{ apiVersion: 'any/v1', kind: 'Any', name: 'any', uid, controller: true }];
}

function recorded(live: readonly KubernetesObject[], entries: Parameters<typeof anApplication>[0] = [web]) {
  const inventory = live.map(({ apiVersion, kind, metadata: { name, uid = '' } }) => {
    return { apiVersion, kind, namespace: 'team', name, uid };
  });
  return { application: anApplication(entries, { status: { inventory } }), live };
}

describe('what is taken over', () => {
  test('is not created, and the trait sees it, though it stands first', () => {
    let input: TraitRenderInput | undefined;
    const seen = taker({
      render: (given) => {
        input = given;
        return [];
      },
    });
    expect(summary(decide({ traits: [scaler, seen] }))).toEqual([
      'create WebService',
      'create Deployment',
      'taken Service',
      'create Flight',
      'create Autoscale',
      'taken ConfigMap',
    ]);
    expect(input?.taken.map(({ kind }) => kind)).toEqual(['Service', 'ConfigMap']);
    expect(input?.neighbours).toMatchObject([{ definition: autoscaler.definition, objects: [{ kind: 'ConfigMap' }] }]);
  });

  test('stays when it is live, however its controller made it, and counts as ready', () => {
    const live = applied(decide({ traits: [scaler, taker({ takesOver: () => false })] }), (object) => ({
      ...object,
      ...(object.kind === 'Service' ? { spec: { selector: { by: 'its controller' } } } : {}),
    }));
    const decision = decide(recorded(live));
    expect(decision.problems).toEqual([]);
    expect(summary(decision).filter((line) => line.startsWith('taken'))).toEqual(['taken Service', 'taken ConfigMap']);
    expect(decision.prune).toEqual([]);
    const [first] = decision.components;
    expect(first?.traits.map(({ health }) => health.reason)).toContain('TakenOver');
    expect(first?.traits.find(({ health }) => health.reason === 'TakenOver')?.message).toContain('flight/');
  });

  test.each([true, false])('a raw trait may be taken over as well (live: %s)', (isLive) => {
    const raw = { trait: { apiVersion: 'v1', kind: 'ConfigMap', data: {} } as unknown as KubernetesObject };
    const entries = [{ componentName: 'web', traits: [raw, aTaker] }];
    const all = applied(decide({ application: anApplication(entries), traits: [taker({ takesOver: () => false })] }));
    const facts = isLive ? recorded(all, entries) : { application: anApplication(entries) };
    const decision = decide({ ...facts, traits: [taker()] });
    expect(summary(decision)).toContain('taken ConfigMap');
    expect(decision.problems).toEqual([]);
    expect(decision.components[0]?.traits[0]?.health).toMatchObject({ status: 'ready', reason: 'TakenOver' });
  });

  test('by two traits is refused with both of them', () => {
    const both = [{ ...scaler, takesOver: ({ kind }: KubernetesObject) => kind === 'Service' }, taker()];
    const { problems } = decide({ traits: both });
    expect(problems).toMatchObject([{ reason: 'TraitConflict', component: 'web' }]);
    expect(problems[0]?.message).toMatch(/flight\/.* and autoscale\/.* both take over service\/team\/web/);
  });

  test('comes back when the trait goes', () => {
    const live = applied(decide());
    const after = decide(recorded(live, [{ componentName: 'web', traits: [anAutoscale()] }]));
    expect(summary(after)).toEqual([
      'keep WebService',
      'keep Deployment',
      'create Service',
      'keep Autoscale',
      'create ConfigMap',
    ]);
    expect(after.prune.map(({ kind }) => kind)).toEqual(['Secret', 'Flight']);
  });

  test('from a trait that goes stays for the one that took it, which becomes its owner', () => {
    const live = applied(decide({ traits: [scaler, taker({ takesOver: () => false })] }));
    const alone = recorded(live, [{ componentName: 'web', traits: [aTaker] }]);
    const decision = decide(alone);
    expect(decision.retained.map(({ kind }) => kind)).toEqual(['ConfigMap']);
    expect(decision.prune.map(({ kind }) => kind)).toEqual(['Autoscale']);
    expect(decision.claims).toMatchObject([{ reference: { kind: 'ConfigMap' }, from: ['Autoscale-uid'] }]);
    expect(decision.claims[0]?.owner).toContain('Flight');
    const notItsOwn = decide({ ...alone, traits: [scaler, taker({ takesOver: () => false })] });
    expect([notItsOwn.retained, notItsOwn.claims]).toEqual([[], []]);
  });
});

describe('the workload of a trait that runs it elsewhere', () => {
  const copy = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'copy' }, status: { replicas: 7 } };
  const elsewhere = taker({
    workloadHealth: (_trait, objects) => ({ status: 'degraded', reason: `Saw${objects.length}` }),
    podOwner: () => copy,
  });

  test('is judged by the trait, and shows the replicas that it names', () => {
    const live = applied(decide());
    const [component] = decide({ ...recorded(live), traits: [scaler, elsewhere] }).components;
    expect(component).toMatchObject({ health: { status: 'degraded', reason: 'Saw1' }, scale: { replicas: 7 } });
  });

  test('is judged by itself before the trait is there, and where the trait says nothing', () => {
    const [first] = decide({ traits: [scaler, elsewhere] }).components;
    expect(first?.health).toMatchObject({ status: 'progressing', reason: 'Creating' });
    const silent = taker({ workloadHealth: () => undefined, podOwner: () => undefined });
    const [second] = decide({ ...recorded(applied(decide())), traits: [scaler, silent] }).components;
    expect(second?.health.reason).not.toBe('Saw1');
  });

  test('is judged by a plugin that goes meanwhile as that could judge it', () => {
    const looks = taker({
      health: (_trait, _objects, cluster) => {
        const found = cluster.list(AUTOSCALE);
        return { status: 'ready', reason: `Saw${found.length}` };
      },
    });
    const facts = { ...recorded(applied(decide())), traits: [scaler, looks], kinds: [AUTOSCALE] };
    const { rendered } = decide(facts);
    const after = observed({ ...facts, components, kinds: [] });
    const traits = rendered.flatMap((component) => assessComponent(after, component).traits);
    expect(traits.map(({ health }) => health.reason)).toContain('Saw0');
  });

  test.each<[string, Partial<TraitContribution>]>([
    ['workloadHealth', { workloadHealth: fails }],
    ['health', { health: fails }],
  ])('%s that throws says only that nothing is known', (_what, more) => {
    const [component] = decide({ ...recorded(applied(decide())), traits: [scaler, taker(more)] }).components;
    const healths = [component?.health, ...(component?.traits ?? []).map(({ health }) => health)];
    expect(healths).toContainEqual({
      status: 'unknown',
      reason: 'ContributionFailed',
      message: 'its health cannot be judged: no such field',
    });
  });
});

test('functions for a kind that another controller acts on leave its status and its health to that', () => {
  const only: TraitContribution = { definition: TAKER, validate: () => [] };
  const entries = [{ componentName: 'web', traits: [aTaker] }];
  const conditions = [{ type: 'Ready', status: 'False', reason: 'Broken', message: 'no screws' }];
  const live = applied(decide({ application: anApplication(entries), traits: [only] }), (object) => {
    return object.kind === 'Flight' ? { ...object, status: { conditions } } : object;
  });
  const [trait] = decide({ ...recorded(live, entries), traits: [only] }).components[0]?.traits ?? [];
  expect(trait).toMatchObject({ ownStatus: false, health: { reason: 'Broken' } });
});

describe('what leaves with a finalizer', () => {
  const START = Date.parse('2026-11-21T12:00:00Z');
  const alone = [{ componentName: 'web', traits: [anAutoscale()] }];
  const other = aComponent('other');
  /** The taker is gone from the application; its object is there, and has been told to go at this time. */
  const leaving = (told: boolean, now = START, wanted: readonly Component[] = components) => {
    const live = applied(decide(), (object) => {
      const finalizers = [FINALIZER];
      const deletionTimestamp = new Date(START).toISOString();
      const more = { finalizers, ...(told ? { deletionTimestamp } : {}) };
      return object.kind === 'Secret' ? { ...object, metadata: { ...object.metadata, ...more } } : object;
    });
    const facts = recorded(live, [...alone, { componentName: 'other' }]);
    return decide({ ...facts, components: [...wanted, other], more: { now } });
  };

  test('is deleted first and alone, and what its controller may have made is claimed before', () => {
    const decision = leaving(false);
    expect(decision.prune.map(({ kind }) => kind)).toEqual(['Secret']);
    expect(decision.retained.map(({ kind }) => kind)).toEqual(['Flight']);
    expect(summary(decision)).toEqual([
      'keep WebService',
      'keep Deployment',
      'wait Service',
      'keep Autoscale',
      'wait ConfigMap',
      'create WebService',
      'create Deployment',
    ]);
    const text = `secret/team/web-flight is being deleted: its controller has not taken ${FINALIZER} off yet`;
    expect(decision.objects[2]?.waitsFor).toEqual([text]);
    expect(decision.components[0]?.health).toMatchObject({ reason: 'WaitingForDependencies', message: text });
    expect(decision.claims.map(({ reference, from }) => [reference.kind, from])).toEqual([
      ['Service', ['Secret-uid']],
      ['ConfigMap', ['Secret-uid']],
    ]);
  });

  test('leaves what it made to a trait that takes it over next', () => {
    const next = { ...scaler, takesOver: ({ kind }: KubernetesObject) => kind === 'Service' };
    const live = applied(decide(), (object) => {
      const metadata = { ...object.metadata, finalizers: [FINALIZER] };
      return object.kind === 'Secret' ? { ...object, metadata } : object;
    });
    const made = {
      ...{ apiVersion: 'v1', kind: 'Service', spec: {} },
      metadata: { name: 'web', namespace: 'team', uid: 'made', ownerReferences: controlledBy('Secret-uid') },
    };
    const facts = { ...recorded(live, alone), traits: [next, taker()] };
    const decision = decide({ ...facts, live: [...live, made] });
    expect(summary(decision)).toContain('taken Service');
    const claimed = decision.claims.find(({ reference }) => reference.kind === 'Service');
    expect(claimed).toMatchObject({ reference: { name: 'web' }, from: ['Secret-uid'] });
    expect(claimed?.owner).toContain('WebService');
  });

  test('is waited for, and nothing is written meanwhile', () => {
    const decision = leaving(true);
    expect(decision.prune).toEqual([]);
    expect(decision.claims).toEqual([]);
    expect(decision.retained.map(({ kind }) => kind)).toEqual(['Flight', 'Secret']);
    expect(decision.leaving).toMatchObject([{ until: START + LONGEST_LEAVING_MS, overdue: false }]);
    expect(summary(decision)).toContain('wait Service');
  });

  test('beyond its time what runs may be mended, and what leads to it still waits', () => {
    const late = START + LONGEST_LEAVING_MS;
    const decision = leaving(true, late, [aComponent('web', { port: 80, image: 'web:2' })]);
    expect(summary(decision).slice(0, 5)).toEqual([
      'update WebService',
      'update Deployment',
      'wait Service',
      'keep Autoscale',
      'wait ConfigMap',
    ]);
    expect(decision.prune).toEqual([]);
    expect(decision.retained.map(({ kind }) => kind)).toEqual(['Flight', 'Secret']);
    expect(decision.leaving).toMatchObject([{ overdue: true }]);
    const [ready, degraded] = healthConditions(decision, undefined);
    expect([ready?.reason, degraded?.type]).toEqual(['DeletionStuck', 'Degraded']);
    expect(ready?.message).toContain(`kubectl patch secret web-flight -n team --type merge`);
  });

  test('stays on record when it was told to go, until it is gone', () => {
    const decision = leaving(false);
    const told = { applied: new Map(), pruned: decision.prune, repaired: [], leftOut: [] };
    const { live } = observed({ application: anApplication([]) });
    const after = inventoryAfter({ ...observed({ application: decision.application }), live }, decision, told);
    expect(after.map(({ kind }) => kind)).toContain('Secret');
  });
});

describe('what a controller leaves behind of an object that is changed', () => {
  const COPY = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'team', name: 'web-copy' };
  const copying = (image: string) =>
    taker({
      takesOver: () => false,
      render: () => [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'web-flight' }, spec: { image } }],
      leavesBehind: (live, wanted) => (live.kind === 'Secret' && wanted.kind === 'Secret' ? [COPY] : []),
    });
  const before = applied(decide({ traits: [scaler, copying('a')] }));
  const changed = (image: string, owner: string, metadata: object = {}) => {
    const { kind, apiVersion, ...place } = COPY;
    const copy = {
      apiVersion,
      kind,
      metadata: { ...place, uid: 'copy', ownerReferences: controlledBy(owner), ...metadata },
    };
    return decide({ ...recorded(before), live: [...before, copy], traits: [scaler, copying(image)] });
  };

  test('is deleted, and is on record before that', () => {
    const decision = changed('b', 'Secret-uid');
    expect(decision.prune).toEqual([{ ...COPY, uid: 'copy' }]);
    expect(decision.problems).toEqual([]);
  });

  test('is waited for where it has a finalizer, before the object is changed', () => {
    const decision = changed('b', 'Secret-uid', {
      labels: { 'app.oam.dev/component': 'web' },
      finalizers: [FINALIZER],
    });
    expect(decision.prune).toEqual([{ ...COPY, uid: 'copy' }]);
    expect(summary(decision)).toContain('wait Secret');
  });

  test.each([
    ['stays while nothing is changed', 'a', 'Secret-uid'],
    ["stays where it is somebody else's", 'b', 'other-uid'],
  ])('%s', (_what, image, owner) => {
    expect(changed(image, owner).prune).toEqual([]);
  });
});

test('capabilities and the cluster are empty where nothing is known of them', () => {
  let input: TraitRenderInput | undefined;
  const look: TraitContribution = {
    ...autoscaler,
    check: (given) => {
      input = given;
      return [];
    },
  };
  decide({
    application: anApplication([{ componentName: 'web', traits: [anAutoscale()] }]),
    traits: [look],
    kinds: [AUTOSCALE],
  });
  expect(input?.context.capabilities).toEqual({});
  expect(input?.cluster.get({ ...AUTOSCALE, name: 'any' })).toBeUndefined();
  expect(input?.cluster.list(AUTOSCALE)).toEqual([]);
});

function fails(): never {
  throw new Error('no such field');
}
