import { helmTimes } from './apiserver/helm.ts';
import { fill, requestTimes } from './apiserver/load.ts';
import { type ServerHome, serverHome } from './apiserver/server.ts';
import { median } from './lib/measure.ts';
import { report } from './lib/report.ts';

const STARTS = 5;
const START_EMPTY = 'start to /readyz, empty';
const START_FILLED = 'start to /readyz, 1,000 objects';
const MEMORY = 'memory, 10,000 objects';
const REQUESTS = ['create', 'get', 'list of 1,000', 'server-side apply', 'watch event'];

/** The embedded API server against etcd and kube-apiserver: start, requests, memory, and Helm on the whole sandbox. */
export async function run(): Promise<void> {
  const embedded = await figures(await serverHome('embedded'));
  const real = await figures(await serverHome('real'));
  const peer = 'etcd and kube-apiserver';
  const compare = (what: string, goal?: number) => ({
    what,
    ours: embedded[what] ?? Number.NaN,
    peer,
    theirs: real[what] ?? Number.NaN,
    ...(goal !== undefined && { goal }),
  });
  report('apiserver-start', 'ms', [compare(START_EMPTY, 1 / 8), compare(START_FILLED, 1 / 8)]);
  report(
    'apiserver-requests',
    'ms each',
    REQUESTS.map((what) => compare(what, 1)),
  );
  report('apiserver-memory', 'MB', [compare(MEMORY, 0.5)]);
  report('apiserver-helm', 's', await helmTimes());
}

/** All figures of one engine by name. */
async function figures(home: ServerHome): Promise<Record<string, number>> {
  try {
    const empty = await startTime(home);
    const server = await home.start();
    const requests = await requestTimes(server);
    await server.stop();
    const filled = await startTime(home);
    const large = await home.start();
    for (let index = 1; index < 10; index++) await fill(large, `load-${index}`);
    const memory = large.memory();
    await large.stop();
    return { ...requests, [START_EMPTY]: empty, [START_FILLED]: filled, [MEMORY]: memory };
  } finally {
    await home.remove();
  }
}

async function startTime(home: ServerHome): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < STARTS; round++) {
    const server = await home.start();
    times.push(server.readyMs);
    await server.stop();
  }
  return median(times);
}
