import { CapstanError, EXIT } from '@capstan/base';
import { type ResolverInput, standingQuestion } from '@capstan/capability-center';
import type { KubeClient } from '@capstan/kube';
import { didYouMean } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { catalogWarnings, clusterCatalog } from './cluster-catalog.ts';

/** What is wanted, installed and offered, as the resolver sees it, and what could not be seen. */
export interface Standing {
  readonly question: ResolverInput;
  readonly warnings: readonly string[];
}

/** Reads how a cluster stands. Only reads; needs no Helm. */
export async function readStanding(client: KubeClient, signal: AbortSignal): Promise<Standing> {
  const { catalog } = await clusterCatalog(client, signal);
  return { question: await standingQuestion({ client, catalog }), warnings: catalogWarnings(catalog) };
}

/** The name of an installed package. Fails with exit 1 and the nearest name where it is not installed. */
export function requireStanding({ question }: Standing, name: string): string {
  const names = question.installed.map((one) => one.package);
  if (names.includes(name)) return name;
  throw new CapstanError(CLI_CODES.notFound, `no capability "${name}" is installed`, {
    hint: didYouMean(name, names) ?? `There are: ${names.join(', ') || 'none'}.`,
    next: ['capstan cap list'],
    exit: EXIT.failed,
  });
}
