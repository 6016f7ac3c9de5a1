import {
  CapstanError,
  describeObject,
  EXIT,
  isCapstanError,
  type KindReference,
  type KubernetesObject,
  type ObjectReference,
  referenceTo,
} from '@capstan/base';
import { type FieldConflict, healthOf, KUBE_CODES, type KubeClient, waitFor, waitUntilServed } from '@capstan/kube';
import { OPERATOR_CODES } from './codes.ts';
import { compareManifest, managersOf, versionOf } from './compare.ts';
import { isCrd, SYSTEM_VERSION, systemManifests } from './manifests.ts';

/** What happened to one object. */
export interface SystemChange {
  readonly reference: ObjectReference;
  readonly action: 'created' | 'updated' | 'unchanged';
}

/** Progress of `installSystem`. */
export type SystemProgress =
  | ({ readonly type: 'object' } & SystemChange)
  /** Waits until the API server serves these CRDs. */
  | { readonly type: 'waiting'; readonly names: readonly string[] };

/** Options of `installSystem`. */
export interface InstallSystemOptions {
  readonly onProgress?: (event: SystemProgress) => void;
  readonly signal?: AbortSignal;
  /** How long a CRD may take until it is served. Default 30 s. */
  readonly timeoutMs?: number;
}

/** What `installSystem` did. */
export interface SystemInstallation {
  readonly version: string;
  /** False when the cluster had everything already. */
  readonly changed: boolean;
  readonly objects: readonly SystemChange[];
}

/** Field manager of the system's objects. */
const MANAGER = 'capstan-system';

/**
 * Gives a cluster the kinds of Capstan and of OAM, the built-in workloads and the namespace of Capstan's records.
 * Everything is checked before anything is written: a newer version (CAPSTAN_SYSTEM_DOWNGRADE) and an object of the same
 * name that belongs to somebody else (CAPSTAN_SYSTEM_CONFLICT) are refused. A second run changes nothing.
 */
export async function installSystem(
  client: KubeClient,
  options: InstallSystemOptions = {},
): Promise<SystemInstallation> {
  const manifests = systemManifests();
  await checkAll(client, manifests, options.signal);
  const crds = manifests.filter(isCrd);
  const rest = manifests.filter((manifest) => !isCrd(manifest));
  const namespaces = rest.filter((manifest) => manifest.kind === 'Namespace');
  const objects: SystemChange[] = [];
  const applyAll = async (batch: readonly KubernetesObject[]) => {
    for (const manifest of batch) objects.push(await applyOne(client, manifest, options));
  };
  await applyAll([...namespaces, ...crds]);
  await waitForCrds(client, crds, options);
  await applyAll(rest.filter((manifest) => !namespaces.includes(manifest)));
  return { version: SYSTEM_VERSION, changed: objects.some(({ action }) => action !== 'unchanged'), objects };
}

/** The kinds that a CRD defines, in every version that it serves. */
export function kindsOf(crd: KubernetesObject): KindReference[] {
  const { group, names, versions } = crd['spec'] as {
    group: string;
    names: { kind: string };
    versions: { name: string; served: boolean }[];
  };
  const served = versions.filter((version) => version.served);
  return served.map((version) => ({ apiVersion: `${group}/${version.name}`, kind: names.kind }));
}

async function checkAll(
  client: KubeClient,
  manifests: readonly KubernetesObject[],
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const manifest of manifests) {
    const live = await client.get(referenceTo(manifest), signal ? { signal } : {});
    if (!live) continue;
    const state = compareManifest(live, manifest);
    if (state === 'newer') throw downgrade(live);
    if (state === 'foreign') throw conflict(live, managersOf(live));
  }
}

async function applyOne(
  client: KubeClient,
  manifest: KubernetesObject,
  { onProgress, signal }: InstallSystemOptions,
): Promise<SystemChange> {
  const reference = referenceTo(manifest);
  const aborts = signal ? { signal } : {};
  const before = await client.get(reference, aborts);
  const after = await apply(client, manifest, aborts);
  const same = before?.metadata.resourceVersion === after.metadata.resourceVersion;
  const action = !before ? 'created' : same ? 'unchanged' : 'updated';
  onProgress?.({ type: 'object', reference, action });
  return { reference, action };
}

async function apply(client: KubeClient, manifest: KubernetesObject, aborts: { readonly signal?: AbortSignal }) {
  try {
    return await client.apply(manifest, { fieldManager: MANAGER, ...aborts });
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.fieldConflict)) throw error;
    const managers = (error.fields['managers'] as readonly FieldConflict[]).map(({ manager }) => manager);
    throw conflict(manifest, managers, error);
  }
}

async function waitForCrds(
  client: KubeClient,
  crds: readonly KubernetesObject[],
  { onProgress, signal, timeoutMs = 30_000 }: InstallSystemOptions,
): Promise<void> {
  const aborts = signal ? { signal } : {};
  const unready: KubernetesObject[] = [];
  for (const crd of crds) {
    const live = await client.get(referenceTo(crd), aborts);
    if (!live || healthOf(live).status !== 'ready') unready.push(crd);
  }
  if (unready.length > 0) onProgress?.({ type: 'waiting', names: unready.map((crd) => crd.metadata.name) });
  const isReady = (live: KubernetesObject | undefined) => live !== undefined && healthOf(live).status === 'ready';
  await Promise.all(
    unready.map((crd) => waitFor(client, referenceTo(crd), isReady, { timeoutMs, goal: 'established', ...aborts })),
  );
  await Promise.all(crds.flatMap(kindsOf).map((kind) => waitServed(client, kind, { timeoutMs, ...aborts })));
}

/** Waits until a kind is served. Looks first: a cluster that has everything is not asked again for every kind. */
export async function waitServed(
  client: KubeClient,
  kind: KindReference,
  options: { timeoutMs?: number; signal?: AbortSignal },
) {
  if (!(await client.discovery.find(kind))) await waitUntilServed(client, kind, options);
}

function downgrade(live: KubernetesObject): CapstanError {
  const name = describeObject(referenceTo(live));
  return new CapstanError(
    OPERATOR_CODES.downgrade,
    `${name} was installed by Capstan ${versionOf(live)}, which is newer than this ${SYSTEM_VERSION}`,
    {
      hint: 'An older version could lose what the newer one stored. Use a Capstan at least that new.',
      exit: EXIT.blocked,
      fields: { object: referenceTo(live), version: versionOf(live) },
    },
  );
}

function conflict(object: KubernetesObject, managers: readonly string[], cause?: unknown): CapstanError {
  const name = describeObject(referenceTo(object));
  const by = managers.length > 0 ? ` by ${managers.join(', ')}` : '';
  return new CapstanError(OPERATOR_CODES.conflict, `${name} is there already and is managed${by}`, {
    hint: 'Another OAM runtime may be installed. Remove it, or use another cluster: Capstan does not take objects over.',
    exit: EXIT.blocked,
    fields: { object: referenceTo(object), managers },
    ...(cause === undefined ? {} : { cause }),
  });
}
