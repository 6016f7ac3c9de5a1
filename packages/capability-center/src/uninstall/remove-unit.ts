import { CapstanError, EXIT, isCapstanError } from '@capstan/base';
import { HELM_CODES } from '@capstan/helm-ts';
import { waitFor } from '@capstan/kube';
import { helmOutput } from '../installer/helm-notes.ts';
import { helmOwnerOf } from '../installer/labels.ts';
import type { Run } from '../installer/run.ts';
import { readRelease, releaseBlocker } from '../plan/release-state.ts';
import type { UnitPlan } from '../plan/types.ts';

const GONE_WITHIN_MS = 60_000;

/**
 * Uninstalls a Helm release and waits until its objects are gone. A release that is gone already is fine: an earlier run
 * may have been stopped after Helm forgot it, so what it left behind is deleted object by object.
 */
export async function removeUnit(run: Run, packageName: string, unit: UnitPlan): Promise<void> {
  const { client, helm } = run.context;
  const release = await readRelease(client, unit.release, unit.namespace);
  if (release) {
    const blocker = releaseBlocker(release, packageName, run.journal.current);
    if (blocker)
      throw new CapstanError(blocker.code, blocker.message, { exit: EXIT.blocked, hint: blocker.hint ?? '' });
    try {
      await helm.uninstall(unit.release, {
        namespace: unit.namespace,
        wait: true,
        ignoreNotFound: true,
        timeLimitMs: Math.min(unit.timeoutSeconds * 1000, run.remainingMs()),
        signal: run.signal,
        onOutput: helmOutput(run, packageName),
      });
    } catch (error) {
      if (!isCapstanError(error, HELM_CODES.releaseNotFound)) throw error;
    }
  }
  await sweep(run, packageName, unit);
}

async function sweep(run: Run, packageName: string, unit: UnitPlan): Promise<void> {
  const { client } = run.context;
  const owner = `${unit.namespace}/${unit.release}`;
  for (const { object } of unit.objects.toReversed()) {
    const live = await client.get(object);
    if (!live || helmOwnerOf(live) !== owner) continue;
    run.note('unit', `${object.kind} ${object.name} is still there; it is deleted`, packageName);
    const { uid } = live.metadata;
    await client.delete(object, { propagationPolicy: 'Background', ...(uid === undefined ? {} : { uid }) });
    await waitFor(client, object, (now) => now === undefined || now.metadata.uid !== uid, {
      timeoutMs: Math.min(GONE_WITHIN_MS, run.remainingMs()),
      signal: run.signal,
      goal: 'gone',
    });
  }
}
