import { CapstanError, EXIT } from '@capstan/base';
import type { InstalledCapability } from '@capstan/capability-center';
import type { KubeClient } from '@capstan/kube';
import { didYouMean } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { listInstalled } from '../services/installed.ts';

/** An installed capability by its name. Fails with exit 1 and the nearest name where there is none. */
export async function requireInstalled(client: KubeClient, name: string): Promise<InstalledCapability> {
  const installed = await listInstalled({ client });
  const found = installed.find((one) => one.name === name);
  if (found) return found;
  const names = installed.map((one) => one.name);
  throw new CapstanError(CLI_CODES.notFound, `no capability "${name}" is installed`, {
    hint: didYouMean(name, names) ?? `There are: ${names.join(', ') || 'none'}.`,
    next: ['capstan cap list'],
    exit: EXIT.failed,
  });
}
