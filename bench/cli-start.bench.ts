import { createHelm } from '@capstan/helm-ts';
import { capstan, withSandbox } from './lib/cluster.ts';
import { measureInTurn } from './lib/measure.ts';
import { report } from './lib/report.ts';

/** Processor time of small commands, against the tools that people have in their fingers. */
export async function run(): Promise<void> {
  const helm = await createHelm();
  await withSandbox(async (kubeconfig, env) => {
    const times = measureInTurn(
      {
        version: [capstan, 'version', '--client'],
        list: [capstan, 'cap', 'list', '--context', 'sandbox'],
        status: [capstan, 'status', '--context', 'sandbox'],
        kubectlVersion: ['kubectl', 'version', '--client'],
        kubectlGet: ['kubectl', '--kubeconfig', kubeconfig, 'get', 'namespaces'],
        helmVersion: [helm.binary.path, 'version'],
        helmList: [helm.binary.path, 'list', '--all-namespaces', '--kubeconfig', kubeconfig],
      },
      9,
      env,
    );
    const cpu = (name: string) => times[name]?.cpu ?? Number.NaN;
    report('cli-start', 'CPU s', [
      {
        what: 'capstan version --client',
        ours: cpu('version'),
        peer: 'kubectl version --client',
        theirs: cpu('kubectlVersion'),
        goal: 1.5,
      },
      { what: 'capstan version --client', ours: cpu('version'), peer: 'helm version', theirs: cpu('helmVersion') },
      {
        what: 'capstan cap list',
        ours: cpu('list'),
        peer: 'kubectl get namespaces',
        theirs: cpu('kubectlGet'),
        goal: 1.5,
      },
      { what: 'capstan cap list', ours: cpu('list'), peer: 'helm list -A', theirs: cpu('helmList') },
      {
        what: 'capstan status',
        ours: cpu('status'),
        peer: 'kubectl get namespaces',
        theirs: cpu('kubectlGet'),
        goal: 1.5,
      },
      { what: 'capstan status', ours: cpu('status'), peer: 'helm list -A', theirs: cpu('helmList') },
    ]);
  });
}
