import { CapstanError, EXIT, isCapstanError, type KubernetesObject, referenceTo } from '@capstan/base';
import { KUBE_CODES, type KubeClient, waitUntilServed } from '@capstan/kube';
import { CLI_CODES } from '../codes.ts';
import { isGround, isOam } from './file-objects.ts';

/** Field manager of users' files. */
export const USER_MANAGER = 'capstan';

/** An object and what applying it did. */
export interface AppliedObject {
  readonly object: KubernetesObject;
  readonly action: 'created' | 'changed' | 'unchanged';
}

/** Options of `applyObjects`. */
export interface ApplyObjectsOptions {
  readonly signal: AbortSignal;
  readonly onApplied?: (applied: AppliedObject) => void;
}

/**
 * Applies objects in their order with server-side apply. Everything is tried as a dry run first, so that an object which
 * the server refuses leaves nothing half applied; only CRDs and namespaces are made before what needs them is tried.
 * Fields of other managers are never taken: the conflict names them.
 */
export async function applyObjects(
  client: KubeClient,
  objects: readonly KubernetesObject[],
  options: ApplyObjectsOptions,
): Promise<AppliedObject[]> {
  const ground = objects.filter(isGround);
  const rest = objects.filter((object) => !isGround(object));
  await tryAll(client, ground, options.signal);
  const applied = await applyAll(client, ground, options);
  for (const kind of ground.flatMap(kindsOf)) await waitUntilServed(client, kind, { signal: options.signal });
  await tryAll(client, rest, options.signal);
  return [...applied, ...(await applyAll(client, rest, options))];
}

/**
 * Asks the server whether it would accept the objects; fails with what it refuses. What stands on new ground, in a
 * namespace or of a kind that is not there yet, cannot be tried: gives the number of such objects.
 */
export async function tryObjects(
  client: KubeClient,
  objects: readonly KubernetesObject[],
  options: { readonly newNamespace?: string | undefined; readonly signal: AbortSignal },
): Promise<number> {
  const own = objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name);
  const fresh = new Set<string>();
  for (const name of [...own, ...(options.newNamespace === undefined ? [] : [options.newNamespace])]) {
    const found = await client.get({ apiVersion: 'v1', kind: 'Namespace', name }, { signal: options.signal });
    if (!found) fresh.add(name);
  }
  const served = await Promise.all(objects.map(async (object) => (await client.discovery.find(object)) !== undefined));
  const tried = objects.filter(({ metadata }, index) => served[index] && !fresh.has(metadata.namespace ?? ''));
  const undecided = await tryAll(client, tried, options.signal);
  return objects.length - tried.length + undecided;
}

/** `component/backend` of an applied object, as `-o name` prints it. */
export function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind === 'ApplicationConfiguration' ? 'application' : kind.toLowerCase()}/${metadata.name}`;
}

/** Tries objects one by one. Gives the number of those that cannot be judged before the others are there. */
async function tryAll(client: KubeClient, objects: readonly KubernetesObject[], signal: AbortSignal): Promise<number> {
  let undecided = 0;
  let grounded = true;
  for (const object of objects) {
    try {
      const after = await client.apply(object, { fieldManager: USER_MANAGER, signal, dryRun: true });
      if (isOam(object, 'Component', ...DEFINITIONS)) grounded &&= await isThere(client, object, after, signal);
    } catch (error) {
      // Admission looks at an application with its components and Definitions as they are, not as they are about to be.
      if (grounded || !isOam(object, 'ApplicationConfiguration') || !isDenial(error)) explain(object, error);
      undecided += 1;
    }
  }
  return undecided;
}

const DEFINITIONS = ['WorkloadDefinition', 'TraitDefinition', 'ScopeDefinition'];

/** Whether an object is in the cluster already as it would be after an apply. */
async function isThere(
  client: KubeClient,
  object: KubernetesObject,
  after: KubernetesObject,
  signal: AbortSignal,
): Promise<boolean> {
  const live = await client.get(referenceTo(object), { signal });
  return live !== undefined && live.metadata.generation === after.metadata.generation;
}

function isDenial(error: unknown): boolean {
  return isCapstanError(error, KUBE_CODES.forbidden) && /admission webhook ".*" denied/.test(error.message);
}

async function applyAll(
  client: KubeClient,
  objects: readonly KubernetesObject[],
  { signal, onApplied }: ApplyObjectsOptions,
): Promise<AppliedObject[]> {
  const before = await Promise.all(objects.map((object) => client.get(referenceTo(object), { signal })));
  const applied: AppliedObject[] = [];
  for (const [index, object] of objects.entries()) {
    const after = await client.apply(object, { fieldManager: USER_MANAGER, signal });
    const one = { object: after, action: actionOf(before[index], after) };
    applied.push(one);
    onApplied?.(one);
  }
  return applied;
}

function kindsOf(object: KubernetesObject): { apiVersion: string; kind: string }[] {
  if (object.kind !== 'CustomResourceDefinition') return [];
  const { group, names, versions } = object['spec'] as {
    group: string;
    names: { kind: string };
    versions: { name: string; served: boolean }[];
  };
  return versions
    .filter(({ served }) => served)
    .map(({ name }) => ({ apiVersion: `${group}/${name}`, kind: names.kind }));
}

function actionOf(before: KubernetesObject | undefined, after: KubernetesObject): AppliedObject['action'] {
  if (!before) return 'created';
  return before.metadata.resourceVersion === after.metadata.resourceVersion ? 'unchanged' : 'changed';
}

/** Throws the error of an apply, in better words where the namespace is missing. */
function explain({ metadata: { namespace = '' } }: KubernetesObject, error: unknown): never {
  if (!isCapstanError(error, KUBE_CODES.notFound) || !error.message.includes(`"${namespace}"`)) throw error;
  throw new CapstanError(CLI_CODES.notFound, `there is no namespace ${namespace}`, {
    hint: '--create-namespace creates it.',
    exit: EXIT.failed,
    cause: error,
  });
}
