import { arch } from 'node:os';
import type { JsonObject } from '@capstan/base';
import { NODE, STORAGE_CLASS } from '../../lifecycle/bootstrap.ts';
import type { SimulatedCluster } from '../frame/cluster.ts';
import { MANAGERS } from '../frame/cluster.ts';
import type { Controller, KeySink } from '../frame/controller.ts';
import type { Node } from '../model/core-types.ts';
import { conditionIn, partsOf, type StatusCondition } from '../model/meta.ts';

/** How often a Node says that it is there; nobody asks for more here. */
const HEARTBEAT_MS = 600_000;
const ROOM = { cpu: '1k', memory: '10Ti', 'ephemeral-storage': '10Ti', pods: '10k' };
const VERSION = 'v1.35.4+sim';

/** Reason and message of each condition of a Node that is well. */
const HEALTHY = [
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['NetworkUnavailable', 'False', 'RouteCreated', 'RouteController created a route'],
] as const;

/** The status of a Node with room for any chart, which says what it is: simulated. */
export function nodeStatus(node: Node, now: string): JsonObject {
  const architecture = node.metadata.labels?.['kubernetes.io/arch'] ?? (arch() === 'x64' ? 'amd64' : arch());
  return {
    addresses: [{ type: 'Hostname', address: node.metadata.name }],
    allocatable: ROOM,
    capacity: ROOM,
    conditions: HEALTHY.map(([type, status, reason, message]): StatusCondition & { lastHeartbeatTime: string } => {
      const known = conditionIn(node.status?.conditions, type);
      const lastTransitionTime = known?.status === status ? (known.lastTransitionTime ?? now) : now;
      return { type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime };
    }),
    nodeInfo: {
      architecture,
      bootID: '',
      containerRuntimeVersion: 'simulated',
      kernelVersion: 'simulated',
      kubeProxyVersion: VERSION,
      kubeletVersion: VERSION,
      machineID: '',
      operatingSystem: 'linux',
      osImage: 'simulated',
      systemUUID: '',
    },
    phase: 'Running',
  };
}

/** Not a Node's key: the look that makes what every sandbox has. */
const START = '';

/** Makes the sandbox's Node and StorageClass, and keeps every Node Ready, with a heartbeat and the labels it should have. */
export class Nodes implements Controller {
  readonly name = 'node';
  readonly #cluster: SimulatedCluster;

  constructor(cluster: SimulatedCluster) {
    this.#cluster = cluster;
  }

  watch(queue: KeySink): void {
    queue.add(START);
    this.#cluster.nodes.onChange((node, _old, type) => {
      if (type !== 'DELETED') queue.add(`/${node.metadata.name}`);
    });
  }

  async reconcile(key: string): Promise<{ requeueAfterMs: number } | undefined> {
    if (key === START) await this.#start();
    const node = this.#cluster.nodes.get(partsOf(key).name);
    if (!node) return undefined;
    await this.#label(node);
    await this.#untaint(node);
    const ready = conditionIn(node.status?.conditions, 'Ready') as { lastHeartbeatTime?: string; status?: string };
    const age = this.#cluster.now() - Date.parse(ready?.lastHeartbeatTime ?? '1970-01-01T00:00:00Z');
    if (ready?.status === 'True' && age < HEARTBEAT_MS) return { requeueAfterMs: HEARTBEAT_MS - age };
    const status = nodeStatus(node, this.#cluster.time());
    await this.#cluster.nodes.patchStatus(node, { status }, MANAGERS.kubelet);
    return { requeueAfterMs: HEARTBEAT_MS };
  }

  /** The API server's admission gives every new Node this taint; a node lifecycle controller takes it from ready ones. */
  async #untaint(node: Node): Promise<void> {
    const { taints = [] } = node.spec ?? {};
    const left = taints.filter(({ key }) => key !== 'node.kubernetes.io/not-ready');
    if (left.length < taints.length) await this.#cluster.nodes.patch(node, { spec: { taints: left } });
  }

  async #start(): Promise<void> {
    const { client, options } = this.#cluster;
    const write = { fieldManager: 'capstan-sandbox', signal: options.signal };
    await Promise.all([NODE, STORAGE_CLASS].map((object) => client.apply(object, write)));
  }

  async #label(node: Node): Promise<void> {
    const { labels = {}, annotations = {} } = node.metadata;
    const wanted = {
      'beta.kubernetes.io/arch': labels['kubernetes.io/arch'] ?? '',
      'beta.kubernetes.io/os': labels['kubernetes.io/os'] ?? '',
    };
    const missing = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => value && labels[key] !== value));
    const ttl = annotations['node.alpha.kubernetes.io/ttl'] === undefined;
    if (Object.keys(missing).length === 0 && !ttl) return;
    const metadata = { labels: missing, ...(ttl && { annotations: { 'node.alpha.kubernetes.io/ttl': '0' } }) };
    await this.#cluster.nodes.patch(node, { metadata });
  }
}
