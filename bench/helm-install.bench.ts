import { fileURLToPath } from 'node:url';
import { createHelm } from '@capstan/helm-ts';
import { capstan, withSandbox } from './lib/cluster.ts';
import { measure, median } from './lib/measure.ts';
import { report } from './lib/report.ts';

const CHART = fileURLToPath(new URL('../charts/stand-ins/keda/2.20.2', import.meta.url));
const ROUNDS = 3;

/** The keda stand-in through `cap install` (plan, journal, CRDs, probes, Definitions) against plain `helm install --wait`. */
export async function run(): Promise<void> {
  const helm = await createHelm();
  const ours: number[] = [];
  const theirs: number[] = [];
  await withSandbox(async (kubeconfig, env) => {
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(measure([capstan, 'cap', 'install', 'keda', '--yes', '--context', 'sandbox'], env).wall);
      measure([capstan, 'cap', 'uninstall', 'keda', '--delete-crds', '--yes', '--context', 'sandbox'], env);
      const target = ['--kubeconfig', kubeconfig, '--namespace', 'keda'];
      theirs.push(
        measure([helm.binary.path, 'install', 'keda', CHART, '--wait', '--create-namespace', ...target], env).wall,
      );
      measure([helm.binary.path, 'uninstall', 'keda', '--wait', ...target], env);
      measure(['kubectl', '--kubeconfig', kubeconfig, 'delete', 'namespace', 'keda', '--wait'], env);
    }
  });
  report('helm-install', 's', [
    {
      what: 'capstan cap install keda',
      ours: median(ours),
      peer: 'helm install --wait',
      theirs: median(theirs),
      goal: 1.3,
    },
  ]);
}
