import { type JsonObject, systemClock } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { packRelease, unpackRelease } from '../adopt/release-record.ts';
import { isPending, type ReleaseState, readRelease } from '../plan/release-state.ts';
import { isHere } from './install-lease.ts';
import { earlierHolder, earlierRunEnded, type Journal } from './journal.ts';
import type { Run } from './run.ts';

const POLL_MS = 250;
const RELEASE_TYPE = 'sh.helm.release.v1';

/**
 * Brings a release that an earlier run of ours left pending into a state from which Helm goes on, and answers it
 * (undefined: there is none any more). A Helm that outlived that run on this machine has been ended; one of another
 * machine is waited for until its own time limit is over. Then a first installation, or a removal that was begun, is
 * uninstalled to its end; of an upgrade or a rollback Helm's record is marked as failed, as Helm itself would have done:
 * what it has applied by then is unknown, so that nothing may take the revision before it for what is there.
 */
export async function recoverRelease(run: Run, release: ReleaseState): Promise<ReleaseState | undefined> {
  const { client, helm } = run.context;
  const { name, namespace } = release;
  const now = await waitOutHelm(run, release);
  if (!now || !isPending(now)) return now;
  if (now.status === 'pending-install' || now.status === 'uninstalling') {
    const timeLimitMs = Math.min(60_000, run.remainingMs());
    await helm.uninstall(name, { namespace, wait: true, ignoreNotFound: true, timeLimitMs, signal: run.signal });
    return undefined;
  }
  await markFailed(client, now);
  return { ...now, status: 'failed' };
}

/** Rewrites Helm's record of a revision: its status stands in the labels and in the release itself. */
async function markFailed(client: KubeClient, { name, namespace, revision }: ReleaseState): Promise<void> {
  const secret = await client.get({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace,
    name: `${RELEASE_TYPE}.${name}.v${revision}`,
  });
  if (!secret) return;
  const release = await unpackRelease(secret);
  const info = { ...(release['info'] as JsonObject), status: 'failed', description: 'Interrupted' };
  const { labels } = secret.metadata;
  await client.replace({
    ...secret,
    metadata: { ...secret.metadata, labels: { ...labels, status: 'failed' } },
    data: await packRelease({ ...release, info }),
  });
}

/** Helm gives up at the limit that it was given; until then one on another machine may still be at work. */
async function waitOutHelm(run: Run, release: ReleaseState): Promise<ReleaseState | undefined> {
  const { client, clock = systemClock } = run.context;
  const { current } = run.journal;
  const holder = earlierHolder(current, run.fence);
  if (earlierRunEnded(current, run.fence) || (holder !== undefined && isHere(holder))) return release;
  const until = helmDeadline(current, release);
  if (clock.now() < until) {
    run.note('unit', `a Helm on another machine may be at work: waiting for it until ${new Date(until).toISOString()}`);
  }
  let now: ReleaseState | undefined = release;
  while (now && isPending(now) && clock.now() < until) {
    await clock.sleep(POLL_MS, run.signal);
    run.signal.throwIfAborted();
    now = await readRelease(client, release.name, release.namespace);
  }
  return now;
}

function helmDeadline({ entries }: Journal, { name, namespace }: ReleaseState): number {
  const unit = entries.findLast(
    ({ kind, detail }) => kind === 'unit' && detail?.['release'] === name && detail['namespace'] === namespace,
  );
  return unit ? Date.parse(unit.at) + Number(unit.detail?.['limitMs'] ?? 0) : 0;
}
