import type { KubernetesObject } from '@capstan/plugin-api';
import type { Backend } from './backend.ts';
import { hostOf } from './http-rules.ts';
import { ISTIO_API_VERSION, type RouteSpec } from './spec.ts';

/** A subset of the pods behind a Service, as a DestinationRule says it. */
interface Subset {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * DestinationRules: the traffic policy of the component's own Service, and the subsets of every Service that the Route
 * names some of; that of the own Service is named as the workload.
 */
export function destinationRules(spec: RouteSpec, backend: Backend, namespace: string): KubernetesObject[] {
  const subsets = subsetsByService(spec, backend);
  const services = new Set([...(spec.trafficPolicy ? [backend.name] : []), ...subsets.keys()]);
  return [...services].map((service) => {
    const own = service === backend.name;
    const of = subsets.get(service);
    return {
      apiVersion: ISTIO_API_VERSION,
      kind: 'DestinationRule',
      metadata: { name: own ? backend.name : `${backend.name}-${service.replaceAll('.', '-')}`, namespace },
      spec: {
        host: hostOf(service),
        ...(own && spec.trafficPolicy ? { trafficPolicy: spec.trafficPolicy } : {}),
        ...(of ? { subsets: of } : {}),
      },
    };
  });
}

function subsetsByService({ traffic }: RouteSpec, backend: Backend): Map<string, Subset[]> {
  const found = new Map<string, Subset[]>();
  for (const { service = backend.name, subset, labels = { version: subset ?? '' } } of traffic) {
    const known = found.get(service) ?? [];
    if (subset === undefined || known.some(({ name }) => name === subset)) continue;
    found.set(service, [...known, { name: subset, labels }]);
  }
  return found;
}
