import type { Impersonation, KubeClient } from '@capstan/kube';
import { Reach } from './reach.ts';

/** What the user said about the cluster. */
export interface ClusterChoice {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly impersonation?: Impersonation;
}

/** A client, and how printed commands reach the same cluster. */
export interface Connected {
  readonly client: KubeClient;
  readonly reach: Reach;
  /** The kubeconfig file that a background process is given. */
  readonly kubeconfig: string | undefined;
}

const SANDBOX = 'sandbox';

/** How printed commands reach the cluster of a choice, as far as that is known before a kubeconfig is read. */
export function reachOf({ kubeconfig, context }: ClusterChoice): Reach {
  if (context === SANDBOX) return new Reach(['--context', SANDBOX]);
  return new Reach([
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(context === undefined ? [] : ['--context', context]),
  ]);
}

/**
 * Opens the cluster that the flags and the environment mean. Loads the Kubernetes client only now. Errors are those of
 * `@capstan/kube`: no kubeconfig, no such context, the sandbox does not run.
 */
export async function connectTo(choice: ClusterChoice): Promise<Connected> {
  const { connect, resolveClusterTarget } = await import('../services/kube-client.ts');
  const { kubeconfig, context, impersonation } = choice;
  const env = process.env;
  const sandboxMayMatter = context === SANDBOX || (kubeconfig === undefined && !env['KUBECONFIG']);
  const sandboxKubeconfig = sandboxMayMatter ? await runningSandbox() : undefined;
  const target = resolveClusterTarget({ kubeconfig, context, env, sandboxKubeconfig });
  const client = await connect({ target, ...impersonation });
  const reach = target.origin === 'sandbox' ? new Reach(['--context', SANDBOX]) : reachOf(choice);
  return { client, reach, kubeconfig: target.files[0] };
}

/** The kubeconfig of the sandbox, when one runs. */
async function runningSandbox(): Promise<string | undefined> {
  const { runningSandboxKubeconfig } = await import('../services/sandbox-running.ts');
  return runningSandboxKubeconfig();
}
