import type { KubernetesObject } from '@capstan/base';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { type Decision, decideApplication } from '../src/index.ts';
import { buildTree } from '../src/tree/build.ts';
import { aComponent, anApplication, type Facts, observed } from './builders.ts';

const decide = (facts: Facts) => decideApplication(observed(facts));
const summary = ({ objects }: Decision) =>
  objects.map(({ reference, action }) => `${action} ${reference.kind}/${reference.name}`);

/** Everything that a decision wants, as it is after it was applied; Deployments with this status. */
function applied(decision: Decision, status: object = {}): KubernetesObject[] {
  return decision.objects.map(({ object, owner, reference }) => {
    const uid = owner === 'application' ? 'app-uid' : `uid of ${owner}`;
    const ownerReferences = [{ apiVersion: 'any/v1', kind: 'Any', name: 'any', uid, controller: true }];
    const key = `${reference.apiVersion}/${reference.kind}/team/${reference.name}`;
    const metadata = { ...object.metadata, uid: `uid of ${key}`, generation: 1, ownerReferences };
    return { ...object, metadata, ...(object.kind === 'Deployment' ? { status } : {}) };
  });
}

const READY = {
  observedGeneration: 1,
  replicas: 1,
  updatedReplicas: 1,
  availableReplicas: 1,
  readyReplicas: 1,
  conditions: [{ type: 'Available', status: 'True', reason: 'x', message: '', lastTransitionTime: 'x' }],
};
const components = [aComponent('db'), aComponent('web')];
const entries = [
  { componentName: 'web', instanceName: 'front', dependencies: ['back'] },
  { componentName: 'db', instanceName: 'back' },
];
const application = anApplication(entries);

describe('a component with dependencies', () => {
  test('is not created before they are ready, and the status says what it waits for', () => {
    const decision = decide({ application, components });
    expect(summary(decision)).toEqual([
      'wait WebService/front',
      'wait Deployment/front',
      'create WebService/back',
      'create Deployment/back',
    ]);
    expect(decision.unsatisfied).toMatchObject([
      { reason: expect.stringMatching(/^waits for back: /), from: { name: 'back' }, to: { name: 'front' } },
    ]);
    expect(decision.components.map(({ waitsFor }) => waitsFor.length)).toEqual([1, 0]);
  });

  test('is created when they are, and not updated while they are not any more', () => {
    const back = applied(decide({ application: anApplication(entries.slice(1)), components }), READY);
    const next = decide({ application, components, live: back });
    expect(summary(next)).toEqual([
      'create WebService/front',
      'create Deployment/front',
      'keep WebService/back',
      'keep Deployment/back',
    ]);
    expect(next.unsatisfied).toEqual([]);
    const broken = applied(next, { ...READY, readyReplicas: 0, availableReplicas: 0 });
    const inventory = next.objects.map(({ reference }) => reference);
    const status = { inventory };
    expect(decide({ application: { ...application, status }, components, live: broken }).unsatisfied).toEqual([]);
    const edited = [aComponent('db'), aComponent('web', { image: 'web:2' })];
    const held = decide({ application: { ...application, status }, components: edited, live: broken });
    expect(summary(held).slice(0, 2)).toEqual(['wait WebService/front', 'wait Deployment/front']);
    expect(held.prune).toEqual([]);
  });

  test('stands in the tree after them, with the reason why it waits', () => {
    const { unsatisfied } = decide({ application, components });
    const workloadRef = (name: string) => ({ ...unsatisfied[0]?.to, apiVersion: 'x/v1', kind: 'WebService', name });
    const workloads = [
      { componentName: 'web', workloadRef: workloadRef('front') },
      { componentName: 'db', componentRevisionName: 'db-v1', workloadRef: workloadRef('back') },
    ];
    const status = { workloads, dependency: { unsatisfied } } as unknown as ApplicationConfiguration['status'];
    const facts = { live: new Map(), unreadable: [], descendants: [], simulated: true };
    const tree = buildTree({ ...facts, application: { ...application, ...(status ? { status } : {}) } });
    const nodes = tree.application.children;
    expect(nodes.map(({ name, remarks }) => [name, remarks])).toEqual([
      ['back', ['revision db-v1']],
      ['front', ['after back']],
    ]);
    expect(nodes[1]?.health).toMatchObject({
      reason: 'WaitingForDependencies',
      message: expect.stringContaining('waits for back'),
    });
  });
});

describe('what the reference promises about kinds and revisions', () => {
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap' } as unknown as KubernetesObject;
  const withTrait = anApplication([{ componentName: 'db', traits: [{ trait: configMap }] }]);

  test('a trait without a Definition is applied under a name that says so', () => {
    const decision = decide({ application: withTrait, components });
    expect(decision.problems).toEqual([]);
    expect(decision.objects.at(-1)?.reference.name).toMatch(/^db-dummy-/);
    expect(decision.components[0]?.traits[0]?.message).toMatch(/^No valid TraitDefinition found/);
  });

  test('nothing is applied before the revision of a component exists', () => {
    const pending = { ...aComponent('db'), metadata: { name: 'db', namespace: 'team', generation: 2 } };
    const status = { observedGeneration: 1, latestRevision: { name: 'db-v1', revision: 1 } };
    const facts = { application: anApplication([{ componentName: 'db' }]), more: { awaitRevisions: true } };
    expect(decide({ ...facts, components: [{ ...pending, status }] })).toMatchObject({ awaited: ['db'], objects: [] });
    const seen = { ...pending, status: { ...status, observedGeneration: 2 } };
    const { awaited, objects } = decide({ ...facts, components: [seen] });
    expect(awaited).toEqual([]);
    expect(objects[0]?.object.metadata.labels).toMatchObject({ 'app.oam.dev/revision': 'db-v1' });
  });

  test('applied once only, what others changed since is left alone', () => {
    const facts = { application: anApplication([{ componentName: 'db' }]), components };
    const live = applied(decide(facts), READY).map((object) =>
      object.kind === 'WebService' ? { ...object, spec: { image: 'other:1' } } : object,
    );
    expect(summary(decide({ ...facts, live }))[0]).toBe('update WebService/db');
    expect(summary(decide({ ...facts, live, more: { applyOnceOnly: true } }))[0]).toBe('keep WebService/db');
  });

  test('a field added by hand to an object of a kind of ours is a stranger; its replicas are not', () => {
    const facts = { application: anApplication([{ componentName: 'db' }]), components };
    const changed = (more: object) =>
      applied(decide(facts), READY).map((object) =>
        object.kind === 'WebService' ? { ...object, spec: { ...(object['spec'] as object), ...more } } : object,
      );
    const decision = decide({ ...facts, live: changed({ env: [{ name: 'A', value: 'b' }], replicas: 3 }) });
    expect(decision.objects[0]).toMatchObject({ action: 'update', strangers: [['spec', 'env']] });
    expect(decide({ ...facts, live: changed({ replicas: 3 }) }).objects[0]?.action).toBe('keep');
  });
});
