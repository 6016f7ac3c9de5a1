import type { JsonObject } from '@capstan/base';
import type { Endpoints, Pod, Service } from '../model/core-types.ts';
import { deepEqual } from '../model/equality.ts';
import { KINDS } from '../model/kinds.ts';
import { compact } from '../model/meta.ts';
import { type Backend, backendsOf, byPorts, copiedLabels, isHeadless, targetOf } from './endpoint-state.ts';

const TRIGGER = 'endpoints.kubernetes.io/last-change-trigger-time';

/** The Endpoints that a Service should have: what is there if it is right, else what is to be written. */
export function planEndpoints(
  service: Service,
  { pods, known, time }: { pods: readonly Pod[]; known: Endpoints | undefined; time: string },
): Endpoints {
  const subsets = subsetsOf(service, backendsOf(service, pods));
  const labels = copiedLabels(service, {
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    ...(isHeadless(service) && { 'service.kubernetes.io/headless': '' }),
  });
  if (known && deepEqual(known.subsets ?? [], subsets) && deepEqual(known.metadata.labels, labels)) return known;
  const annotations = { ...known?.metadata.annotations, [TRIGGER]: time };
  const { name, namespace = '' } = service.metadata;
  const metadata = { ...(known?.metadata ?? { name, namespace }), labels, annotations };
  return { ...(known ?? KINDS.endpoints), metadata, ...(subsets.length > 0 && { subsets }) } as Endpoints;
}

/** Pods on their way out are in no Endpoints, unless those that are not ready are wanted too. */
function subsetsOf(service: Service, backends: readonly Backend[]): JsonObject[] {
  const { publishNotReadyAddresses = false } = service.spec;
  const listed = backends.filter(({ terminating }) => publishNotReadyAddresses || !terminating);
  const byAddress = listed.toSorted((one, other) => (one.ip < other.ip ? -1 : 1));
  return [...byPorts(byAddress).values()].map((group) => {
    const ports = group[0]?.ports ?? [];
    const addresses = (ready: boolean) => {
      const some = group.filter((one) => one.ready === ready).map(addressOf);
      return some.length === 0 ? undefined : some;
    };
    return compact({
      addresses: addresses(true),
      notReadyAddresses: addresses(false),
      // A port without a name has none here, and an empty one in a slice.
      ports: ports.length === 0 ? undefined : ports.map((one) => compact({ ...one, name: one.name || undefined })),
    });
  });
}

function addressOf({ ip, hostname, pod }: Backend): JsonObject {
  return compact({ hostname, ip, nodeName: pod.spec.nodeName, targetRef: targetOf(pod) });
}
