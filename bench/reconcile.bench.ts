import { spawnSync } from 'node:child_process';
import { capstan, withSandbox } from './lib/cluster.ts';
import { type Comparison, report, reportFigures } from './lib/report.ts';
import { REFERENCE, WEB_SERVICE, type Workload } from './reconcile/documents.ts';
import { startOperator } from './reconcile/operator.ts';
import { quantile } from './reconcile/progress.ts';
import { atRest, edits, reactions } from './reconcile/reactions.ts';
import { applications, floor, type Throughput } from './reconcile/throughput.ts';

const COUNTS = [100, 300];
const AMONG = [10, 100, 500];
const PEER = 'the bare objects, applied by a client';

/**
 * The operator on the real engine: how fast applications come about, what that costs, what it costs at rest, and how fast
 * it reacts. The peer of the same run is the floor: a client that applies the same Deployments and Services itself.
 */
export async function run(): Promise<void> {
  await withSandbox(
    async (kubeconfig, env) => {
      const installed = spawnSync(capstan, ['system', 'install', '--yes', '--kubeconfig', kubeconfig]);
      if (installed.status !== 0) throw new Error(String(installed.stderr));
      const operator = await startOperator(kubeconfig, env);
      try {
        for (const workload of [REFERENCE, WEB_SERVICE]) {
          for (const count of COUNTS) {
            const bare = await floor(kubeconfig, workload, count);
            const made = await applications(kubeconfig, operator, workload, count);
            reportThroughput(workload, count, made, bare);
          }
        }
        await reportReactions(kubeconfig, operator);
      } finally {
        await operator.stop();
      }
    },
    { start: ['--bare', '--engine', 'real'] },
  );
}

function reportThroughput(workload: Workload, count: number, made: Throughput, bare: number): void {
  const name = `reconcile-${workload === REFERENCE ? 'reference' : 'webservice'}-${count}`;
  console.log(`\n${count} applications of ${workload.name}`);
  const ready: Comparison = {
    what: `${count} applications ready`,
    ours: made.readySeconds,
    peer: PEER,
    theirs: bare,
    goal: 2,
  };
  report(name, 's', [ready]);
  reportFigures(`${name}-figures`, {
    'applications per second to Synced': count / made.syncedSeconds,
    'applications per second to ready': count / made.readySeconds,
    'seconds from created to Synced, p50': made.p50,
    'seconds from created to Synced, p99': made.p99,
    'own requests per application': made.requestsEach,
    'memory per application, MB': made.megabytesEach,
  });
}

async function reportReactions(kubeconfig: string, operator: Awaited<ReturnType<typeof startOperator>>): Promise<void> {
  console.log('\nreactions');
  const times = await reactions(kubeconfig);
  reportFigures('reconcile-reactions', {
    'a deleted Deployment is back, p50 s': quantile(times.drift, 0.5),
    'a deleted Deployment is back, p99 s': quantile(times.drift, 0.99),
    'a met dependency is applied, p50 s': quantile(times.dependency, 0.5),
    'a met dependency is applied, p99 s': quantile(times.dependency, 0.99),
    'a lone application is ready, p50 s': quantile(times.lone, 0.5),
    'a lone application is ready, p99 s': quantile(times.lone, 0.99),
  });
  const costs: Record<string, number> = {};
  for (const count of AMONG) {
    const cost = await edits(kubeconfig, operator, count);
    costs[`one edit among ${count}: s to the Deployment`] = cost.seconds;
    costs[`one edit among ${count}: own requests`] = cost.requests;
    costs[`one edit among ${count}: processor s`] = cost.cpuSeconds;
  }
  const rest = await atRest(operator);
  reportFigures('reconcile-costs', {
    ...costs,
    'at rest, requests per minute': rest.requestsPerMinute,
    'at rest, processor s per minute': rest.cpuSecondsPerMinute,
  });
}
