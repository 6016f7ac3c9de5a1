import type { KubernetesObject } from '@capstan/base';
import type { CustomResourceDefinition } from '@capstan/oam-model';
import { describe, expect, test } from 'vitest';
import { webServiceType } from '../src/builtins/workloads/long-running.ts';
import { type Decision, decideApplication, type PlannedObject } from '../src/index.ts';
import {
  aComponent,
  anApplication,
  anAutoscale,
  aTraitDefinition,
  autoscaler,
  type Facts,
  FLIGHT,
  observed,
  RBAC,
  SCALED_OBJECT,
} from './builders.ts';

const decide = (facts: Facts) => decideApplication(observed(facts));
const summary = ({ objects }: Decision) =>
  objects.map(({ reference, action }) => `${action} ${reference.kind}/${reference.name}`);
const find = ({ objects }: Decision, kind: string) =>
  objects.find(({ reference }) => reference.kind === kind)?.object as KubernetesObject;
const spec = (object: KubernetesObject) => object['spec'] as Record<string, unknown>;

/** The object as the server returns it after it was applied. */
function live({ object, reference }: PlannedObject, owner: { kind: string; name: string; uid: string }, more = {}) {
  const controller = { apiVersion: 'any/v1', controller: true, ...owner };
  const metadata = { ...object.metadata, uid: `${reference.kind}-${reference.name}`, ownerReferences: [controller] };
  return { ...object, metadata, ...more } as KubernetesObject;
}

/** Everything that a decision wants, as it is after it was applied. */
function applied(decision: Decision): KubernetesObject[] {
  return decision.objects.map((planned) => {
    const owner = decision.objects.find(({ key }) => key === planned.owner)?.reference;
    const name = owner?.name ?? 'shop';
    const kind = owner?.kind ?? 'ApplicationConfiguration';
    return live(planned, { kind, name, uid: owner ? `${kind}-${name}` : 'app-uid' });
  });
}

const backend = { componentName: 'backend' };
const components = [aComponent('backend', { port: 6379 })];
const scaled = { componentName: 'backend', traits: [anAutoscale({ max: 4 })] };

describe('what is applied', () => {
  test('a workload, then its children, then each trait and its resources, in the order of the application', () => {
    const decision = decide({
      application: anApplication([scaled, { componentName: 'other' }]),
      components: [...components, aComponent('other')],
    });
    expect(decision.problems).toEqual([]);
    expect(summary(decision).map((line) => line.replace(/-[0-9a-f]{8}$/, '-#'))).toEqual([
      'create WebService/backend',
      'create Deployment/backend',
      'create Service/backend',
      'create Autoscale/backend-autoscales-#',
      'create ScaledObject/backend',
      'create WebService/other',
      'create Deployment/other',
    ]);
    expect(
      decision.objects.map(({ owner }) =>
        owner
          .split('/')
          .at(-1)
          ?.replace(/-[0-9a-f]{8}$/, '-#'),
      ),
    ).toEqual(['application', 'backend', 'backend', 'application', 'backend-autoscales-#', 'application', 'other']);
  });

  test('labels say whose it is, and rendered resources carry those of Kubernetes too', () => {
    const decision = decide({ application: anApplication([backend]), components });
    expect(find(decision, 'WebService').metadata).toMatchObject({
      namespace: 'team',
      labels: {
        'app.kubernetes.io/managed-by': 'capstan',
        'app.oam.dev/name': 'shop',
        'app.oam.dev/component': 'backend',
        'app.oam.dev/resourceType': 'WORKLOAD',
      },
    });
    expect(find(decision, 'Deployment').metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'capstan',
      'app.kubernetes.io/name': 'backend',
      'app.kubernetes.io/instance': 'shop-backend',
      'app.kubernetes.io/part-of': 'shop',
      'app.oam.dev/name': 'shop',
      'app.oam.dev/component': 'backend',
    });
  });

  test("a trait on the workload's child refers to the child, by apiVersion, kind and name only", () => {
    const decision = decide({ application: anApplication([scaled]), components });
    expect(spec(find(decision, 'Autoscale'))).toEqual({
      max: 4,
      workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'backend' },
    });
  });

  test('a trait keeps its name from the status when its spec changes', () => {
    const traitRef = { apiVersion: 'traits.capstan.dev/v1alpha1', kind: 'Autoscale', name: 'given-before' };
    const status = { workloads: [{ componentName: 'backend', traits: [{ traitRef }] }] };
    const decision = decide({ application: anApplication([scaled], { status }), components });
    expect(find(decision, 'Autoscale').metadata.name).toBe('given-before');
  });

  test('at rest everything is kept and nothing is pruned', () => {
    const facts = { application: anApplication([scaled]), components };
    const before = decide(facts);
    const inventory = before.objects.map(({ reference }) => reference);
    const decision = decide({
      ...facts,
      application: anApplication([scaled], { status: { inventory } }),
      live: applied(before),
    });
    expect(new Set(decision.objects.map(({ action }) => action))).toEqual(new Set(['keep']));
    expect(decision.prune).toEqual([]);
  });

  test('a quantity that the API server wrote in its own form is kept, and one that drifted is set right', () => {
    const resources = { cpu: '9000', memory: '1024Mi' };
    const facts = {
      application: anApplication([backend]),
      components: [aComponent('backend', { port: 1, resources })],
    };
    const served = (cpu: string) => {
      return JSON.parse(
        JSON.stringify(applied(decide(facts)), (key, value) => {
          if (key === 'requests') return { cpu, memory: '1Gi' };
          return key === 'limits' ? { memory: '1Gi' } : value;
        }),
      ) as KubernetesObject[];
    };
    const actions = (cpu: string) => decide({ ...facts, live: served(cpu) }).objects.map(({ action }) => action);
    expect(actions('9k')).toEqual(['keep', 'keep', 'keep']);
    expect(actions('9')).toEqual(['keep', 'update', 'keep']);
  });

  test.each([
    ['a changed field', (object: KubernetesObject) => ({ ...object, spec: { ...spec(object), selector: {} } })],
    ['a dropped label', (object: KubernetesObject) => ({ ...object, metadata: { ...object.metadata, labels: {} } })],
    [
      'another owner of the same name',
      ({ metadata, ...rest }: KubernetesObject) => ({ ...rest, metadata: { ...metadata, ownerReferences: [] } }),
    ],
    [
      'an older digest: a field that is not stated any more',
      ({ metadata, ...rest }: KubernetesObject) => ({
        ...rest,
        metadata: { ...metadata, annotations: { 'capstan.dev/applied': 'before' } },
      }),
    ],
  ])('%s of a live object is set right', (_what, drift) => {
    const facts = { application: anApplication([backend]), components };
    const objects = applied(decide(facts)).map((object) =>
      object.kind === 'Service' ? (drift(object) as KubernetesObject) : object,
    );
    expect(summary(decide({ ...facts, live: objects }))).toEqual([
      'keep WebService/backend',
      'keep Deployment/backend',
      'update Service/backend',
    ]);
  });

  test('what is in the inventory and not wanted any more is deleted, last created first', () => {
    const entry = (kind: string) => ({ apiVersion: 'v1', kind, namespace: 'team', name: 'old' });
    const inventory = [entry('ConfigMap'), entry('Secret')];
    const decision = decide({ application: anApplication([backend], { status: { inventory } }), components });
    expect(decision.prune.map(({ kind }) => kind)).toEqual(['Secret', 'ConfigMap']);
    const none = decide({ application: anApplication([], { status: { inventory } }) });
    expect(none).toMatchObject({ problems: [], objects: [], prune: [{ kind: 'Secret' }, { kind: 'ConfigMap' }] });
  });
});

describe('replicas', () => {
  const replicasOf = (facts: Facts) => spec(find(decide(facts), 'Deployment'))['replicas'];
  const webService = (manager: string) =>
    ({
      apiVersion: 'workloads.capstan.dev/v1alpha1',
      kind: 'WebService',
      metadata: {
        name: 'backend',
        namespace: 'team',
        managedFields: [{ manager, fieldsV1: { 'f:spec': { 'f:replicas': {} } } }],
      },
      spec: { replicas: 5 },
    }) satisfies KubernetesObject;
  const plain = { application: anApplication([backend]), components };

  test.each([
    ['nobody states any', plain, undefined],
    ['the component states them', { ...plain, components: [aComponent('backend', { replicas: 2 })] }, 2],
    ['kubectl scale set them', { ...plain, live: [webService('kubectl')] }, 5],
    ['the component stated them until now', { ...plain, live: [webService('capstan-controller')] }, undefined],
    [
      'a trait takes them over',
      { ...plain, application: anApplication([scaled]), live: [webService('kubectl')] },
      undefined,
    ],
  ])('when %s', (_when, facts, replicas) => {
    expect(replicasOf(facts)).toBe(replicas);
  });

  test('that a trait took over leave the workload object too', () => {
    const facts = { application: anApplication([scaled]), components: [aComponent('backend', { replicas: 2 })] };
    expect(spec(find(decide(facts), 'WebService'))).toEqual({ image: 'web:1' });
  });

  test('beside a trait that rolls out are where it begins: created with them, and never applied', () => {
    const flight = { trait: { ...FLIGHT, spec: {} } as unknown as KubernetesObject };
    const rollout = aTraitDefinition('flights.sky.example.dev', { extension: { owns: ['rollout'] } });
    const facts = {
      application: anApplication([{ componentName: 'backend', traits: [flight] }]),
      components: [aComponent('backend', { replicas: 3, port: 80 })],
      traitDefinitions: [rollout],
    };
    const first = decide(facts);
    expect(first.objects.map(({ reference, firstReplicas }) => [reference.kind, firstReplicas])).toEqual([
      ['WebService', undefined],
      ['Deployment', 3],
      ['Service', undefined],
      ['Flight', undefined],
    ]);
    expect(spec(find(first, 'Deployment'))).not.toHaveProperty('replicas');
    const scaledDown = applied(first).map((object) =>
      object.kind === 'Deployment' ? { ...object, spec: { ...spec(object), replicas: 0 } } : object,
    );
    const again = decide({ ...facts, live: scaledDown });
    expect(again.objects.find(({ reference }) => reference.kind === 'Deployment')?.action).toBe('keep');
    const image = [aComponent('backend', { replicas: 3, port: 80, image: 'web:2' })];
    const newer = decide({ ...facts, components: image, live: scaledDown }).objects.find(
      ({ reference }) => reference.kind === 'Deployment',
    );
    expect([newer?.action, newer?.firstReplicas, newer?.object['spec']]).toEqual([
      'update',
      undefined,
      expect.not.objectContaining({ replicas: expect.anything() }),
    ]);
  });
});

describe('what keeps an application from being applied', () => {
  const raw = { trait: { ...SCALED_OBJECT, metadata: { name: 'so' } } as KubernetesObject };
  const withRaw = { componentName: 'backend', traits: [raw] };
  const cases: Record<string, readonly [Facts, string[]]> = {
    'a component that does not exist': [{ application: anApplication([backend]) }, ['ComponentMissing']],
    'a parameter that the component does not have': [
      { application: anApplication([{ ...backend, parameterValues: [{ name: 'x', value: 1 }] }]), components },
      ['InvalidParameters'],
    ],
    'a workload kind that is not served': [
      { application: anApplication([backend]), components, unserved: ['workloads.capstan.dev/v1alpha1/WebService'] },
      ['WorkloadKindUnknown'],
    ],
    'a workload whose plugin is off': [
      { application: anApplication([backend]), components, workloads: [] },
      ['PluginNotLoaded'],
    ],
    'a trait kind that is not served': [
      { application: anApplication([scaled]), components, unserved: ['traits.capstan.dev/v1alpha1/Autoscale'] },
      ['TraitKindUnknown'],
    ],
    'a friendly trait whose Definition was withdrawn': [
      { application: anApplication([scaled]), components, traitDefinitions: [] },
      ['TraitDefinitionMissing'],
    ],
    'a friendly trait whose plugin is off': [
      { application: anApplication([scaled]), components, traits: [] },
      ['PluginNotLoaded'],
    ],
    'a trait that gives rights and that no Definition registers': [
      { application: anApplication([{ ...backend, traits: [{ trait: aSecret }] }]), components },
      ['TraitDefinitionMissing'],
    ],
    'a workload that gives rights and that no Definition registers': [
      { application: anApplication([backend]), components: [aComponent('backend', {}, { workload: aSecret })] },
      ['WorkloadDefinitionMissing'],
    ],
    'a trait outside of every namespace': [
      {
        application: anApplication([{ ...backend, traits: [{ trait: aClusterRole }] }]),
        components,
      },
      ['KindNotNamespaced'],
    ],
    'a trait that does not fit the workload': [
      {
        application: anApplication([withRaw]),
        components,
        traitDefinitions: [aTraitDefinition('scaledobjects.keda.sh', { appliesToWorkloads: ['functions.faas.dev'] })],
      },
      ['TraitNotApplicable'],
    ],
    'two traits that exclude each other': [
      {
        application: anApplication([{ ...scaled, traits: [...scaled.traits, raw] }]),
        components,
        traitDefinitions: [
          aTraitDefinition('autoscales.traits.capstan.dev', { conflictsWith: ['scaledobjects.keda.sh'] }),
          aTraitDefinition('scaledobjects.keda.sh'),
        ],
      },
      ['TraitConflict'],
    ],
    "a workload against its CRD's schema": [
      { application: anApplication([backend]), components: [aComponent('backend', { port: 'http' })] },
      ['InvalidWorkload'],
    ],
    'a trait that its plugin finds wrong, before it is rendered': [
      {
        application: anApplication([scaled]),
        components,
        traits: [{ ...autoscaler, check: () => [{ path: 'spec.max', message: 'too many' }] }],
      },
      ['InvalidTrait'],
    ],
    'a plugin that throws': [
      {
        application: anApplication([scaled]),
        components,
        traits: [{ ...autoscaler, render: () => [].at(1)!['kind'] }],
      },
      ['ContributionFailed'],
    ],
    'two components that render one object': [
      {
        application: anApplication([backend, { componentName: 'twin' }]),
        components: [...components, aComponent('twin', {}, { workload: named('backend') })],
      },
      ['DuplicateObject', 'DuplicateObject'],
    ],
    'every problem at once': [
      { application: anApplication([backend, { componentName: 'nobody' }, scaled]), components, traits: [] },
      ['ComponentMissing', 'PluginNotLoaded'],
    ],
    'a revision-enabled trait on a component without a revision': [
      {
        application: anApplication([scaled]),
        components,
        traitDefinitions: [aTraitDefinition('autoscales.traits.capstan.dev', { revisionEnabled: true })],
      },
      ['RevisionMissing'],
    ],
    'a revision that does not exist': [
      { application: anApplication([{ revisionName: 'backend-v9' }]), components },
      ['RevisionMissing'],
    ],
    'a scope that does not exist': [
      { application: anApplication([{ ...backend, scopes: [{ scopeRef: HEALTH_SCOPE }] }]), components, referred: [] },
      ['InvalidScope'],
    ],
    'a dependency on what the application does not have': [
      { application: anApplication([{ ...backend, dependencies: ['nobody'] }]), components },
      ['DependencyUnknown'],
    ],
    'dependencies in a circle': [
      { application: anApplication([{ ...backend, dependencies: ['backend'] }]), components },
      ['DependencyCycle'],
    ],
  };

  test.each(Object.entries(cases))('%s', (_what, [facts, reasons]) => {
    const inventory = [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'team', name: 'old' }];
    const application = { ...facts.application, status: { ...facts.application.status, inventory } };
    const decision = decide({ ...facts, application });
    expect(decision.problems.map(({ reason }) => reason)).toEqual(reasons);
    // Nothing is deleted on the way of an application that cannot be brought about.
    expect(decision.prune).toEqual([]);
  });
});

describe('whose an object is', () => {
  const facts = { application: anApplication([backend]), components };
  const [workload, deployment] = decide(facts).objects as [PlannedObject, PlannedObject];
  const other = { kind: 'ApplicationConfiguration', name: 'other', uid: 'other-uid' };

  test('one that another controls is refused with the uid that should', () => {
    const decision = decide({ ...facts, live: [live(workload, other)] });
    expect(decision.problems).toMatchObject([
      {
        reason: 'NotControlled',
        message: 'cannot apply workload "backend": existing object is not controlled by UID "app-uid"',
      },
    ]);
  });

  test('one without a controller is adopted', () => {
    const { metadata, ...rest } = workload.object;
    const decision = decide({ ...facts, live: [{ ...rest, metadata: { ...metadata, uid: 'x' } } as KubernetesObject] });
    expect(decision.problems).toEqual([]);
    expect(decision.objects[0]?.action).toBe('update');
  });

  test('one of ours whose owner was made again gets the new owner; the same of a stranger is refused', () => {
    const owners = [live(workload, { ...other, uid: 'app-uid' })];
    const orphan = live(deployment, { kind: 'WebService', name: 'backend', uid: 'uid of the deleted one' });
    const ours = anApplication([backend], { status: { inventory: [deployment.reference] } });
    expect(decide({ ...facts, application: ours, live: [...owners, orphan] }).problems).toEqual([]);
    expect(decide({ ...facts, live: [...owners, orphan] }).problems).toMatchObject([{ reason: 'NotControlled' }]);
  });
});

test('null in a template takes a field away; items of lists stay', () => {
  const workload = { apiVersion: 'v1', kind: 'ConfigMap', data: { gone: null, list: [null, { n: null }], kept: 'k' } };
  const decision = decide({
    application: anApplication([backend]),
    components: [aComponent('backend', {}, { workload })],
  });
  expect(find(decision, 'ConfigMap')['data']).toEqual({ list: [null, { n: null }], kept: 'k' });
});

describe('fields that a kind does not know', () => {
  const schema = { type: 'object', properties: { spec: { type: 'object', properties: { key: { type: 'string' } } } } };
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'scaledobjects.keda.sh' },
    spec: {
      group: 'keda.sh',
      names: { kind: 'ScaledObject', plural: 'scaledobjects' },
      versions: [{ name: 'v1alpha1', served: true, schema: { openAPIV3Schema: schema } }],
    },
  } as unknown as CustomResourceDefinition;
  const raw = (spec: object) => ({ trait: { ...SCALED_OBJECT, metadata: { name: 'so' }, spec } as KubernetesObject });
  const crds = [webServiceType.crd, crd];

  test('are left out with a warning', () => {
    const application = anApplication([{ ...backend, traits: [raw({ key: 'k', foo: 'f' })] }]);
    const decision = decide({ application, components, crds });
    expect(decision.problems).toEqual([]);
    expect(spec(find(decision, 'ScaledObject'))).toEqual({ key: 'k' });
    expect(decision.warnings).toEqual([
      'component "backend", trait ScaledObject: "foo" is not a field of spec, so it is left out',
    ]);
  });

  test('but a value of the wrong type is an error, and so is a misprint in a friendly kind', () => {
    const wrong = anApplication([{ ...backend, traits: [raw({ key: 1, foo: 'f' })] }]);
    expect(decide({ application: wrong, components, crds }).problems).toMatchObject([{ path: 'spec.key' }]);
    const misprint = [aComponent('backend', { foo: 'f' })];
    expect(decide({ application: anApplication([backend]), components: misprint, crds }).problems).toMatchObject([
      { reason: 'InvalidWorkload', path: 'spec.foo' },
    ]);
  });
});

describe('health', () => {
  test('comes from the children, and what is missing is being created', () => {
    const facts = { application: anApplication([backend]), components };
    const before = decide(facts);
    expect(before.components[0]?.health).toMatchObject({ status: 'progressing', reason: 'Creating' });
    const objects = applied(before).map((object) =>
      object.kind === 'Deployment' ? { ...object, status: { observedGeneration: 1, replicas: 2 } } : object,
    );
    const [component] = decide({ ...facts, live: objects }).components;
    expect(component?.health.status).toBe('progressing');
    expect(component?.scale).toEqual({
      replicas: 2,
      selector: 'app.kubernetes.io/name=backend,app.oam.dev/component=backend,app.oam.dev/name=shop',
    });
  });

  test("is the plugin's word where it has one", () => {
    const facts = {
      application: anApplication([scaled]),
      components,
      traits: [{ ...autoscaler, health: () => ({ status: 'degraded', reason: 'NoMetrics' }) as const }],
    };
    const after = decide({ ...facts, live: applied(decide(facts)) });
    expect(after.components[0]?.traits[0]?.health).toEqual({ status: 'degraded', reason: 'NoMetrics' });
  });
});

const aSecret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } };
const HEALTH_SCOPE = { apiVersion: 'core.oam.dev/v1alpha2', kind: 'HealthScope', name: 'h' };
const aClusterRole = { ...RBAC, metadata: { name: 'r' } };

function named(name: string): KubernetesObject {
  return {
    apiVersion: 'workloads.capstan.dev/v1alpha1',
    kind: 'WebService',
    metadata: { name },
    spec: { image: 'web:1' },
  };
}
