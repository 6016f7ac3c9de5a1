import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aCatalog, aCrd, aTraitDefinition, aWorkloadDefinition } from '../../test/builders.ts';
import type { ApplicationConfiguration, Component, Definition } from '../kinds/index.ts';
import { ruleComponents } from '../rules/components.ts';
import { evaluateRules, withoutOwnedFields } from '../rules/evaluate.ts';
import { normalizeDefinition } from './definition.ts';
import { normalizeApplication } from './normalize.ts';

const catalog = aCatalog(
  [
    aTraitDefinition('manualscalertraits.core.oam.dev', { appliesToWorkloads: ['deployments.apps'] }),
    aTraitDefinition('scaledobjects.keda.sh', { appliesTo: ['labelSelector:a=b', 'apps/v1.Deployment'] }),
    aTraitDefinition('foo', { definitionRef: { name: 'foos.example.com' }, conflictsWith: ['*'], podDisruptive: true }),
    aTraitDefinition('ingresses.networking.k8s.io'),
    aWorkloadDefinition('deployments.apps', {}, { a: 'b' }),
    aWorkloadDefinition('web', { definitionRef: { name: 'webs.example.com', version: 'v1' } }),
  ],
  [
    aCrd('foos.example.com', 'Foo', ['v1', 'v2']),
    aCrd('webs.example.com', 'Web', ['v1', 'v2beta1']),
    aCrd('scaledobjects.keda.sh', 'ScaledObject', ['v1alpha1']),
  ],
);

const name = fc.constantFrom('a', 'b', 'web', '');
const kinds = fc.constantFrom(
  ['core.oam.dev/v1alpha2', 'ManualScaler'],
  ['core.oam.dev/v1alpha2', 'ManualScalerTrait'],
  ['keda.k8s.io/v1alpha1', 'ScaledObject'],
  ['autoscaling/v2beta1', 'HorizontalPodAutoscaler'],
  ['autoscaling.knative.dev/v1', 'Autoscaler'],
  ['networking.k8s.io/v1', 'Ingress'],
  ['v1', 'ConfigMap'],
);
const specs = fc.constantFrom(
  { replicaCount: 2 },
  { minScale: 0, maxScale: 'x', other: {} },
  { metrics: [{ type: 'Resource', resource: { name: 'cpu', targetAverageUtilization: 5 } }] },
  { rules: [{ host: 'a', http: { paths: [{ path: '/' }] } }] },
  { scaleTargetRef: { deploymentName: 'a' } },
);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
/** What a schema leaves open: the inside of embedded objects. */
const anything = fc.anything({
  key: fc.constantFrom('name', 'trait', 'spec', 'metadata', 'apiVersion', 'kind', 'x'),
  maxDepth: 3,
});
const whole = fc.tuple(kinds, specs, fc.boolean()).map(([[apiVersion, kind], spec, named]) => ({
  apiVersion,
  kind,
  ...(named ? { metadata: { name: 't', creationTimestamp: null } } : {}),
  spec,
}));
const trait = fc.oneof(
  fc.record({ trait: whole, dataOutputs: fc.constantFrom(undefined, [], [{ name: 'o', fieldPath: '' }]) }),
  fc.record({ trait: fc.record({ name: fc.constantFrom('foo', 'fo', 5), properties: specs }) }),
  fc.record({
    name: fc.constantFrom('foo', 'web', 'scaledobject'),
    version: optional(fc.constantFrom('v2', 'v9')),
    spec: specs,
  }),
  fc.record({
    trait: fc.dictionary(fc.constantFrom('name', 'spec', 'metadata', 'apiVersion', 'kind', 'properties'), anything),
  }),
);
const scope = fc.record(
  {
    scope: fc.record({ apiVersion: fc.constant('core.oam.dev/v1alpha2'), kind: fc.constant('Network'), name }),
    scopeRef: fc.constant({ apiVersion: '', kind: '', name: '' }),
  },
  { requiredKeys: [] },
);
const entry = fc.record(
  {
    componentName: name,
    revisionName: fc.constantFrom('', 'web-v1', 'T|web|_', 'T|web|1'),
    instanceName: name,
    dependencies: fc.array(name, { maxLength: 2 }),
    traits: fc.array(trait, { maxLength: 3 }),
    scopes: fc.array(scope, { maxLength: 2 }),
    dataInputs: fc.array(fc.constant({ valueFrom: { dataOutputName: '' } }), { maxLength: 1 }),
  },
  { requiredKeys: [] },
);
const spec = fc.record(
  { components: fc.array(entry, { maxLength: 3 }), traits: fc.array(trait, { maxLength: 2 }) },
  { requiredKeys: [] },
);
const workload = fc.oneof(
  fc.constantFrom(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { replicas: 1, selector: { matchLabels: { a: 'b' } }, template: {} },
    },
    { apiVersion: 'serving.knative.dev/v1', kind: 'Service' },
    { type: 'web', spec: {} },
    { type: 'wep' },
    { type: 1 },
  ),
  anything,
);
const component = fc.record({
  apiVersion: fc.constant('core.oam.dev/v1alpha2'),
  kind: fc.constant('Component'),
  metadata: fc.record(
    { name, version: anything, annotations: fc.constant({ version: '1', 'kubectl.kubernetes.io/x': 'y' }) },
    { requiredKeys: ['name'] },
  ),
  spec: fc.record({ workload }),
});
const input = fc.record({
  spec,
  components: fc.uniqueArray(component, { selector: (each) => each.metadata.name, maxLength: 3 }),
});

/** As it comes from a parser: no undefined, no functions. */
const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value));

test('normalising changes nothing of its input, is deterministic, and again changes nothing', () => {
  fc.assert(
    fc.property(input.map(asJson), ({ spec: stated, components }) => {
      const application = {
        apiVersion: 'core.oam.dev/v1alpha2',
        kind: 'ApplicationConfiguration',
        metadata: { name: 'app' },
        spec: stated,
      } as unknown as ApplicationConfiguration;
      const known = new Map(components.map((each) => [each.metadata.name, each as unknown as Component]));
      const before = structuredClone({ application, known });
      const once = normalizeApplication({ application, components: known, catalog });
      expect({ application, known }).toEqual(before);
      expect(normalizeApplication({ application, components: known, catalog })).toEqual(once);

      const twice = normalizeApplication({ application: once.application, components: once.components, catalog });
      expect({ application: twice.application, components: twice.components }).toEqual({
        application: once.application,
        components: once.components,
      });
      expect(once.application.spec).not.toHaveProperty('traits');
      expect(once.application.spec.components).toHaveLength((stated.components ?? []).length);

      const subjects = ruleComponents(once.application, once.components, catalog);
      for (const verdict of evaluateRules(subjects)) expect(verdict.allowed).toBe(verdict.severity !== 'error');
      for (const { workload: object, traits } of subjects) {
        const kept = withoutOwnedFields(object, traits);
        expect(withoutOwnedFields({ ...object, object: kept }, traits)).toEqual(kept);
      }
    }),
    { numRuns: 500 },
  );
});

test('a Definition is the same after a second reading', () => {
  const entries = fc.array(
    fc.constantFrom(
      '*',
      'scaledobjects.keda.k8s.io',
      'autoscaling/v2beta2.HorizontalPodAutoscaler',
      'labelSelector:a=b',
      'x',
    ),
  );
  const definition = fc.record(
    {
      appliesTo: entries,
      appliesToWorkloads: entries,
      conflictsWith: entries,
      definitionRef: fc.constant({ name: 'networks.core.oam.dev' }),
    },
    { requiredKeys: ['definitionRef'] },
  );
  fc.assert(
    fc.property(definition, (stated) => {
      const once = normalizeDefinition(aTraitDefinition('x', stated) as Definition).object;
      const twice = normalizeDefinition(once);
      expect(twice).toEqual({ object: once, warnings: [], problems: [] });
    }),
  );
});

test('whatever a file holds, reading it does not throw', () => {
  const keys = fc.constantFrom(
    ...[
      'spec',
      'components',
      'traits',
      'trait',
      'name',
      'scopes',
      'scope',
      'dependencies',
      'componentName',
      'revisionName',
    ],
    ...[
      'metadata',
      'annotations',
      'workload',
      'type',
      'parameters',
      'parameterValues',
      'dataInputs',
      'definitionRef',
      'kind',
    ],
  );
  const json = fc.anything({ key: keys, maxDepth: 6, values: [fc.constantFrom('a|b|c', 'x', 1, null, true)] });
  const object = fc.record({ metadata: fc.record({ name: fc.constant('x') }), spec: json });
  fc.assert(
    fc.property(object.map(asJson), object.map(asJson), (application, component) => {
      const components = new Map([['x', component as unknown as Component]]);
      normalizeApplication({ application: application as unknown as ApplicationConfiguration, components, catalog });
      normalizeDefinition(application as unknown as Definition);
    }),
    { numRuns: 1000 },
  );
});
