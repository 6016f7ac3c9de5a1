import { systemClock } from '@capstan/base';
import { isPending, type ReleaseState, readRelease } from '../plan/release-state.ts';
import { earlierRunEnded } from './journal.ts';
import type { Run } from './run.ts';

const ORPHAN_MS = 5_000;
const POLL_MS = 250;
const RELEASE_TYPE = 'sh.helm.release.v1';

/**
 * Brings a release that an earlier run of ours left pending into a state from which Helm goes on, and answers it
 * (undefined: there is none any more). Helm itself may have outlived a killed run and still be at work, so it is given a
 * moment to end. Then a first installation is uninstalled again, and of an upgrade the pending revision's record is
 * deleted, which leaves the revision before it as the newest.
 */
export async function recoverRelease(run: Run, release: ReleaseState): Promise<ReleaseState | undefined> {
  const { client, helm, clock = systemClock } = run.context;
  const { name, namespace } = release;
  const patience = earlierRunEnded(run.journal.current, run.fence) ? 0 : ORPHAN_MS;
  const deadline = clock.now() + patience;
  let now: ReleaseState | undefined = release;
  while (now && isPending(now) && clock.now() < deadline) {
    await clock.sleep(POLL_MS, run.signal);
    run.signal.throwIfAborted();
    now = await readRelease(client, name, namespace);
  }
  if (!now || !isPending(now)) return now;
  if (now.status === 'pending-install' || now.status === 'uninstalling') {
    const timeLimitMs = Math.min(60_000, run.remainingMs());
    await helm.uninstall(name, { namespace, wait: true, ignoreNotFound: true, timeLimitMs, signal: run.signal });
    return undefined;
  }
  await client.delete({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace,
    name: `${RELEASE_TYPE}.${name}.v${now.revision}`,
  });
  return readRelease(client, name, namespace);
}
