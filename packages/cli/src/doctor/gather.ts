import { CapstanError, isCapstanError, type KindReference, type KubernetesObject, messageOf } from '@capstan/base';
import { CAPSTAN_KINDS, type CapabilityInstall, LEASES, PACKAGE_LABEL, selectorOf } from '@capstan/capability-model';
import { conditionsOf, findCondition, KUBE_CODES, type KubeClient, leaseHolder } from '@capstan/kube';
import { OAM_API_VERSION } from '@capstan/oam-model';
import { bundledRegistry } from '../lib/assets.ts';
import {
  capabilityStatus,
  createHelm,
  credentialsOf,
  detectInstalled,
  listInstalled,
  loadCatalog,
  readCenters,
  systemStatus,
} from '../services/doctor.ts';
import type { CenterFact, CrdFact, DefinitionFact, DoctorFacts, InstallFact, ReleaseFact, RightFact } from './facts.ts';
import type { Reading } from './finding.ts';

/** What gathering the facts takes. */
export interface GatherOptions {
  readonly client: KubeClient;
  /** Where applications would be made. */
  readonly namespace: string;
  /** The cluster is the sandbox of this machine. */
  readonly sandbox: boolean;
  /** A command of ours with the flags that reach this cluster. */
  readonly command: (words: string) => string;
  readonly signal: AbortSignal;
}

/** So many capabilities are looked at in full; more are told as they were recorded. */
const MOST_REPORTS = 100;

/** Reads everything that doctor looks at. What cannot be read is a fact too: nothing rejects but an abort. */
export async function gatherFacts(options: GatherOptions): Promise<DoctorFacts> {
  const { client, sandbox, signal } = options;
  const { name: context, server } = client.context;
  const attempt = <T>(read: () => Promise<T>) => reading(read, signal);
  const cluster = await attempt(() => reach(client));
  if (!('value' in cluster)) return unreachableFacts(cluster, context);
  const [apis, rights, helm, system, lease, centers, installs, releases, unmanaged, definitions, crds] =
    await Promise.all([
      attempt(() => client.discovery.failures()),
      attempt(() => rightsOf(options)),
      attempt(async () => (await createHelm()).version()),
      attempt(() => systemStatus(client)),
      attempt(() => leaseHolder(client, LEASES.install)),
      attempt(() => centersOf(client, signal)),
      attempt(() => installsOf(options)),
      attempt(() => releasesOf(client, signal)),
      attempt(() => unmanagedOf(client, signal)),
      attempt(() => definitionsOf(client, signal)),
      attempt(() => crdsOf(client, signal)),
    ]);
  return {
    context,
    server,
    sandbox,
    cluster,
    apis,
    rights,
    helm,
    system,
    lease,
    centers,
    installs,
    releases,
    unmanaged,
    definitions,
    crds,
  };
}

/** What is known where there is no way to a cluster at all. */
export function unreachableFacts(
  cluster: Exclude<Reading<never>, { value: never }>,
  context: string | undefined,
): DoctorFacts {
  return {
    context: context ?? '',
    server: '',
    sandbox: context === 'sandbox',
    cluster,
    apis: cluster,
    rights: cluster,
    helm: cluster,
    system: cluster,
    lease: cluster,
    centers: cluster,
    installs: cluster,
    releases: cluster,
    unmanaged: cluster,
    definitions: cluster,
    crds: cluster,
  };
}

/** The value, or why there is none. Only Ctrl-C and the time limit get through. */
export async function reading<T>(read: () => Promise<T>, signal: AbortSignal): Promise<Reading<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    signal.throwIfAborted();
    const known = isCapstanError(error) ? error : new CapstanError('CAPSTAN_CLI_UNEXPECTED', messageOf(error));
    const { code, message, hint, exit } = known;
    return {
      code,
      reason: message,
      forbidden: code === KUBE_CODES.forbidden,
      exit,
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

async function reach(client: KubeClient): Promise<{ version: string; ms: number }> {
  const started = performance.now();
  const { gitVersion } = await client.version();
  return { version: gitVersion, ms: performance.now() - started };
}

const CRD: KindReference = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };

async function rightsOf({ client, namespace }: GatherOptions): Promise<RightFact[]> {
  const wanted = [
    {
      what: `create applications in ${namespace}`,
      role: 'capstan-developer',
      verb: 'create',
      group: 'core.oam.dev',
      resource: 'applicationconfigurations',
      namespace,
    },
    {
      what: 'read the records in capstan-system',
      role: 'administrator',
      verb: 'list',
      group: '',
      resource: 'secrets',
      namespace: 'capstan-system',
    },
    {
      what: 'create CRDs',
      role: 'administrator',
      verb: 'create',
      group: 'apiextensions.k8s.io',
      resource: 'customresourcedefinitions',
    },
    { what: 'create namespaces', role: 'administrator', verb: 'create', group: '', resource: 'namespaces' },
    {
      what: 'grant rights to what is installed',
      role: 'administrator',
      verb: 'escalate',
      group: 'rbac.authorization.k8s.io',
      resource: 'clusterroles',
    },
  ] as const;
  return Promise.all(
    wanted.map(async ({ what, role, ...request }) => ({ what, role, allowed: (await client.mayI(request)).allowed })),
  );
}

async function centersOf(client: KubeClient, signal: AbortSignal): Promise<CenterFact[]> {
  const records = await readCenters(client, { bundled: bundledRegistry(), signal });
  const credentials = (center: (typeof records)[number]) => credentialsOf(center, { client, signal });
  const { sources, warnings } = await loadCatalog(records, { credentials, tolerant: true, signal });
  return records.map((record) => {
    const source = sources.find(({ center }) => center === record.name);
    const warning = warnings.find(({ center }) => center === record.name);
    return { record, ...(source ? { source } : {}), ...(warning ? { warning } : {}) };
  });
}

async function installsOf({ client, command, signal }: GatherOptions): Promise<InstallFact[]> {
  if (!(await client.discovery.find(CAPSTAN_KINDS.install))) return [];
  const [rows, { items }] = await Promise.all([
    listInstalled({ client }),
    client.list(CAPSTAN_KINDS.install, { signal }),
  ]);
  const found: InstallFact[] = [];
  for (const [index, installed] of rows.entries()) {
    const install = items.find(({ metadata }) => metadata.name === installed.name) as CapabilityInstall | undefined;
    const report = await reading(() => capabilityStatus({ client, command }, installed.name), signal);
    found.push({
      installed,
      range: install?.spec.version ?? '*',
      paused: install?.spec.paused === true,
      requires: install?.status?.requires ?? [],
      report: index < MOST_REPORTS ? report : asRecorded(installed),
    });
  }
  return found;
}

function asRecorded({
  message,
  goal: _,
  standIn = false,
  ...recorded
}: InstallFact['installed']): InstallFact['report'] {
  return { value: { ...recorded, standIn, summary: message, checks: [], next: [] } };
}

const UNFINISHED = ['pending-install', 'pending-upgrade', 'pending-rollback', 'uninstalling', 'failed'];

/** Helm releases whose newest revision is not finished; read from the labels of their records alone. */
async function releasesOf(client: KubeClient, signal: AbortSignal): Promise<ReleaseFact[]> {
  const kind = { apiVersion: 'v1', kind: 'Secret' };
  const { items } = await client.list(kind, { labelSelector: 'owner=helm', metadataOnly: true, signal });
  const newest = new Map<string, KubernetesObject>();
  for (const item of items) {
    const key = `${item.metadata.namespace}/${item.metadata.labels?.['name']}`;
    const known = newest.get(key);
    if (!known || revisionOf(item) > revisionOf(known)) newest.set(key, item);
  }
  return [...newest.values()].flatMap((item) => {
    const { namespace = '', labels = {} } = item.metadata;
    const { name = '', status = '', [PACKAGE_LABEL]: owner } = labels;
    if (!UNFINISHED.includes(status)) return [];
    return [
      { name, namespace, status, revision: revisionOf(item), ...(owner === undefined ? {} : { package: owner }) },
    ];
  });
}

function revisionOf({ metadata }: KubernetesObject): number {
  return Number(metadata.labels?.['version'] ?? 0);
}

/** What somebody installed by hand, of what the centers offer. */
async function unmanagedOf(client: KubeClient, signal: AbortSignal) {
  const centers = await readCenters(client, { bundled: bundledRegistry(), signal });
  const credentials = (center: (typeof centers)[number]) => credentialsOf(center, { client, signal });
  const catalog = await loadCatalog(centers, { credentials, tolerant: true, signal });
  return detectInstalled(client, catalog);
}

const ROLES = [
  ['WorkloadDefinition', 'workload'],
  ['TraitDefinition', 'trait'],
  ['ScopeDefinition', 'scope'],
] as const;

async function definitionsOf(client: KubeClient, signal: AbortSignal): Promise<DefinitionFact[]> {
  const lists = await Promise.all(
    ROLES.map(async ([kind, role]) => {
      const { items } = await client.list({ apiVersion: OAM_API_VERSION, kind }, { signal });
      return items.map((item) => ({ item, role }));
    }),
  );
  return Promise.all(
    lists.flat().map(async ({ item, role }) => {
      const crd = ((item['spec'] ?? {}) as { definitionRef?: { name?: string } }).definitionRef?.name ?? '';
      const { labels = {}, name } = item.metadata;
      const owner =
        labels[PACKAGE_LABEL] ?? (labels['app.kubernetes.io/part-of'] === 'capstan' ? 'capstan' : undefined);
      const served = (await client.discovery.findByName(crd)) !== undefined;
      return { name, role, crd, served, ...(owner === undefined ? {} : { package: owner }) };
    }),
  );
}

interface CrdBody {
  readonly spec: {
    readonly versions: readonly { readonly name: string; readonly served: boolean; readonly storage: boolean }[];
  };
  readonly status?: { readonly storedVersions?: readonly string[] };
}

/** The CRDs that Capstan applied for packages. */
async function crdsOf(client: KubeClient, signal: AbortSignal): Promise<CrdFact[]> {
  const labelSelector = selectorOf({ 'app.kubernetes.io/managed-by': 'capstan' });
  const { items } = await client.list(CRD, { labelSelector, signal });
  return items.flatMap((item) => {
    const owner = item.metadata.labels?.[PACKAGE_LABEL];
    if (owner === undefined) return [];
    const { spec, status } = item as unknown as CrdBody;
    const deleting =
      findCondition(conditionsOf(item), 'Terminating')?.status === 'True' ||
      item.metadata.deletionTimestamp !== undefined;
    return [
      {
        name: item.metadata.name,
        package: owner,
        storage: spec.versions.find(({ storage }) => storage)?.name ?? '',
        served: spec.versions.filter(({ served }) => served).map(({ name }) => name),
        stored: status?.storedVersions ?? [],
        deleting,
      },
    ];
  });
}
