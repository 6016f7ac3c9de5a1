import type { KubernetesObject } from '@capstan/base';
import fc from 'fast-check';

/** One thing that somebody does to an application. */
export type Step =
  /** The author applies documents, the application last. */
  | { readonly type: 'apply'; readonly application: ApplicationPlan }
  /** Somebody deletes or edits, by hand, what the application made. */
  | { readonly type: 'drift'; readonly drift: Drift };

/** What somebody does by hand. `target` counts objects of that kind in the order of their names. */
export interface Drift {
  readonly kind: 'Deployment' | 'Service' | 'workload';
  readonly target: number;
  readonly action: 'delete' | 'edit';
}

/** An application in a few words. */
export interface ApplicationPlan {
  readonly components: readonly ComponentPlan[];
  readonly scope: boolean;
  /** The first component waits until the others are ready. */
  readonly ordered: boolean;
  /** The first component receives the name of the last one's workload. */
  readonly passing: boolean;
}

/** A component in a few words. */
export interface ComponentPlan {
  readonly name: string;
  readonly kind: 'WebService' | 'ContainerizedWorkload';
  readonly image: string;
  readonly scaled?: number;
}

/** What happens to one namespace: steps, each after a pause in milliseconds. */
export interface Scenario {
  readonly seed: number;
  readonly steps: readonly { readonly pauseMs: number; readonly step: Step }[];
  /** What the author wants in the end; it is applied last. */
  readonly goal: ApplicationPlan;
}

const component = (name: string): fc.Arbitrary<ComponentPlan> =>
  fc.record(
    {
      name: fc.constant(name),
      // One kind per name: another kind under the same name is another object, which is a story of its own.
      kind: fc.constant(name === 'web' ? ('WebService' as const) : ('ContainerizedWorkload' as const)),
      image: fc.constantFrom('nginx:1.28', 'nginx:1.29', 'redis:8'),
      scaled: fc.integer({ min: 1, max: 3 }),
    },
    { requiredKeys: ['name', 'kind', 'image'] },
  );

const application: fc.Arbitrary<ApplicationPlan> = fc.record({
  components: fc
    .tuple(component('web'), component('back'), component('store'), fc.integer({ min: 1, max: 7 }))
    .map(([web, back, store, members]) => [web, back, store].filter((_, bit) => (members >> bit) & 1)),
  scope: fc.boolean(),
  ordered: fc.boolean(),
  passing: fc.boolean(),
});

const drift: fc.Arbitrary<Drift> = fc.record({
  kind: fc.constantFrom('Deployment', 'Service', 'workload'),
  target: fc.nat(2),
  action: fc.constantFrom('delete', 'edit'),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('apply' as const), application }),
  fc.record({ type: fc.constant('drift' as const), drift }),
);

/** The scenario of a seed: always the same one. */
export function scenarioOf(seed: number): Scenario {
  const steps = fc.array(fc.record({ pauseMs: fc.nat(600), step }), { minLength: 2, maxLength: 5 });
  const [drawn] = fc.sample(fc.record({ steps, goal: application }), { seed, numRuns: 1 });
  if (!drawn) throw new Error('fast-check drew nothing');
  return { seed, ...drawn };
}

const OAM = 'core.oam.dev/v1alpha2';

/** The documents of an application: its Components, its scope, itself. */
export function documentsOf(plan: ApplicationPlan, namespace: string): KubernetesObject[] {
  const scope = { apiVersion: OAM, kind: 'HealthScope', metadata: { name: 'health', namespace } };
  return [
    ...plan.components.map(({ name, kind, image }) => ({
      apiVersion: OAM,
      kind: 'Component',
      metadata: { name, namespace },
      spec: { workload: workload(kind, image) },
    })),
    { ...scope, spec: { 'probe-interval': 30, workloadRefs: [] } },
    {
      apiVersion: OAM,
      kind: 'ApplicationConfiguration',
      metadata: { name: 'app', namespace },
      spec: { components: plan.components.map((_, index) => entry(plan, index)) },
    },
  ];
}

function workload(kind: ComponentPlan['kind'], image: string): object {
  if (kind === 'WebService') return { apiVersion: 'workloads.capstan.dev/v1alpha1', kind, spec: { image, port: 80 } };
  const containers = [{ name: 'main', image, ports: [{ name: 'http', containerPort: 80 }] }];
  return { apiVersion: OAM, kind, spec: { containers } };
}

function entry(plan: ApplicationPlan, index: number): object {
  const { name, scaled } = plan.components[index] as ComponentPlan;
  const others = plan.components.slice(1).map((one) => one.name);
  const first = index === 0 && others.length > 0;
  const last = index > 0 && index === plan.components.length - 1;
  const scaler = { apiVersion: OAM, kind: 'ManualScalerTrait', spec: { replicaCount: scaled } };
  const scopeRef = { apiVersion: OAM, kind: 'HealthScope', name: 'health' };
  return {
    componentName: name,
    ...(scaled === undefined ? {} : { traits: [{ trait: scaler }] }),
    ...(plan.scope ? { scopes: [{ scopeRef }] } : {}),
    ...(plan.ordered && first ? { dependencies: others } : {}),
    ...(plan.passing && last ? { dataOutputs: [{ name: 'name', fieldPath: 'metadata.name' }] } : {}),
    ...(plan.passing && first
      ? {
          dataInputs: [
            { valueFrom: { dataOutputName: 'name' }, toFieldPaths: ['metadata.annotations[example.org/name]'] },
          ],
        }
      : {}),
  };
}
