import { CapstanError, EXIT, isCapstanError, type KubernetesObject } from '@capstan/base';
import type { CapabilityPackage, Probe, ProbeStatus } from '@capstan/capability-model';
import { conditionsOf, KUBE_CODES, waitFor } from '@capstan/kube';
import { evaluateProbe, type ProbeFacts, runProbes } from '../health/probes.ts';
import { INSTALLER_CODES } from './codes.ts';
import type { Run } from './run.ts';

const PROBES_WITHIN_MS = 60_000;
/** Simulated controllers answer within a second. */
const REPORT_WITHIN_MS = 5_000;

/**
 * Waits until no blocking probe of a package fails and answers what all of them say. Unverifiable ones do not block.
 * Throws PROBE_FAILED with the probe's finding and the last Event of its target when the time is over.
 */
export async function waitForProbes(run: Run, metadata: CapabilityPackage, facts: ProbeFacts): Promise<ProbeStatus[]> {
  const { client, clock } = run.context;
  const { probes } = metadata.health;
  await Promise.all(
    probes.filter(({ level }) => level === 'blocking').map((probe) => waitForProbe(run, metadata, probe, facts)),
  );
  return runProbes(client, probes, facts, clock);
}

/** Somebody may play the controller: then its first word counts. Where nobody does, the wait ends without one. */
async function waitForReport(run: Run, { target }: Probe): Promise<void> {
  const timeoutMs = Math.min(REPORT_WITHIN_MS, run.remainingMs());
  const reported = (live: KubernetesObject | undefined) => live !== undefined && conditionsOf(live).length > 0;
  try {
    await waitFor(run.context.client, target, reported, { timeoutMs, signal: run.signal, goal: 'reported on' });
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.waitTimeout)) throw error;
  }
}

async function waitForProbe(run: Run, metadata: CapabilityPackage, probe: Probe, facts: ProbeFacts): Promise<void> {
  if (evaluateProbe(probe, undefined, facts).result === 'unverifiable') return;
  if (probe.reportedByPods && facts.simulated) await waitForReport(run, probe);
  const timeoutMs = Math.min(PROBES_WITHIN_MS, run.remainingMs());
  let last = '';
  try {
    await waitFor(
      run.context.client,
      probe.target,
      (target) => {
        const { result, message = '' } = evaluateProbe(probe, target, facts);
        if (result === 'failed' && message !== last) run.note('probe', message, metadata.name);
        last = message;
        return result !== 'failed';
      },
      { timeoutMs, signal: run.signal, goal: 'ready' },
    );
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.waitTimeout)) throw error;
    const meaning = probe.meaning === undefined ? '' : ` ${probe.meaning}`;
    throw new CapstanError(
      INSTALLER_CODES.probeFailed,
      `The check "${probe.id}" of ${metadata.name} failed for ${Math.round(timeoutMs / 1000)} s: ${last}.`,
      { hint: `${error.hint ?? ''}${meaning}`.trim(), exit: EXIT.timedOut, fields: error.fields, cause: error },
    );
  }
}
