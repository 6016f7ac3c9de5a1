import type { KubernetesObject } from '@capstan/base';
import type { KubeClient, resolveClusterTarget } from '@capstan/kube';
import type { Candidate, LineContext } from './complete.ts';
import { SHELLS } from './scripts.ts';
import type { Source } from './sources.ts';

const OUTPUT_FORMS = ['table', 'wide', 'json', 'yaml', 'name', 'jsonpath='];

/** The values of a source that needs no cluster; undefined for any other one. */
export async function localValues(source: Source, context: LineContext): Promise<Candidate[] | undefined> {
  if (source === 'formats') return plainly(OUTPUT_FORMS);
  if (source === 'drawings') return plainly(['tree', 'dot', 'mermaid', ...OUTPUT_FORMS.slice(2)]);
  if (source === 'shells') return plainly(SHELLS);
  if (source === 'contexts') return contexts(context);
  if (source === 'nothing' || source === 'files' || source === 'folders') return [];
  return undefined;
}

/**
 * The values of a source that only the cluster knows: it asks the one that the line means; everything heavy is loaded only
 * here. Rejects when the cluster cannot be asked, which the shell is not told.
 */
export async function remoteValues(
  source: Source,
  current: string,
  context: LineContext,
  signal: AbortSignal,
): Promise<Candidate[]> {
  const { connectTo } = await import('../lib/cluster.ts');
  const { flags } = context;
  const { client } = await connectTo({ kubeconfig: flags.get('kubeconfig'), context: flags.get('context') });
  try {
    return await clusterValues(source as ClusterSource, current, { ...context, client, signal });
  } finally {
    client.close();
  }
}

interface ClusterContext extends LineContext {
  readonly client: KubeClient;
  readonly signal: AbortSignal;
}

type ClusterSource = Exclude<Source, 'formats' | 'drawings' | 'shells' | 'contexts' | 'nothing' | 'files' | 'folders'>;

async function clusterValues(source: ClusterSource, current: string, context: ClusterContext): Promise<Candidate[]> {
  switch (source) {
    case 'packages':
      return packages(current, context);
    case 'versions':
      return versions(context.words[0] ?? '', context);
    case 'installed':
      return objects(context, { apiVersion: 'capstan.dev/v1alpha1', kind: 'CapabilityInstall' }, installText);
    case 'contracts':
      return objects(context, { apiVersion: 'capstan.dev/v1alpha1', kind: 'Capability' });
    case 'namespaces':
      return objects(context, { apiVersion: 'v1', kind: 'Namespace' });
    case 'applications': {
      const namespace = context.flags.get('namespace') ?? context.client.context.namespace;
      return objects(
        context,
        { apiVersion: 'core.oam.dev/v1alpha2', kind: 'ApplicationConfiguration' },
        undefined,
        namespace,
      );
    }
    case 'centers':
      return centers(context);
    case 'kubernetes':
      return nextMinors(context);
    default:
      return types(source, context);
  }
}

async function objects(
  { client, signal }: ClusterContext,
  kind: { readonly apiVersion: string; readonly kind: string },
  text: (object: KubernetesObject) => string = () => '',
  namespace?: string,
): Promise<Candidate[]> {
  const { items } = await client.list(kind, { signal, ...(namespace === undefined ? {} : { namespace }) });
  return items.map((item) => ({ value: item.metadata.name, text: text(item) }));
}

function installText(install: KubernetesObject): string {
  const { version, phase } = (install['status'] ?? {}) as { version?: string; phase?: string };
  return [version, phase].filter(Boolean).join(' ');
}

/** Names of packages; once a name is typed with its `@`, its versions. */
async function packages(current: string, context: ClusterContext): Promise<Candidate[]> {
  const at = current.indexOf('@');
  if (at > 0) {
    const name = current.slice(0, at);
    return (await versions(name, context)).map(({ value }) => ({ value: `${name}@${value}` }));
  }
  const { offeredPackages } = await import('../lib/offers.ts');
  const seen = new Map<string, string>();
  for (const { metadata } of await offeredPackages(context.client))
    if (!seen.has(metadata.name)) seen.set(metadata.name, metadata.summary);
  return [...seen].map(([value, text]) => ({ value, text }));
}

/** Versions, and beside each its releases: one may ask for either. */
async function versions(name: string, { client }: ClusterContext): Promise<Candidate[]> {
  const { offeredPackages } = await import('../lib/offers.ts');
  const { versionLabel } = await import('@capstan/capability-model');
  const entries = (await offeredPackages(client)).filter(({ metadata }) => metadata.name === name);
  return plainly([...new Set(entries.flatMap(({ metadata }) => [versionLabel(metadata), metadata.version]))]);
}

async function centers({ client, signal }: ClusterContext): Promise<Candidate[]> {
  const { visibleCenters } = await import('../lib/offers.ts');
  const { centers: found } = await visibleCenters(client, signal);
  return found.map(({ name, location }) => ({ value: name, text: location }));
}

/** The minor versions of Kubernetes that come after the cluster's. */
async function nextMinors({ client }: ClusterContext): Promise<Candidate[]> {
  const { major, minor } = await client.version();
  return plainly([1, 2, 3].map((more) => `${major}.${Number.parseInt(minor, 10) + more}`));
}

const ROLES = {
  workloads: ['workload'],
  traits: ['trait'],
  scopes: ['scope'],
  types: ['workload', 'trait', 'scope'],
} as const;

async function types(source: keyof typeof ROLES, { client, signal }: ClusterContext): Promise<Candidate[]> {
  const [{ clusterTypes }, { typeRows }] = await Promise.all([
    import('../lib/types-catalog.ts'),
    import('../lib/type-rows.ts'),
  ]);
  const found = await clusterTypes(client, signal);
  return ROLES[source].flatMap((role) =>
    typeRows(found, role).map(({ name, summary }) => ({ value: name, text: summary })),
  );
}

/** Names of the contexts that `--kubeconfig`, `$KUBECONFIG` or the home folder give. Reads the files, never a cluster. */
async function contexts({ flags }: LineContext): Promise<Candidate[]> {
  const { resolveClusterTarget } = await import('../services/kube-client.ts');
  const { readInput } = await import('../lib/input.ts');
  const { parse } = await import('../services/yaml.ts');
  const found: Candidate[] = [{ value: 'sandbox', text: 'the sandbox of this machine' }];
  for (const file of filesOf(resolveClusterTarget, flags.get('kubeconfig'))) {
    const { contexts: list } = (parse((await readInput(file)).text) ?? {}) as { contexts?: { name?: unknown }[] };
    found.push(...(list ?? []).flatMap(({ name }) => (typeof name === 'string' ? [{ value: name, text: file }] : [])));
  }
  return found;
}

/** None where there is no kubeconfig at all. */
function filesOf(resolve: typeof resolveClusterTarget, kubeconfig: string | undefined): readonly string[] {
  try {
    return resolve({ kubeconfig, env: process.env }).files;
  } catch {
    return [];
  }
}

function plainly(values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value }));
}
