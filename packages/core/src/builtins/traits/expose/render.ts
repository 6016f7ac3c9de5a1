import type { KubernetesObject, Problem, TraitRenderInput } from '@capstan/plugin-api';
import type { ExposeSpec } from './schema.ts';

/** The networking.k8s.io Ingress of an Expose trait, named like the trait: a component may have several. */
export function renderExpose(input: TraitRenderInput): KubernetesObject[] {
  const spec = input.trait['spec'] as ExposeSpec;
  const { hostname, tls, ingressClass, annotations } = spec;
  const service = { name: serviceName(input), port: { number: portOf(input) } };
  const paths = [{ path: spec.path, pathType: spec.pathType, backend: { service } }];
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: input.trait.metadata.name, ...(annotations ? { annotations } : {}) },
      spec: {
        ...(ingressClass === undefined ? {} : { ingressClassName: ingressClass }),
        ...(tls ? { tls: [{ secretName: tls.secret, ...(hostname === undefined ? {} : { hosts: [hostname] }) }] } : {}),
        rules: [{ ...(hostname === undefined ? {} : { host: hostname }), http: { paths } }],
      },
    },
  ];
}

/** There must be a port that requests can be sent to. */
export function checkExpose(input: TraitRenderInput): Problem[] {
  if (portOf(input) !== undefined) return [];
  const message = `component ${input.context.component} has no port that requests could be sent to`;
  return [{ path: 'spec.servicePort', message, hint: 'Set port on the workload.' }];
}

/** A Service is named like its workload where a controller makes it, so that it need not be rendered here. */
function serviceName({ children, target, workload }: TraitRenderInput): string {
  const name = serviceAmong(children)?.metadata.name;
  return name ?? (target.kind === 'Service' ? target.name : workload.metadata.name);
}

function portOf({ trait, children, workload }: TraitRenderInput): number | undefined {
  const { servicePort } = trait['spec'] as ExposeSpec;
  return servicePort ?? firstPortOfService(serviceAmong(children)) ?? firstPortOfContainers(workload);
}

function serviceAmong(children: readonly KubernetesObject[]): KubernetesObject | undefined {
  return children.find(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Service');
}

function firstPortOfService(service: KubernetesObject | undefined): number | undefined {
  const spec = service?.['spec'] as { readonly ports?: readonly { readonly port?: number }[] } | undefined;
  return spec?.ports?.[0]?.port;
}

/** The Service of a ContainerizedWorkload has the first port of its first container. */
function firstPortOfContainers(workload: KubernetesObject): number | undefined {
  const spec = workload['spec'] as
    | { readonly containers?: readonly { readonly ports?: readonly { readonly containerPort?: number }[] }[] }
    | undefined;
  return spec?.containers?.[0]?.ports?.[0]?.containerPort;
}
