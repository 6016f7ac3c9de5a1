import type { KubernetesObject } from '@capstan/plugin-api';
import { withTraffic } from './knative.ts';
import { isKnativeService, routeSpec } from './spec.ts';

/** Label by which Istio's injector knows a pod that wants a sidecar. */
const INJECT_LABEL = 'sidecar.istio.io/inject';

/** The workload as a Route needs it: with the shares of a Knative Service's revisions. */
export function shapeForRoute(workload: KubernetesObject, trait: KubernetesObject): KubernetesObject {
  const spec = routeSpec(trait);
  if (isKnativeService(workload)) return spec.traffic.length > 0 ? withTraffic(workload, spec) : workload;
  return shapeChildForRoute(workload, trait);
}

/** What has the pods, whose template asks for a sidecar where the Route does. Other objects stay as they are. */
export function shapeChildForRoute(object: KubernetesObject, trait: KubernetesObject): KubernetesObject {
  if (!routeSpec(trait).inject || isKnativeService(object)) return object;
  const spec = object['spec'] as { readonly template?: Template } | undefined;
  if (!spec?.template?.spec) return object;
  const { metadata = {} } = spec.template;
  const labels = { ...metadata.labels, [INJECT_LABEL]: 'true' };
  return { ...object, spec: { ...spec, template: { ...spec.template, metadata: { ...metadata, labels } } } };
}

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: object;
}
