import { randomUUID } from 'node:crypto';
import { apiVersionOf, type JsonObject, type KubeObject, type ObjectMeta } from '../model/object.ts';
import type { Store } from '../storage/store.ts';

/** Facts about the server that some of its first objects tell. */
export interface ServerFacts {
  /** PEM of the authority of client certificates. */
  readonly clientCa: string;
  /** PEM of the authority of the certificate that aggregated servers are shown. */
  readonly proxyCa?: string | undefined;
}

const MANAGER = 'kube-apiserver';
/** The first address of the range of Services. */
const SERVICE_IP = '10.96.0.1';
const SERVICE_RANGE = '10.96.0.0/16';
const NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];
const PRIORITY_CLASSES = [
  [
    'system-cluster-critical',
    2_000_000_000,
    'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  ],
  [
    'system-node-critical',
    2_000_001_000,
    'Used for system critical pods that must not be moved from their current node.',
  ],
] as const;

/**
 * Writes the objects that every cluster begins with, where they are missing: namespaces, priority classes, the range of
 * Services and what aggregated servers must know. `now` is RFC 3339 with seconds.
 */
export function writeBootstrapObjects(store: Store, facts: ServerFacts, now: string): void {
  const writer = new Bootstrap(store, now);
  for (const name of NAMESPACES) writer.namespace(name);
  for (const [name, value, description] of PRIORITY_CLASSES) writer.priorityClass(name, value, description);
  writer.serviceRange();
  writer.authentication(facts);
}

/** Writes the Service `kubernetes`, or lets it lead to another port. */
export function writeOwnService(store: Store, port: number, now: string): void {
  const writer = new Bootstrap(store, now);
  const live = store.get('services.', 'default', 'kubernetes');
  const ports = [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }];
  if (!live) {
    writer.ownService(ports);
    return;
  }
  const spec = live.object['spec'] as { ports?: readonly { targetPort?: unknown }[] };
  if (spec.ports?.[0]?.targetPort === port) return;
  const object = { ...live.object, spec: { ...spec, ports } };
  store.write({ key: 'services.', namespace: 'default', name: 'kubernetes', expected: live.revision, object });
}

/** A type of objects that are written here. */
interface Type {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly resource: string;
}

class Bootstrap {
  readonly #store: Store;
  readonly #now: string;

  constructor(store: Store, now: string) {
    this.#store = store;
    this.#now = now;
  }

  namespace(name: string): void {
    const label = 'kubernetes.io/metadata.name';
    const metadata = { name, labels: { [label]: name } };
    const fields = { 'f:metadata': { 'f:labels': set(label) } };
    const content = { spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
    this.#write({ group: '', version: 'v1', kind: 'Namespace', resource: 'namespaces' }, metadata, content, fields);
  }

  priorityClass(name: string, value: number, description: string): void {
    const type = { group: 'scheduling.k8s.io', version: 'v1', kind: 'PriorityClass', resource: 'priorityclasses' };
    const content = { value, description, preemptionPolicy: 'PreemptLowerPriority' };
    const fields = { 'f:description': {}, 'f:preemptionPolicy': {}, 'f:value': {} };
    this.#write(type, { name, generation: 1 }, content, fields);
  }

  serviceRange(): void {
    const group = { group: 'networking.k8s.io', version: 'v1' };
    const range = { ...group, kind: 'ServiceCIDR', resource: 'servicecidrs' };
    const finalizers = ['networking.k8s.io/service-cidr-finalizer'];
    const ready = {
      type: 'Ready',
      status: 'True',
      lastTransitionTime: this.#now,
      reason: '',
      message: 'Kubernetes Service CIDR is ready',
    };
    const content = { spec: { cidrs: [SERVICE_RANGE] }, status: { conditions: [ready] } };
    this.#write(range, { name: 'kubernetes', finalizers }, content, { 'f:spec': { 'f:cidrs': {} } });
    const labels = {
      'ipaddress.kubernetes.io/ip-family': 'IPv4',
      'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
    };
    this.#write(
      { ...group, kind: 'IPAddress', resource: 'ipaddresses' },
      { name: SERVICE_IP, labels },
      { spec: { parentRef: { resource: 'services', namespace: 'default', name: 'kubernetes' } } },
      {
        'f:metadata': { 'f:labels': set(...Object.keys(labels)) },
        'f:spec': { 'f:parentRef': set('name', 'namespace', 'resource') },
      },
    );
  }

  /** What aggregated servers read to know who calls them. */
  authentication({ clientCa, proxyCa }: ServerFacts): void {
    const data = {
      'client-ca-file': clientCa,
      ...(proxyCa !== undefined && {
        'requestheader-allowed-names': '["front-proxy-client"]',
        'requestheader-client-ca-file': proxyCa,
        'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
        'requestheader-group-headers': '["X-Remote-Group"]',
        'requestheader-username-headers': '["X-Remote-User"]',
      }),
    };
    const metadata = { name: 'extension-apiserver-authentication', namespace: 'kube-system' };
    const type = { group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps' };
    this.#write(type, metadata, { data }, { 'f:data': set(...Object.keys(data)) });
  }

  ownService(ports: readonly object[]): void {
    const labels = { component: 'apiserver', provider: 'kubernetes' };
    const spec = {
      ports,
      clusterIP: SERVICE_IP,
      clusterIPs: [SERVICE_IP],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    };
    const port = { 'k:{"port":443,"protocol":"TCP"}': set('name', 'port', 'protocol', 'targetPort') };
    const { '.': _itself, ...owned } = set(
      ...['clusterIP', 'internalTrafficPolicy', 'ipFamilyPolicy', 'sessionAffinity', 'type'],
    );
    this.#write(
      { group: '', version: 'v1', kind: 'Service', resource: 'services' },
      { name: 'kubernetes', namespace: 'default', labels },
      { spec, status: { loadBalancer: {} } },
      {
        'f:metadata': { 'f:labels': set(...Object.keys(labels)) },
        'f:spec': { ...owned, 'f:ports': { '.': {}, ...port } },
      },
    );
  }

  #write(type: Type, metadata: ObjectMeta, content: object, fieldsV1: JsonObject): void {
    const { name = '', namespace = '', ...rest } = metadata;
    const key = `${type.resource}.${type.group}`;
    if (this.#store.get(key, namespace, name)) return;
    const apiVersion = apiVersionOf(type.group, type.version);
    const object: KubeObject = {
      kind: type.kind,
      apiVersion,
      metadata: {
        name,
        ...(namespace !== '' && { namespace }),
        uid: randomUUID(),
        creationTimestamp: this.#now,
        ...rest,
        managedFields: [
          { manager: MANAGER, operation: 'Update', apiVersion, time: this.#now, fieldsType: 'FieldsV1', fieldsV1 },
        ],
      },
      ...content,
    };
    this.#store.write({ key, namespace, name, expected: 0, object });
  }
}

/** The fields of a map that somebody owns as a whole. */
function set(...names: readonly string[]): JsonObject {
  return { '.': {}, ...Object.fromEntries(names.map((name) => [`f:${name}`, {}])) };
}
