import { CapstanError, EXIT, systemClock } from '@capstan/base';
import { LEASES } from '@capstan/capability-model';
import { type KubeClient, leaseHolder } from '@capstan/kube';
import { CLI_CODES } from '../codes.ts';

/** Whether an operator works on this cluster now. */
export async function operatorIsAlive(client: KubeClient): Promise<boolean> {
  return (await leaseHolder(client, LEASES.operator))?.alive === true;
}

/** An operator that waited for `system install` takes its Lease a moment after it; a new one needs a little longer. */
const GRACE_MS = 5_000;
const POLL_MS = 100;

/** Fails with exit 5 where no operator runs: what would be applied then would just lie there. */
export async function requireOperator(client: KubeClient, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + GRACE_MS; Date.now() < end; await systemClock.sleep(POLL_MS, signal)) {
    signal.throwIfAborted();
    if (await operatorIsAlive(client)) return;
  }
  throw new CapstanError(CLI_CODES.operatorMissing, `no operator runs for context ${client.context.name}`, {
    hint: 'Applications are brought about by the operator. It runs as long as this command does; keep it in another terminal.',
    next: ['capstan system run'],
    exit: EXIT.blocked,
  });
}
