import type { JsonObject } from '@capstan/base';
import type { WorkloadContainer, WorkloadEnvVar, WorkloadProbe, WorkloadResources } from '@capstan/oam-model';
import { stated } from '../shared/objects.ts';
import type { VolumeMount } from './config-files.ts';

/** Clusters name their graphics processors by vendor; this is the one that nearly all of them have. */
const GPU = 'nvidia.com/gpu';

/** The container of the pod template. Says nothing where the workload says nothing, so that an apply owns no more. */
export function podContainer(container: WorkloadContainer, mounts: readonly VolumeMount[]): JsonObject {
  const { name, image, command, args, ports, env, resources, livenessProbe, readinessProbe } = container;
  return stated({
    name,
    image,
    command: unlessEmpty(command),
    args: unlessEmpty(args),
    ports: unlessEmpty(
      ports?.map((port) => ({ name: port.name, containerPort: port.containerPort, protocol: port.protocol ?? 'TCP' })),
    ),
    env: unlessEmpty(env?.flatMap(variable)),
    resources: resources && requirements(resources),
    volumeMounts: unlessEmpty(mounts),
    livenessProbe: livenessProbe && probe(livenessProbe),
    readinessProbe: readinessProbe && probe(readinessProbe),
  });
}

/** What keeps the resources of a container from being asked for, in one sentence each. */
export function resourceProblems({ name, resources }: WorkloadContainer): string[] {
  const wrong = (resources?.extended ?? []).filter(({ required }) => !/^[0-9]+$/.test(String(required)));
  return wrong.map(
    (one) =>
      `resource ${JSON.stringify(one.name)} of container ${JSON.stringify(name)} asks for ${JSON.stringify(one.required)}: ` +
      'Kubernetes counts such resources in whole numbers',
  );
}

/** Processor and memory are requests only, as in the reference. What nodes count out must be limited to what is asked for. */
function requirements({ cpu, memory, gpu, extended = [] }: WorkloadResources): JsonObject {
  const counted: Record<string, string> = {};
  if (gpu && Number(gpu.required) !== 0) counted[GPU] = String(gpu.required);
  for (const { name, required } of extended) counted[name] = String(required);
  const requests = { cpu: String(cpu.required), memory: String(memory.required), ...counted };
  return Object.keys(counted).length > 0 ? { requests, limits: counted } : { requests };
}

/** A value wins over a Secret; a variable that has neither is left out. */
function variable({ name, value, fromSecret }: WorkloadEnvVar): JsonObject[] {
  // An empty value is the same as none to Kubernetes, which does not store it.
  if (typeof value === 'string') return [value === '' ? { name } : { name, value }];
  if (!fromSecret?.name) return [];
  return [{ name, valueFrom: { secretKeyRef: { name: fromSecret.name, key: fromSecret.key } } }];
}

/** Copies every handler that is given. Numbers that are absent or zero are Kubernetes' to choose. */
function probe({ exec, httpGet, tcpSocket, ...numbers }: WorkloadProbe): JsonObject | undefined {
  const handlers = stated({
    exec: exec && { command: exec.command },
    httpGet:
      httpGet && stated({ path: httpGet.path, port: httpGet.port, httpHeaders: unlessEmpty(httpGet.httpHeaders) }),
    tcpSocket: tcpSocket && { port: tcpSocket.port },
  });
  const chosen = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value));
  const all = { ...handlers, ...chosen };
  // All empty means absent: Go clients write it so.
  return Object.keys(all).length > 0 ? all : undefined;
}

function unlessEmpty<T>(items: readonly T[] | undefined): readonly T[] | undefined {
  return items && items.length > 0 ? items : undefined;
}
