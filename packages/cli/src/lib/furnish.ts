import { readFile } from 'node:fs/promises';
import { systemClock } from '@capstan/base';
import { BUNDLED_CENTER, recordCenter } from '@capstan/capability-center';
import { SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { connect, ensureNamespace } from '@capstan/kube';
import { bundledRegistry, standInCharts } from './assets.ts';
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
    await Promise.race([operatorSpeaks(process.log, signal), failed]);
  } finally {
    client.close();
  }
}

/** Until the operator says what it does: it works, or waits for `system install`. One that is slow says so itself. */
async function operatorSpeaks(log: string, signal: AbortSignal): Promise<void> {
  for (const end = Date.now() + OPERATOR_LIMIT_MS; Date.now() < end; ) {
    signal.throwIfAborted();
    const text = await readFile(log, 'utf8').catch(() => '');
    if (text.includes('"operator state"')) return;
    await systemClock.sleep(POLL_MS, signal);
  }
}
