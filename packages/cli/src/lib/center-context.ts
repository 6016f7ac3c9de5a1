import { CapstanError, EXIT } from '@capstan/base';
import { type InstallerContext, openCenter } from '@capstan/capability-center';
import { createHelm } from '@capstan/helm-ts';
import type { Impersonation, KubeClient } from '@capstan/kube';
import { CLI_CODES } from '../codes.ts';
import { bundledRegistry } from './assets.ts';
import type { Reach } from './reach.ts';

/** What opening the centers of a cluster takes. */
export interface CenterContextOptions {
  readonly client: KubeClient;
  readonly reach: Reach;
  /** The kubeconfig of the client, for Helm. */
  readonly kubeconfig: string | undefined;
  /** `--helm`. */
  readonly helm?: string | undefined;
  /** `--as`, `--as-group`, `--as-uid`: Helm acts as the same. */
  readonly impersonation: Impersonation;
}

/** Everything that planning, installing and removing takes: the client, real Helm, and what the centers offer. */
export async function centerContext(options: CenterContextOptions): Promise<InstallerContext> {
  const { client, reach, kubeconfig, helm: binary, impersonation } = options;
  const { as, asGroups, asUid } = impersonation;
  if (asUid !== undefined) {
    throw new CapstanError(CLI_CODES.usage, 'capabilities cannot be installed with --as-uid', {
      hint: 'Helm knows no such flag and would act as somebody else. Leave it out, or use a kubeconfig of that user.',
      exit: EXIT.usage,
    });
  }
  const helm = await createHelm({
    context: client.context.name,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(binary === undefined ? {} : { binary }),
    ...(as === undefined ? {} : { asUser: as }),
    ...(asGroups === undefined ? {} : { asGroups }),
  });
  return openCenter({
    client,
    helm,
    bundledRegistry: bundledRegistry(),
    command: (words) => reach.command(`capstan ${words}`),
  });
}
