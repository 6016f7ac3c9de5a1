import { CapstanError, EXIT } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import { type ApplicationConfiguration, didYouMean, OAM_API_VERSION } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { requireSystem } from './types-catalog.ts';

/** The kind of applications. */
export const APPLICATION = { apiVersion: OAM_API_VERSION, kind: 'ApplicationConfiguration' } as const;

/** The applications of a namespace, or of all. Fails with exit 5 on a cluster without Capstan's kinds. */
export async function listApplications(
  client: KubeClient,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<ApplicationConfiguration[]> {
  await requireSystem(client);
  const { items } = await client.list(APPLICATION, { signal, ...(namespace === undefined ? {} : { namespace }) });
  return items as ApplicationConfiguration[];
}

/** The error for an application that does not exist, with the nearest name there is. */
export async function unknownApplication(
  client: KubeClient,
  name: string,
  namespace: string,
  signal: AbortSignal,
): Promise<CapstanError> {
  const names = (await listApplications(client, undefined, signal)).map(({ metadata }) => metadata);
  const elsewhere = names.find((one) => one.name === name && one.namespace !== namespace);
  const hint = elsewhere
    ? `There is one in namespace ${elsewhere.namespace}.`
    : didYouMean(
        name,
        names.filter((one) => one.namespace === namespace).map((one) => one.name),
      );
  return new CapstanError(CLI_CODES.notFound, `there is no application "${name}" in namespace ${namespace}`, {
    exit: EXIT.failed,
    next: [elsewhere ? `capstan status ${name} -n ${elsewhere.namespace}` : 'capstan list -A'],
    ...(hint === undefined ? {} : { hint }),
  });
}
