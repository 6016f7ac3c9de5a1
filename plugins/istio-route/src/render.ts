import type { JsonObject, KubernetesObject, Problem, TraitRenderInput } from '@capstan/plugin-api';
import { type Backend, backendOf, podOwner } from './backend.ts';
import { destinationRules } from './destination-rules.ts';
import { httpRules } from './http-rules.ts';
import { domainMappings, knativeProblems } from './knative.ts';
import {
  GATEWAY_SELECTOR,
  ISTIO_API_VERSION,
  isKnativeService,
  PUBLIC_GATEWAY,
  type RouteSpec,
  routeSpec,
} from './spec.ts';

/** What makes a Route unfit for the component that it stands on. */
export function checkRoute(input: TraitRenderInput): Problem[] {
  if (isKnativeService(input.target)) return knativeProblems(input);
  const { hosts, traffic, inject } = routeSpec(input.trait);
  const problems: Problem[] = traffic.flatMap(({ revision }, index) => {
    if (revision === undefined) return [];
    const message = `${input.workload.kind} ${input.workload.metadata.name} has no revisions: only a Knative Service has`;
    return [{ path: `spec.traffic[${index}].revision`, message, hint: 'Use service or subset.' }];
  });
  if (hosts.length === 0) {
    const hint = 'Only a Route on a Knative Service may leave them out.';
    problems.push({ path: 'spec.hosts', message: 'is missing: it says whose requests are taken', hint });
  }
  if (inject && !podOwner(input)) {
    const message = `the pods of ${input.workload.kind} ${input.workload.metadata.name} are made by its controller`;
    const hint = 'Label the namespace istio-injection=enabled instead.';
    problems.push({ path: 'spec.inject', message, hint });
  }
  const backend = backendOf(input);
  return Array.isArray(backend) ? [...problems, ...backend] : problems;
}

/**
 * The objects of a Route: the component's Service where nobody else makes it, a Gateway for its own certificate,
 * DestinationRules, and last the VirtualService, named as the workload: a rollout controller finds it by that name.
 * For a Knative Service a DomainMapping per host.
 */
export function renderRoute(input: TraitRenderInput): KubernetesObject[] {
  if (isKnativeService(input.target)) return domainMappings(input);
  const backend = backendOf(input);
  if (Array.isArray(backend)) return [];
  const spec = routeSpec(input.trait);
  return [
    ...(backend.service ? [backend.service] : []),
    ...(spec.tls ? [ownGateway(input, spec, spec.tls)] : []),
    ...destinationRules(spec, backend, input.context.namespace),
    virtualService(input, spec, backend),
  ];
}

function virtualService(input: TraitRenderInput, spec: RouteSpec, backend: Backend): KubernetesObject {
  const { namespace } = input.context;
  return {
    apiVersion: ISTIO_API_VERSION,
    kind: 'VirtualService',
    metadata: { name: input.workload.metadata.name, namespace },
    spec: { hosts: spec.hosts, gateways: [gatewayOf(input, spec)], http: httpRules(spec, backend) },
  };
}

/** As `namespace/name`, or `mesh`. */
function gatewayOf({ workload, context }: TraitRenderInput, { tls, gateway }: RouteSpec): string {
  if (tls) return `${context.namespace}/${workload.metadata.name}`;
  if (gateway !== undefined) return gateway;
  const exported: unknown = context.capabilities['route']?.exports['gateway'];
  return typeof exported === 'string' ? exported : PUBLIC_GATEWAY;
}

/** A Gateway on the same pods as the public one; the certificate's Secret is looked for in their namespace. */
function ownGateway(
  { workload, context }: TraitRenderInput,
  { hosts }: RouteSpec,
  { secretName, redirect }: NonNullable<RouteSpec['tls']>,
): KubernetesObject {
  const exported: unknown = context.capabilities['route']?.exports['gatewaySelector'];
  const plain: JsonObject = { port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts };
  return {
    apiVersion: ISTIO_API_VERSION,
    kind: 'Gateway',
    metadata: { name: workload.metadata.name, namespace: context.namespace },
    spec: {
      selector: { istio: typeof exported === 'string' ? exported : GATEWAY_SELECTOR },
      servers: [
        {
          port: { number: 443, name: 'https', protocol: 'HTTPS' },
          hosts,
          tls: { mode: 'SIMPLE', credentialName: secretName },
        },
        redirect ? { ...plain, tls: { httpsRedirect: true } } : plain,
      ],
    },
  };
}
