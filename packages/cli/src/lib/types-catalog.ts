import { CapstanError, EXIT, type KindReference, type KubernetesObject } from '@capstan/base';
import { PACKAGE_LABEL } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import {
  type CustomResourceDefinition,
  type Definition,
  type DefinitionCatalog,
  OAM_API_VERSION,
} from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';

const DEFINITION_KINDS = ['WorkloadDefinition', 'TraitDefinition', 'ScopeDefinition'] as const;
const CRD: KindReference = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

/** Annotation of a Definition: one line for people. */
export const DESCRIPTION_ANNOTATION = 'capstan.dev/description';

/** Fails with exit 5 where the cluster does not know Capstan's kinds. */
export async function requireSystem(client: KubeClient): Promise<void> {
  if (await systemIsInstalled(client)) return;
  throw new CapstanError(
    CLI_CODES.systemMissing,
    `Capstan's kinds are not installed in context ${client.context.name}`,
    {
      hint: 'A cluster learns them once, from a user who may create CRDs.',
      next: ['capstan system install'],
      exit: EXIT.blocked,
    },
  );
}

/** Whether the cluster serves the kinds of applications. */
export async function systemIsInstalled(client: KubeClient): Promise<boolean> {
  return (await client.discovery.find({ apiVersion: OAM_API_VERSION, kind: 'ApplicationConfiguration' })) !== undefined;
}

/** Every Definition of the cluster with the CRDs they name. Fails as `requireSystem` on a cluster without Capstan. */
export async function clusterTypes(client: KubeClient, signal: AbortSignal): Promise<DefinitionCatalog> {
  await requireSystem(client);
  const lists = await Promise.all(
    DEFINITION_KINDS.map((kind) => client.list({ apiVersion: OAM_API_VERSION, kind }, { signal })),
  );
  const definitions = lists.flatMap(({ items }) => items as Definition[]);
  const names = definitions.map(({ spec }) => spec.definitionRef.name);
  return { definitions, crds: await clusterCrds(client, names, signal) };
}

/** The CRDs of the cluster among these names. */
export async function clusterCrds(
  client: KubeClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<CustomResourceDefinition[]> {
  const crds = await Promise.all([...new Set(names)].map((name) => client.get({ ...CRD, name }, { signal })));
  return crds.filter((crd) => crd !== undefined) as CustomResourceDefinition[];
}

/** The capability package that a Definition belongs to; the built-in ones belong to `capstan` itself. */
export function providerOf(definition: KubernetesObject): string {
  return definition.metadata.labels?.[PACKAGE_LABEL] ?? (isBuiltin(definition) ? 'built-in' : 'unknown');
}

/** The one line that a Definition says of itself. */
export function descriptionOf(definition: KubernetesObject): string {
  return definition.metadata.annotations?.[DESCRIPTION_ANNOTATION] ?? '';
}

function isBuiltin(definition: KubernetesObject): boolean {
  return definition.metadata.labels?.['app.kubernetes.io/part-of'] === 'capstan';
}
