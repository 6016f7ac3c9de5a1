import type { Claim, Container, Pod, Quota, Service } from '../model/core-types.ts';
import { quantity } from '../model/numbers.ts';
import { isFinished } from '../pods/pod-state.ts';

/** What a quota counts by itself. */
export interface QuotaFacts {
  readonly pods: readonly Pod[];
  readonly services: readonly Service[];
  readonly claims: readonly Claim[];
  /** How many objects of another resource there are; undefined when it is not served. */
  readonly count: (resource: string) => number | undefined;
}

const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;

/** The resource behind a name in a quota that is counted by listing it, such as `secrets` or `count/jobs.batch`. */
export function countedResource(name: string): string | undefined {
  const counted = name.startsWith('count/') ? name.slice('count/'.length) : name;
  if (OWN.has(counted)) return undefined;
  const isCore = ['configmaps', 'secrets', 'replicationcontrollers', 'resourcequotas'].includes(counted);
  return name.startsWith('count/') || isCore ? counted : undefined;
}

/** These are followed anyway. */
const OWN = new Set(['pods', 'services', 'persistentvolumeclaims']);

/** What of a quota's limits is used, in the quota's own names (quota/v1/evaluator). */
export function usedOf({ spec }: Quota, facts: QuotaFacts): Record<string, string> {
  const pods = facts.pods.filter(
    (pod) => !isFinished(pod) && (spec.scopes ?? []).every((scope) => inScope(pod, scope)),
  );
  const used = Object.keys(spec.hard ?? {}).map((name) => [name, usageOf(name, { ...facts, pods })] as const);
  return Object.fromEntries(used.flatMap(([name, amount]) => (amount === undefined ? [] : [[name, amount]])));
}

function usageOf(name: string, { pods, services, claims, count }: QuotaFacts): string | undefined {
  const listed = countedResource(name);
  if (listed !== undefined) return String(count(listed) ?? 0);
  switch (name.replace(/^count\//, '')) {
    case 'pods':
      return String(pods.length);
    case 'services':
      return String(services.length);
    case 'services.loadbalancers':
      return String(services.filter(({ spec }) => spec.type === 'LoadBalancer').length);
    case 'services.nodeports':
      return String(services.reduce((sum, service) => sum + nodePorts(service), 0));
    case 'persistentvolumeclaims':
      return String(claims.length);
    case 'requests.storage':
      return inBytes(claims.reduce((sum, { spec }) => sum + quantity(spec.resources?.requests?.['storage'] ?? '0'), 0));
    default:
      return computeOf(name, pods);
  }
}

function nodePorts({ spec: { type, ports = [] } }: Service): number {
  return type === 'NodePort' || type === 'LoadBalancer' ? ports.length : 0;
}

/** `cpu` is short for `requests.cpu`. Names that nobody knows have no usage. */
function computeOf(name: string, pods: readonly Pod[]): string | undefined {
  const [, part = 'requests', resource = name] = /^(requests|limits)\.(.+)$/.exec(name) ?? [];
  if (!/^(cpu|memory|ephemeral-storage|hugepages-.+|.+\/.+)$/.test(resource)) return undefined;
  const total = pods.reduce((sum, pod) => sum + amountOf(pod, part as 'requests' | 'limits', resource), 0);
  return resource === 'memory' || resource.endsWith('storage') || resource.startsWith('hugepages')
    ? inBytes(total)
    : inUnits(total);
}

function amountOf({ spec }: Pod, part: 'requests' | 'limits', resource: string): number {
  const of = ({ resources }: Container) => {
    const amounts = (resources as { requests?: Record<string, string>; limits?: Record<string, string> })?.[part];
    return quantity(amounts?.[resource] ?? '0');
  };
  const together = spec.containers.reduce((sum, container) => sum + of(container), 0);
  return Math.max(together, ...(spec.initContainers ?? []).map(of));
}

/** A number as Kubernetes writes it: thousandths where there are some. */
function inUnits(value: number): string {
  return Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`;
}

/** Bytes in the largest unit that needs no fraction. */
function inBytes(value: number): string {
  let unit = 0;
  let rest = value;
  for (; rest > 0 && rest % 1024 === 0 && unit < BINARY.length - 1; unit++) rest /= 1024;
  return `${rest}${BINARY[unit]}`;
}

/** Scopes restrict which Pods count; those of priority classes are not told apart here. */
function inScope({ spec }: Pod, scope: string): boolean {
  const asksForNothing = [...spec.containers, ...(spec.initContainers ?? [])].every(
    ({ resources = {} }) => Object.keys(resources.requests ?? {}).length === 0,
  );
  const limited = (spec as { activeDeadlineSeconds?: number }).activeDeadlineSeconds !== undefined;
  switch (scope) {
    case 'BestEffort':
      return asksForNothing;
    case 'NotBestEffort':
      return !asksForNothing;
    case 'Terminating':
      return limited;
    case 'NotTerminating':
      return !limited;
    default:
      return true;
  }
}
