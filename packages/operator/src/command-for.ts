import { type KubeClient, SANDBOX_CONTEXT } from '@capstan/kube';

/**
 * Command lines in what the operator writes into the cluster: others read them, whose contexts have names of their own, so
 * only that of the sandbox, which is the same for everybody, is stated.
 */
export function commandFor({ context }: Pick<KubeClient, 'context'>): (words: string) => string {
  const flag = context.name === SANDBOX_CONTEXT ? ` --context ${SANDBOX_CONTEXT}` : '';
  return (words) => `capstan ${words}${flag}`;
}
