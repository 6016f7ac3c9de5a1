import { EMPTY_CLUSTER, type KubernetesObject, type TraitRenderInput } from '@capstan/plugin-api';
import { rolloutTakesOver } from '../render.ts';

/** A Rollout as an application states it. */
export function aRollout(spec: object = {}): KubernetesObject {
  return {
    apiVersion: 'traits.capstan.dev/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'frontend-rollout', namespace: 'shop' },
    spec: { ...spec },
  };
}

/** The labels of a component's pods. */
export function podLabels(component: string): Record<string, string> {
  return { 'app.kubernetes.io/name': component, 'app.oam.dev/name': 'shop', 'app.oam.dev/component': component };
}

/** A Deployment as a web-service renders it. */
export function aDeployment(name = 'frontend', labels: Record<string, string> = podLabels(name)): KubernetesObject {
  const containers = [{ name, image: 'shop/frontend:1', ports: [{ name: 'http', containerPort: 8080 }] }];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'shop' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
  };
}

/** A Service as a web-service renders it; `spec` replaces what it states. */
export function aService(name = 'frontend', spec: object = {}): KubernetesObject {
  const ports = [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { type: 'ClusterIP', selector: podLabels('frontend'), ports, ...spec },
  };
}

/** A Knative Service. */
export function aKnativeService(spec: object = {}): KubernetesObject {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'frontend', namespace: 'shop' },
    spec: { template: { spec: { containers: [{ image: 'shop/frontend:1' }] } }, ...spec },
  };
}

/** What stands around a trait, where it is not the usual. */
export interface Around {
  readonly children?: readonly KubernetesObject[];
  /** What the other traits of the component rendered. */
  readonly neighbours?: readonly KubernetesObject[];
  readonly capabilities?: TraitRenderInput['context']['capabilities'];
  readonly cluster?: TraitRenderInput['cluster'];
  /** Another function that says what is taken over. */
  readonly takesOver?: (object: KubernetesObject, input: TraitRenderInput) => boolean;
}

/** What the host gives to `check` and `render`: the first child is what is rolled out. */
export function anInput(trait: KubernetesObject, around: Around = {}): TraitRenderInput {
  const { children = [aDeployment(), aService()], neighbours = [], capabilities = {} } = around;
  const { cluster = EMPTY_CLUSTER, takesOver = rolloutTakesOver } = around;
  const [target] = children;
  if (!target) throw new Error('an input has something that is rolled out');
  const { apiVersion, kind, metadata } = target;
  const { name } = metadata;
  const input: TraitRenderInput = {
    trait,
    workload: { apiVersion: 'workloads.capstan.dev/v1alpha1', kind: 'WebService', metadata: { name }, spec: {} },
    children,
    target: { apiVersion, kind, name, namespace: 'shop' },
    context: { application: 'shop', component: name, namespace: 'shop', labels: {}, capabilities },
    neighbours: neighbours.map((object) => ({ trait: object, definition: 'others', objects: [object] })),
    taken: [],
    cluster,
  };
  const taken = [...children, ...neighbours].filter((object) => takesOver(object, input));
  return { ...input, taken };
}
