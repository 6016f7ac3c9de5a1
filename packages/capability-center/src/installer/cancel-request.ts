import { CapstanError, EXIT } from '@capstan/base';
import { LEASES, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { type KubeClient, startInformer } from '@capstan/kube';
import { INSTALLER_CODES } from './codes.ts';

/** Annotation of the install Lease: the fencing number of the run that is asked to stop. */
const CANCEL = 'capstan.dev/cancel-run';

const LEASE = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  name: LEASES.install,
  namespace: SYSTEM_NAMESPACE,
} as const;

/** Asks the run of a fencing number to stop. */
export async function requestCancel(client: KubeClient, fence: number): Promise<void> {
  await client.patch(LEASE, { metadata: { annotations: { [CANCEL]: String(fence) } } });
}

/**
 * A signal that is aborted, with CANCELLED as its reason, as soon as somebody asks the run of this fencing number to
 * stop. It watches the Lease until `until` is aborted.
 */
export function cancelSignal(client: KubeClient, fence: number, until: AbortSignal): AbortSignal {
  const cancelled = new AbortController();
  const informer = startInformer(client, {
    kind: LEASE,
    namespace: LEASE.namespace,
    fieldSelector: `metadata.name=${LEASE.name}`,
    signal: until,
  });
  // Who may not watch Leases cannot be cancelled from elsewhere; its own signal still works.
  informer.synced.catch(() => {});
  informer.onChange(() => {
    const [lease] = informer.list();
    if (lease?.metadata.annotations?.[CANCEL] === String(fence)) cancelled.abort(cancelledError());
  });
  return cancelled.signal;
}

function cancelledError(): CapstanError {
  return new CapstanError(INSTALLER_CODES.cancelled, 'Somebody else cancelled the operation.', {
    hint: 'The process that asked for it takes back what was done.',
    exit: EXIT.interrupted,
  });
}
