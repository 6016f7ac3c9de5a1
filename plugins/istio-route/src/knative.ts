import type { KubernetesObject, Problem, TraitRenderInput } from '@capstan/plugin-api';
import { isKnativeService, type RouteSpec, routeSpec } from './spec.ts';

/** Knative's kind that gives a Knative Service a host of its own. */
const DOMAIN_MAPPING = { apiVersion: 'serving.knative.dev/v1beta1', kind: 'DomainMapping' } as const;

/** What Knative's own network decides, by the field of a Route. */
const OF_KNATIVE = [
  'gateway',
  'port',
  'targetPort',
  'match',
  'timeout',
  'retries',
  'rewrite',
  'headers',
  'cors',
  'trafficPolicy',
] as const;

/** What of a Route a Knative Service cannot have: Knative's network knows hosts, certificates and shares of revisions. */
export function knativeProblems({ trait, workload }: TraitRenderInput): Problem[] {
  const spec = routeSpec(trait);
  const stated = (trait['spec'] ?? {}) as Partial<RouteSpec>;
  const hint = 'On a Knative Service a Route has hosts, tls and traffic.';
  const refuse = (path: string, why = "is decided by Knative's own network"): Problem => ({ path, message: why, hint });
  return [
    ...OF_KNATIVE.filter((field) => stated[field] !== undefined && stated[field] !== null).map((field) =>
      refuse(`spec.${field}`),
    ),
    ...(spec.path === '/' ? [] : [refuse('spec.path')]),
    ...(spec.inject ? [refuse('spec.inject', 'is not possible for pods that Knative makes')] : []),
    ...spec.hosts.flatMap((host, index) =>
      host.includes('*') || !host.includes('.')
        ? [refuse(`spec.hosts[${index}]`, `"${host}" is no full host name, which Knative needs`)]
        : [],
    ),
    ...trafficProblems(spec, workload),
  ];
}

function trafficProblems({ traffic }: RouteSpec, workload: KubernetesObject): Problem[] {
  if (traffic.length === 0) return [];
  if (!isKnativeService(workload)) {
    const message = `the revisions of ${workload.kind} ${workload.metadata.name} share its requests as it says itself`;
    return [{ path: 'spec.traffic', message, hint: 'State traffic on the workload.' }];
  }
  return traffic.flatMap((entry, index) =>
    (['service', 'port', 'subset', 'labels', 'match', 'mirror'] as const)
      .filter((field) => entry[field] !== undefined)
      .map((field) => ({
        path: `spec.traffic[${index}].${field}`,
        message: 'a Knative Service divides requests between its revisions, by weight only',
        hint: 'Use revision and weight.',
      })),
  );
}

/** A DomainMapping for each host. Its claim on the host is made by Serving, as the package `knative` configures it. */
export function domainMappings({ trait, target, context }: TraitRenderInput): KubernetesObject[] {
  const { hosts, tls } = routeSpec(trait);
  return hosts.map((host) => ({
    ...DOMAIN_MAPPING,
    metadata: { name: host, namespace: context.namespace },
    spec: {
      ref: { apiVersion: target.apiVersion, kind: target.kind, name: target.name },
      ...(tls ? { tls: { secretName: tls.secretName } } : {}),
    },
  }));
}

/** A Knative Service whose revisions share the requests as the Route says. */
export function withTraffic(workload: KubernetesObject, { traffic }: RouteSpec): KubernetesObject {
  const targets = traffic.map(({ revision, weight = 100 }) => ({
    ...(revision === undefined ? { latestRevision: true } : { latestRevision: false, revisionName: revision }),
    percent: weight,
  }));
  return { ...workload, spec: { ...(workload['spec'] as object), traffic: targets } };
}
