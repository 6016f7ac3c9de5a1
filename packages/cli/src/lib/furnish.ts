import { systemClock } from '@capstan/base';
import { BUNDLED_CENTER, recordCenter } from '@capstan/capability-center';
import { SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { connect, ensureNamespace, type KubeClient } from '@capstan/kube';
import { bundledRegistry, standInCharts } from './assets.ts';
import { operatorIsAlive } from './operator-lease.ts';
import { operatorEnded, startOperatorProcess } from './operator-process.ts';

/** Options of `furnishSandbox`. */
export interface FurnishOptions {
  readonly kubeconfig: string;
  /** Record the mirror that replaces charts by stand-ins. */
  readonly standIns: boolean;
  readonly signal: AbortSignal;
  /** Called when the records are written and the operator is next. */
  readonly onOperator: () => void;
}

const OPERATOR_LIMIT_MS = 20_000;
const POLL_MS = 100;

/**
 * Makes a fresh control plane a place for Capstan: its namespace, the center with the stand-ins as a mirror, and the
 * operator in the background. Doing it again changes nothing. Fails with CAPSTAN_CLI_OPERATOR_FAILED when the operator ends.
 */
export async function furnishSandbox({ kubeconfig, standIns, signal, onOperator }: FurnishOptions): Promise<void> {
  const client = await connect({ kubeconfig });
  try {
    await ensureNamespace(client, SYSTEM_NAMESPACE, { signal });
    const mirrors = standIns ? [{ name: 'stand-ins', directory: standInCharts() }] : [];
    await recordCenter(client, { name: BUNDLED_CENTER, type: 'directory', location: bundledRegistry(), mirrors });
    onOperator();
    const { process, ended } = await startOperatorProcess(kubeconfig);
    const failed = ended.then(async () => {
      throw await operatorEnded(process.log);
    });
    await Promise.race([operatorAlive(client, signal), failed]);
  } finally {
    client.close();
  }
}

/** Until the operator holds its Lease; one that is slow to take it is no failure, for it says so itself. */
async function operatorAlive(client: KubeClient, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + OPERATOR_LIMIT_MS; Date.now() < end; ) {
    signal.throwIfAborted();
    if (await operatorIsAlive(client)) return;
    await systemClock.sleep(POLL_MS, signal);
  }
}
