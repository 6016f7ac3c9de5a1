import type { KubernetesObject, Problem } from '@capstan/plugin-api';
import { nameProblems, portProblems, sumProblems } from './validate.ts';
import { AUTOSCALING, scalingProblems } from './validate-scaling.ts';

/** The parts of a Service's spec that are looked at. */
interface ServiceSpec {
  readonly template?: {
    readonly metadata?: { readonly name?: string; readonly annotations?: Readonly<Record<string, string>> };
    readonly spec?: { readonly containers?: readonly Container[] };
  };
  readonly traffic?: readonly { readonly percent?: number }[];
}

interface Container {
  readonly image?: string;
  readonly ports?: readonly { readonly containerPort?: number }[];
}

/**
 * What Knative's webhooks would refuse of a Service, and the schema does not: they are not asked offline, and what they
 * refuse would be found only when it is applied.
 */
export function validateService(workload: KubernetesObject): Problem[] {
  const { name, annotations = {} } = workload.metadata;
  const { template, traffic } = (workload['spec'] ?? {}) as ServiceSpec;
  const misplaced = Object.keys(annotations).filter((key) => key.startsWith(`${AUTOSCALING}/`));
  return [
    ...nameProblems(name),
    ...misplaced.map((key) => ({
      path: `metadata.annotations.${key}`,
      message: `${key} has no effect on the Service`,
      hint: 'Move it to spec.template.metadata.annotations.',
    })),
    ...scalingProblems(template?.metadata?.annotations ?? {}, 'spec.template.metadata.annotations'),
    ...containerProblems(template?.spec?.containers ?? []),
    ...revisionProblems(template?.metadata?.name, name),
    ...(traffic ? sumProblems(traffic) : []),
  ];
}

function containerProblems(containers: readonly Container[]): Problem[] {
  const path = 'spec.template.spec.containers';
  if (containers.length === 0) return [{ path, message: 'is missing: a Service runs one container or more' }];
  const problems = containers.flatMap(({ image, ports = [] }, index): Problem[] => [
    ...(image ? [] : [{ path: `${path}[${index}].image`, message: 'is missing' }]),
    ...ports.flatMap((port, at) => portProblems(port.containerPort, `${path}[${index}].ports[${at}].containerPort`)),
  ]);
  const withPorts = containers.filter(({ ports }) => ports && ports.length > 0).length;
  if (containers.length === 1 || withPorts === 1) return problems;
  const message = `${withPorts} of ${containers.length} containers have ports; exactly one gets the requests`;
  return [...problems, { path, message }];
}

function revisionProblems(revision: string | undefined, name: string): Problem[] {
  if (!revision || revision.startsWith(`${name}-`)) return [];
  const message = `${revision} must begin with ${name}-`;
  const hint = 'Leave it out: Knative names revisions itself, and a name of your own has to change every time.';
  return [{ path: 'spec.template.metadata.name', message, hint }];
}
