import type { KubeClient } from '@capstan/kube';
import { installSystem } from '@capstan/operator';
import type { Progress } from '../render/progress.ts';

/**
 * Installs Capstan's kinds after the question was answered with yes: what `up` and `cap install` do on a cluster that
 * does not know them.
 */
export async function offerSystemInstall(
  client: KubeClient,
  confirm: (question: string) => Promise<void>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  await confirm(`Capstan's kinds are not installed in context ${client.context.name}. Install them?`);
  progress.update('system', "Capstan's kinds");
  await installSystem(client, { signal });
  progress.update('system', "Capstan's kinds  installed", 'done');
}
