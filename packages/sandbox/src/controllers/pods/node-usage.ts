import type { Container, Pod } from '../model/core-types.ts';
import { quantity } from '../model/numbers.ts';
import { isFinished } from './pod-state.ts';

/** What a Pod asks of a Node: its containers' requests together, or more where an init container needs it. */
export function requestsOf({ spec }: Pod): Map<string, number> {
  const total = new Map<string, number>();
  for (const container of spec.containers) addAll(total, container);
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') addAll(total, container);
    else for (const [name, amount] of amountsOf(container)) total.set(name, Math.max(total.get(name) ?? 0, amount));
  }
  for (const [name, text] of Object.entries(spec.overhead ?? {})) {
    total.set(name, (total.get(name) ?? 0) + quantity(text));
  }
  return total;
}

function addAll(total: Map<string, number>, container: Container): void {
  for (const [name, amount] of amountsOf(container)) total.set(name, (total.get(name) ?? 0) + amount);
}

function amountsOf({ resources }: Container): [string, number][] {
  return Object.entries(resources?.requests ?? {}).map(([name, text]) => [name, quantity(text)]);
}

/** The host ports that a Pod takes, as `protocol/port`. */
export function hostPortsOf({ spec }: Pod): string[] {
  return spec.containers.flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, protocol = 'TCP' }) => (hostPort ? [`${protocol}/${hostPort}`] : [])),
  );
}

interface Entry {
  readonly pod: Pod;
  readonly node: string;
  readonly requests: Map<string, number>;
  readonly ports: readonly string[];
}

/** What the Pods on each Node take, kept up to date with every change of a Pod. */
export class NodeUsage {
  readonly #entries = new Map<string, Entry>();
  readonly #nodes = new Map<string, { requests: Map<string, number>; ports: Map<string, number>; pods: number }>();
  /** Pods with rules about which Pods may come to their Node. */
  readonly #choosy = new Map<string, Pod>();

  /** Counts a Pod on a Node, in place of what was known of it. */
  put(pod: Pod, node = pod.spec.nodeName): void {
    const { uid = '' } = pod.metadata;
    const known = this.#entries.get(uid);
    if (known && node === undefined) return;
    this.remove(pod);
    if (node === undefined || isFinished(pod)) return;
    const entry = { pod, node, requests: requestsOf(pod), ports: hostPortsOf(pod) };
    this.#entries.set(uid, entry);
    this.#count(entry, 1);
    if (pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution) this.#choosy.set(uid, pod);
  }

  /** Forgets a Pod. */
  remove({ metadata: { uid = '' } }: Pod): void {
    const entry = this.#entries.get(uid);
    if (!entry) return;
    this.#entries.delete(uid);
    this.#choosy.delete(uid);
    this.#count(entry, -1);
  }

  /** How much of a resource the Pods on a Node ask for. */
  requested(node: string, resource: string): number {
    return this.#nodes.get(node)?.requests.get(resource) ?? 0;
  }

  /** How many Pods a Node has. */
  pods(node: string): number {
    return this.#nodes.get(node)?.pods ?? 0;
  }

  /** Whether a host port, as `protocol/port`, is taken on a Node. */
  isTaken(node: string, port: string): boolean {
    return (this.#nodes.get(node)?.ports.get(port) ?? 0) > 0;
  }

  /** The Pods on a Node. */
  on(node: string): Pod[] {
    return [...this.#entries.values()].filter((entry) => entry.node === node).map(({ pod }) => pod);
  }

  /** The Pods on any Node that do not want certain others beside them. */
  choosy(): Iterable<{ readonly pod: Pod; readonly node: string }> {
    return [...this.#choosy.keys()].flatMap((uid) => this.#entries.get(uid) ?? []);
  }

  #count({ node, requests, ports }: Entry, sign: 1 | -1): void {
    const usage = this.#nodes.get(node) ?? { requests: new Map(), ports: new Map(), pods: 0 };
    this.#nodes.set(node, usage);
    usage.pods += sign;
    for (const [name, amount] of requests) usage.requests.set(name, (usage.requests.get(name) ?? 0) + sign * amount);
    for (const port of ports) usage.ports.set(port, (usage.ports.get(port) ?? 0) + sign);
  }
}
