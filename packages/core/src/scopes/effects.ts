import { CapstanError, describeObject, isCapstanError, type KubernetesObject, messageOf } from '@capstan/base';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { CONTROLLER_MANAGER, objectKey } from '../application/names.ts';
import { CORE_CODES } from '../codes.ts';
import type { ScopeWrite } from './model.ts';
import { withReferences } from './references.ts';

/** Others may write to the scope at the same time; so many times in a row is more than chance. */
const ATTEMPTS = 10;

/** Options of `writeScope`. */
export interface ScopeWriteOptions {
  /** The scope as a cache has it: saves a request where nobody wrote in between. */
  readonly scope?: KubernetesObject | undefined;
  readonly signal?: AbortSignal;
}

/** The writes that are under way, by client and scope: each begins with what the one before it left. */
const lines = new WeakMap<KubeClient, Map<string, Promise<KubernetesObject | undefined>>>();

/**
 * Brings the references of one scope about, and nothing else in it: reads, changes and replaces it, again when somebody
 * else wrote in between. Returns the scope as it is then; undefined when it is gone, which is an error
 * (CAPSTAN_SCOPE_WRITE_FAILED) only where something had to be added. Writes of one process to one scope stand in line:
 * hundreds of applications that enter a scope at once would else only meet each other's conflicts.
 */
export async function writeScope(
  client: KubeClient,
  write: ScopeWrite,
  { scope, signal }: ScopeWriteOptions = {},
): Promise<KubernetesObject | undefined> {
  const line = lines.get(client) ?? new Map<string, Promise<KubernetesObject | undefined>>();
  lines.set(client, line);
  const key = objectKey(write.scope);
  const before = line.get(key)?.catch(() => undefined) ?? Promise.resolve(undefined);
  const writing = before.then((latest) => bringAbout(client, write, latest ?? scope, signal));
  line.set(key, writing);
  try {
    return await writing;
  } finally {
    if (line.get(key) === writing) line.delete(key);
  }
}

async function bringAbout(
  client: KubeClient,
  write: ScopeWrite,
  known: KubernetesObject | undefined,
  signal: AbortSignal | undefined,
): Promise<KubernetesObject | undefined> {
  const options = signal ? { signal } : {};
  // What is to be taken out may be there although a cache does not show it yet: the answer to the join was lost.
  const isDoubtful = known && write.remove.length > 0 && !withReferences(known, write);
  let current = isDoubtful ? undefined : known;
  for (let attempt = 1; ; attempt += 1) {
    current ??= await client.get(write.scope, options);
    if (!current) return gone(write);
    const changed = withReferences(current, write);
    if (!changed) return current;
    try {
      return await client.replace(changed, { fieldManager: CONTROLLER_MANAGER, ...options });
    } catch (error) {
      if (isCapstanError(error, KUBE_CODES.notFound)) return gone(write);
      if (!isCapstanError(error, KUBE_CODES.conflict) || attempt === ATTEMPTS) throw failed(write, error);
      current = undefined;
    }
  }
}

/** Sets the finalizers of an application as it was read: a write in between is a conflict. Returns what is there then. */
export async function writeFinalizers(
  client: KubeClient,
  application: ApplicationConfiguration,
  finalizers: readonly string[],
  signal?: AbortSignal,
): Promise<ApplicationConfiguration> {
  const { apiVersion, kind, metadata } = application;
  const { name, namespace, uid, resourceVersion } = metadata;
  const reference = { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  const options = { type: 'merge', fieldManager: CONTROLLER_MANAGER, ...(signal ? { signal } : {}) } as const;
  return (await client.patch(
    reference,
    { metadata: { uid, resourceVersion, finalizers } },
    options,
  )) as ApplicationConfiguration;
}

function gone(write: ScopeWrite): undefined {
  if (write.add.length > 0) throw failed(write, new Error(`cannot get scope "${write.scope.name}"`));
  return undefined;
}

/** Worded as the reference words it. */
function failed({ scope }: ScopeWrite, error: unknown): CapstanError {
  const { apiVersion, kind, name } = scope;
  const known = isCapstanError(error) ? error : undefined;
  const message = `cannot apply scope "${apiVersion}" "${kind}" "${name}": ${messageOf(error)}`;
  return new CapstanError(known?.code ?? CORE_CODES.scopeWriteFailed, message, {
    cause: error,
    fields: { ...known?.fields, object: scope },
    hint: known?.hint ?? `Look at ${describeObject(scope)}.`,
  });
}
