import type { JsonObject, KubernetesObject, Problem, TraitRenderInput } from '@capstan/plugin-api';
import { called, isOf, isRecord, listIn } from './plain.ts';
import type { RolloutSpec } from './spec.ts';
import { type ContainerPort, containerPorts, podLabels, targetObject } from './target.ts';

interface ServicePort {
  readonly port: number;
  readonly targetPort?: number | string;
  readonly name?: string;
  readonly appProtocol?: string;
}

/** Whether an object is the Service of what is rolled out: Flagger writes its selector and ports from now on. */
export function isServiceOf(object: KubernetesObject, target: { readonly name: string }): boolean {
  return isOf(object, '', 'Service') && object.metadata.name === target.name;
}

/** The ports of `Canary.spec.service`: as the Rollout states, else of the component's Service, else of its container. */
export function servicePorts(input: TraitRenderInput, spec: RolloutSpec): JsonObject | undefined {
  const service = serviceOf(input);
  const ports = portsOf(service);
  const first = spec.port === undefined ? ports[0] : ports.find(({ port }) => port === spec.port);
  const port = spec.port ?? first?.port ?? containerPorts(targetObject(input))[0]?.containerPort;
  if (port === undefined) return undefined;
  const targetPort = spec.targetPort ?? first?.targetPort;
  const headless = isRecord(service?.['spec']) && service['spec']['clusterIP'] === 'None';
  return {
    port,
    ...(targetPort === undefined || targetPort === port ? {} : { targetPort }),
    ...(first?.name === undefined ? {} : { portName: first.name }),
    ...(first?.appProtocol === undefined ? {} : { appProtocol: first.appProtocol }),
    ...(ports.length > 1 ? { portDiscovery: true } : {}),
    ...(headless ? { headless } : {}),
  };
}

/** What of the component's Services would not work any more. */
export function serviceProblems(input: TraitRenderInput, spec: RolloutSpec): Problem[] {
  const service = serviceOf(input);
  const problems = [
    ...typeProblems(service),
    ...otherPorts(input, service),
    ...strayServices(input),
    ...unknownPort(input, spec),
  ];
  if (servicePorts(input, spec)) return problems;
  const message = `component ${input.context.component} has no port that traffic could be sent to`;
  return [...problems, { path: 'spec.port', message, hint: 'Set port on the workload, or here.' }];
}

function serviceOf({ taken, target }: TraitRenderInput): KubernetesObject | undefined {
  return taken.find((object) => isServiceOf(object, target));
}

function portsOf(service: KubernetesObject | undefined): readonly ServicePort[] {
  return listIn(service?.['spec'], 'ports') as readonly ServicePort[];
}

/** The Service that Flagger makes is a ClusterIP. */
function typeProblems(service: KubernetesObject | undefined): Problem[] {
  const type = isRecord(service?.['spec']) ? service['spec']['type'] : undefined;
  if (!service || type === undefined || type === 'ClusterIP') return [];
  const message = `${called(service)} is a ${String(type)}; the one that Flagger makes of it is a ClusterIP`;
  return [{ path: 'spec', message, hint: 'Reach the component through a Route or an Ingress.' }];
}

/** Flagger finds further ports at the containers, and gives the Service the same numbers. */
function otherPorts(input: TraitRenderInput, service: KubernetesObject | undefined): Problem[] {
  if (!service) return [];
  const found = containerPorts(targetObject(input));
  return portsOf(service)
    .slice(1)
    .filter((one) => !found.some((container) => leadsTo(one, container)))
    .map(({ port }) => ({
      path: 'spec.port',
      message: `${called(service)} has a port ${port} beside its first, which is no port of a container`,
      hint: 'Flagger finds further ports at the containers only: give them the same number.',
    }));
}

/** A name that is no container's leads nowhere, and Flagger would wait for ever. */
function unknownPort(input: TraitRenderInput, { targetPort }: RolloutSpec): Problem[] {
  const workload = targetObject(input);
  if (!workload || typeof targetPort !== 'string') return [];
  const names = containerPorts(workload).flatMap(({ name }) => name ?? []);
  if (names.includes(targetPort)) return [];
  const message = `no container of ${called(workload)} has a port that is called "${targetPort}"`;
  const hint = names.length > 0 ? `There ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}.` : 'Use its number.';
  return [{ path: 'spec.targetPort', message, hint }];
}

function leadsTo({ port, targetPort = port }: ServicePort, { containerPort, name }: ContainerPort): boolean {
  return containerPort === port && (targetPort === port || targetPort === name);
}

/** A Service of another name keeps its selector, and Flagger holds the pods that it selects at 0. */
function strayServices(input: TraitRenderInput): Problem[] {
  const { children, neighbours, target } = input;
  const workload = targetObject(input);
  if (!workload) return [];
  const labels = podLabels(workload);
  const objects = [...children, ...neighbours.flatMap((neighbour) => neighbour.objects)];
  return objects
    .filter((object) => isOf(object, '', 'Service') && !isServiceOf(object, target) && selects(object, labels))
    .map((object) => ({
      path: 'spec',
      message: `${called(object)} selects pods of ${target.kind} ${target.name}, which Flagger holds at 0 between rollouts`,
      hint: `Name it ${target.name}: then Flagger leads it to the version that serves.`,
    }));
}

function selects(service: KubernetesObject, labels: JsonObject): boolean {
  const selector = isRecord(service['spec']) ? service['spec']['selector'] : undefined;
  if (!isRecord(selector)) return false;
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}
