import { CapstanError, EXIT } from '@capstan/base';
import { type KubeClient, waitFor } from '@capstan/kube';
import { CLI_CODES } from '../codes.ts';
import { APPLICATION } from './applications.ts';
import { enumerate } from './words.ts';

/**
 * Deletes a namespace that `up --create-namespace` made and waits until it is gone. Refuses with exit 5 where somebody
 * else made it or an application is left in it; a namespace that does not exist is a success.
 */
export async function deleteOwnNamespace(
  client: KubeClient,
  name: string,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<void> {
  const { signal, timeoutMs } = options;
  const reference = { apiVersion: 'v1', kind: 'Namespace', name };
  const namespace = await client.get(reference, { signal });
  if (!namespace) return;
  if (namespace.metadata.labels?.['app.kubernetes.io/managed-by'] !== 'capstan') {
    throw refused(`namespace ${name} was not made by capstan`, [`kubectl delete namespace ${name}`]);
  }
  const { items } = await client.list(APPLICATION, { namespace: name, signal });
  const left = items.map(({ metadata }) => metadata.name);
  if (left.length > 0)
    throw refused(
      `namespace ${name} still holds ${enumerate(left)}`,
      left.map((app) => `capstan delete ${app} -n ${name}`),
    );
  await client.delete(reference, { signal });
  await waitFor(client, reference, (object) => object === undefined, { timeoutMs, signal, goal: 'gone' });
}

function refused(message: string, next: readonly string[]): CapstanError {
  return new CapstanError(CLI_CODES.namespaceInUse, message, {
    hint: 'It is left as it is.',
    next,
    exit: EXIT.blocked,
  });
}
