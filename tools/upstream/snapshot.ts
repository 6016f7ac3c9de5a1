import type { KubernetesObject } from '../../packages/base/src/index.ts';
import { conditionsOf, type KubeClient } from '../../packages/kube/src/index.ts';

/** What comes and goes by itself, and what only records what Capstan did. */
const BY_ITSELF = ['Event', 'Lease', 'Endpoints', 'EndpointSlice', 'ComponentStatus', 'ControllerRevision'];
const OWN_NAMESPACE = 'capstan-system';
/** An APIService that the API server registers by itself for a CRD. */
const AUTOMANAGED = 'kube-aggregator.kubernetes.io/automanaged';
const OWN_GROUPS = ['capstan.dev', 'core.oam.dev'];

/** Names of all objects of a cluster: `customresourcedefinition/canaries.flagger.app`, `secret/keda/kedaorg-certs`. */
export async function snapshot(client: KubeClient): Promise<Set<string>> {
  client.discovery.invalidate();
  const resources = (await client.discovery.all()).filter(
    ({ kind, group, verbs }) => verbs.includes('list') && !BY_ITSELF.includes(kind) && !OWN_GROUPS.includes(group),
  );
  const names = new Set<string>();
  for (const { apiVersion, kind } of resources) {
    const { items } = await client.list({ apiVersion, kind }, { metadataOnly: true });
    for (const { metadata } of items) {
      const own = metadata.namespace === OWN_NAMESPACE || metadata.name === OWN_NAMESPACE;
      const registered = metadata.labels?.[AUTOMANAGED] !== undefined;
      if (!own && !registered) names.add(nameOf(kind, metadata.name, metadata.namespace));
    }
  }
  return names;
}

/** The objects that `kubectl delete KIND NAME [-n NAMESPACE]` commands name, written as in a snapshot. */
export function namedBy(commands: readonly string[]): Set<string> {
  return new Set(
    commands.flatMap((command) => {
      const [, kind, name] = /^kubectl delete (\S+) (\S+)/.exec(command) ?? [];
      const [, namespace] = /(?:-n|--namespace)[ =](\S+)/.exec(command) ?? [];
      return kind && name ? [nameOf(kind, name, namespace)] : [];
    }),
  );
}

function nameOf(kind: string, name: string, namespace?: string): string {
  const base = kind.split('.')[0]?.toLowerCase() ?? '';
  return namespace === undefined ? `${base}/${name}` : `${base}/${namespace}/${name}`;
}

/** What charts bring that a cluster has to answer for, each with what is wrong with it or undefined. */
export async function outsideServices(client: KubeClient): Promise<ReadonlyMap<string, string | undefined>> {
  const [claims, services, apiServices] = await Promise.all([
    client.list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }),
    client.list({ apiVersion: 'v1', kind: 'Service' }),
    client.list({ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' }),
  ]);
  const found = new Map<string, string | undefined>();
  for (const claim of claims.items) {
    const { phase } = (claim['status'] ?? {}) as { phase?: string };
    found.set(`PersistentVolumeClaim ${claim.metadata.name}`, phase === 'Bound' ? undefined : `is ${phase}`);
  }
  for (const service of services.items.filter((one) => field(one, 'spec')?.['type'] === 'LoadBalancer')) {
    const address = JSON.stringify(service['status'] ?? {}).includes('"ip"');
    found.set(`LoadBalancer ${service.metadata.name}`, address ? undefined : 'has no address');
  }
  for (const one of apiServices.items.filter((each) => field(each, 'spec')?.['service'])) {
    const available = conditionsOf(one).some(({ type, status }) => type === 'Available' && status === 'True');
    found.set(`APIService ${one.metadata.name}`, available ? undefined : 'is not Available');
  }
  return found;
}

const field = (object: KubernetesObject, name: string): Record<string, unknown> | undefined =>
  object[name] as Record<string, unknown> | undefined;
