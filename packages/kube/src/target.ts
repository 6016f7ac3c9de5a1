import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CapstanError, EXIT } from '@capstan/base';
import { KUBE_CODES } from './codes.ts';

/** The context name that always means the sandbox. */
export const SANDBOX_CONTEXT = 'sandbox';

/** Where a kubeconfig was found. */
export type TargetOrigin = 'flag' | 'environment' | 'home' | 'in-cluster' | 'sandbox';

/** Which kubeconfig files and which context a command works with. */
export interface ClusterTarget {
  /** Files to merge; the first one that names something wins, as with kubectl. None within a cluster. */
  readonly files: readonly string[];
  /** Absent: the current context of the files. */
  readonly context?: string;
  readonly origin: TargetOrigin;
}

/** What decides about the target. */
export interface TargetOptions {
  /** `--kubeconfig`. */
  readonly kubeconfig?: string | undefined;
  /** `--context`. */
  readonly context?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Kubeconfig of the running sandbox, when one runs. */
  readonly sandboxKubeconfig?: string | undefined;
  /** The token of the pod's service account. Default: where Kubernetes mounts it. */
  readonly serviceAccountToken?: string | undefined;
}

const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * Chooses the kubeconfig: `--kubeconfig`, `$KUBECONFIG`, `~/.kube/config`, else the service account of the pod in which
 * it runs, else the running sandbox; the context `sandbox` always means the sandbox. Reads no file, it only asks which exist.
 * Fails with CONFIG_MISSING for a named file that does not exist and with NO_CLUSTER when there is nothing at all.
 */
export function resolveClusterTarget(options: TargetOptions): ClusterTarget {
  const { kubeconfig, context, env, sandboxKubeconfig } = options;
  if (context === SANDBOX_CONTEXT) {
    if (sandboxKubeconfig === undefined) throw noSandbox();
    return { files: [sandboxKubeconfig], origin: 'sandbox' };
  }
  const chosen = context === undefined ? {} : { context };
  if (kubeconfig !== undefined) {
    return { files: existing([kubeconfig], '--kubeconfig'), origin: 'flag', ...chosen };
  }
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) return { files: existing(listed, 'KUBECONFIG'), origin: 'environment', ...chosen };
  const home = env['HOME'] ?? env['USERPROFILE'];
  const standard = home === undefined ? undefined : join(home, '.kube', 'config');
  if (standard !== undefined && existsSync(standard)) return { files: [standard], origin: 'home', ...chosen };
  if (context === undefined && isInPod(options)) return { files: [], origin: 'in-cluster' };
  if (sandboxKubeconfig !== undefined && context === undefined)
    return { files: [sandboxKubeconfig], origin: 'sandbox' };
  throw nothingFound(context, standard);
}

/** Kubernetes sets the variables in every container; the token is there unless the pod asks for none. */
function isInPod({ env, serviceAccountToken = SERVICE_ACCOUNT_TOKEN }: TargetOptions): boolean {
  return Boolean(env['KUBERNETES_SERVICE_HOST'] && env['KUBERNETES_SERVICE_PORT']) && existsSync(serviceAccountToken);
}

/** Drops the files of a list that do not exist, as kubectl does; at least one must. */
function existing(files: readonly string[], from: string): string[] {
  const found = files.filter((file) => existsSync(file));
  if (found.length > 0) return found;
  throw new CapstanError(KUBE_CODES.kubeconfigMissing, `kubeconfig ${files.join(', ')} does not exist`, {
    hint: `${from} names it. Correct the path, or leave it out to use ~/.kube/config or the sandbox.`,
    exit: EXIT.unreachable,
    fields: { files, from },
  });
}

function noSandbox(): CapstanError {
  return new CapstanError(KUBE_CODES.noCluster, 'the sandbox is not running', {
    hint: 'The context "sandbox" always means the local sandbox.',
    next: ['capstan sandbox start'],
    exit: EXIT.unreachable,
  });
}

function nothingFound(context: string | undefined, standard: string | undefined): CapstanError {
  const looked = ['--kubeconfig', '$KUBECONFIG', standard ?? '~/.kube/config', 'a running sandbox'].join(', ');
  const what =
    context === undefined ? 'no cluster is configured' : `there is no kubeconfig to find context "${context}" in`;
  return new CapstanError(KUBE_CODES.noCluster, what, {
    hint: `Looked at ${looked}. A sandbox needs no cluster of your own.`,
    next: ['capstan sandbox start'],
    exit: EXIT.unreachable,
  });
}
