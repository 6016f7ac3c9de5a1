import { resolve } from 'node:path';
import { CapstanError, EXIT } from '@capstan/base';
import {
  type AddedCenter,
  addCenter as add,
  type CenterRecord,
  type CredentialsReference,
  hostOf,
  type ListedCenter,
  listCenters as list,
  loginCenter,
  type MirrorRecord,
  type RemovedCenter,
  readCenters,
  removeCenter as remove,
  type SyncedCenter,
  syncCenters as sync,
} from '@capstan/capability-center';
import type { KubeClient } from '@capstan/kube';
import { CLI_CODES } from '../codes.ts';
import { bundledRegistry } from './assets.ts';
import { readKey } from './bundles.ts';

/** What `center add` was given. */
export interface CenterWords {
  readonly name: string;
  /** A directory, `http(s)://` or `oci://`. */
  readonly location: string;
  /** `FROM=TO` with an address before the equals sign, or `NAME=DIRECTORY`. */
  readonly mirrors: readonly string[];
  readonly priority?: number | undefined;
  /** Files with public keys in PEM. */
  readonly keys: readonly string[];
  /** `secret:NAMESPACE/NAME` or `env:PREFIX`. */
  readonly credentialsFrom?: string | undefined;
  readonly plainHttp: boolean;
}

/** Records a center after reading it; paths become absolute. */
export async function addCenter(client: KubeClient, words: CenterWords, signal: AbortSignal): Promise<AddedCenter> {
  const { name, priority, credentialsFrom } = words;
  const record: CenterRecord = {
    name,
    ...placeOf(words),
    mirrors: words.mirrors.map(parseMirror),
    ...(priority === undefined ? {} : { priority }),
    ...(credentialsFrom === undefined ? {} : { credentials: parseCredentials(credentialsFrom) }),
    ...(words.keys.length > 0 ? { verify: { keys: await Promise.all(words.keys.map(readKey)) } } : {}),
  };
  return add(client, record, { bundled: bundledRegistry(), signal });
}

/** The centers of the cluster, and what is known of them without asking them. */
export function listCenters(client: KubeClient, signal: AbortSignal): Promise<ListedCenter[]> {
  return list(client, { bundled: bundledRegistry(), signal });
}

/** Reads centers again: all, or the one that is named. */
export function syncCenters(
  client: KubeClient,
  name: string | undefined,
  signal: AbortSignal,
): Promise<SyncedCenter[]> {
  return sync(client, { bundled: bundledRegistry(), signal, ...(name === undefined ? {} : { name }) });
}

/** Removes the record of a center. */
export function removeCenter(client: KubeClient, name: string, signal: AbortSignal): Promise<RemovedCenter> {
  return remove(client, name, { bundled: bundledRegistry(), signal });
}

/** Keeps a login in the cluster, for a host or for the host of a recorded center; answers the host. */
export async function login(
  client: KubeClient,
  place: string,
  credentials: { readonly username: string; readonly password: string },
  signal: AbortSignal,
): Promise<string> {
  const centers = await readCenters(client, { bundled: bundledRegistry(), signal });
  const center = centers.find(({ name }) => name === place);
  if (center?.type === 'directory') {
    throw usage(`the center ${place} is a directory`, 'Nobody signs in to a directory; name the host of its mirror.');
  }
  const host = center ? hostOf(center.location) : hostOf(place) || place;
  if (!/^[A-Za-z0-9.-]+(:\d{1,5})?$/.test(host)) throw usage(`"${place}" is neither a center nor a host`);
  await loginCenter(client, host, credentials, { signal });
  return host;
}

function placeOf({ location, plainHttp }: CenterWords) {
  if (location.startsWith('oci://')) return { type: 'oci', location, ...(plainHttp ? { plainHttp } : {}) } as const;
  if (/^https?:\/\//.test(location)) return { type: 'http', location } as const;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) {
    throw usage(`${location} is no place of a center`, 'Give a directory, an http(s):// or an oci:// address.');
  }
  return { type: 'directory', location: resolve(location) } as const;
}

function parseMirror(text: string): MirrorRecord {
  // The target may have an equals sign, a name or an address before it has none.
  const equals = text.indexOf('=');
  const [from, to] = [text.slice(0, equals), text.slice(equals + 1)];
  if (equals <= 0 || to === '') throw usage(`--mirror ${text} is not FROM=TO`, 'FROM is an address, or a name.');
  if (!from.includes('://')) return { name: from, directory: resolve(to) };
  return { name: hostOf(from), from, to: to.includes('://') ? to : resolve(to) };
}

function parseCredentials(text: string): CredentialsReference {
  const [, kind, rest = ''] = /^(secret|env):(.+)$/.exec(text) ?? [];
  if (kind === 'env') return { env: rest };
  const [namespace = '', name = '', ...more] = rest.split('/');
  if (kind === 'secret' && namespace !== '' && name !== '' && more.length === 0)
    return { secretRef: { namespace, name } };
  throw usage(
    '--credentials-from is neither secret:NAMESPACE/NAME nor env:PREFIX',
    'Credentials are never given as text.',
  );
}

function usage(message: string, hint?: string): CapstanError {
  return new CapstanError(CLI_CODES.usage, message, { exit: EXIT.usage, ...(hint === undefined ? {} : { hint }) });
}
