import { fileURLToPath } from 'node:url';
import { createHelm } from '@capstan/helm-ts';
import { withSandbox } from '../lib/cluster.ts';
import { measure, median } from '../lib/measure.ts';
import type { Comparison } from '../lib/report.ts';

const ROUNDS = 5;
const CHARTS = {
  '5 objects': fileURLToPath(new URL('five-objects', import.meta.url)),
  'keda stand-in': fileURLToPath(new URL('../../charts/stand-ins/keda/2.20.2', import.meta.url)),
};

/** `helm install`, with and without `--wait`, on the sandbox with one engine and with the other. */
export async function helmTimes(): Promise<Comparison[]> {
  const embedded = await installTimes('embedded');
  const real = await installTimes('real');
  return Object.entries(embedded).map(([what, ours]) => ({
    what,
    ours,
    peer: 'the same on engine real',
    theirs: real[what] ?? Number.NaN,
    goal: 1,
  }));
}

async function installTimes(engine: string): Promise<Record<string, number>> {
  const helm = await createHelm();
  const times: Record<string, number[]> = {};
  await withSandbox(
    async (kubeconfig) => {
      const target = ['--kubeconfig', kubeconfig, '--namespace', 'default'];
      for (let round = 0; round <= ROUNDS; round++) {
        for (const [name, chart] of Object.entries(CHARTS)) {
          for (const wait of [[], ['--wait']]) {
            const what = ['helm install,', name, ...wait].join(' ');
            const { wall } = measure([helm.binary.path, 'install', 'bench', chart, ...wait, ...target]);
            if (round > 0) times[what] = [...(times[what] ?? []), wall];
            measure([helm.binary.path, 'uninstall', 'bench', ...target]);
          }
        }
      }
    },
    { start: ['--bare', '--engine', engine] },
  );
  return Object.fromEntries(Object.entries(times).map(([what, all]) => [what, median(all)]));
}
