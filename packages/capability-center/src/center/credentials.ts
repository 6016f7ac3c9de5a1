import { createHash } from 'node:crypto';
import { CapstanError, EXIT, isCapstanError, type KubernetesObject } from '@capstan/base';
import { recordLabels, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { CENTER_CODES } from '../codes.ts';
import type { Credentials, CredentialsFor } from '../registry/remote/credentials.ts';
import { hostOf } from './hosts.ts';
import type { CenterRecord, CredentialsReference } from './types.ts';

const HOST_KEY = 'host';

/** Where credentials are looked for. */
export interface CredentialsSource {
  readonly client: KubeClient;
  /** Default: the process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/**
 * The credentials of a center by host: those that its record refers to for the host of the center (of its mirrors,
 * where the center itself needs none), else those of `center login` for that host. They are read when they are first
 * asked for. Rejects with CAPSTAN_CENTER_CREDENTIALS_MISSING when the reference leads to nothing.
 */
export function credentialsOf(center: CenterRecord, source: CredentialsSource): CredentialsFor {
  const own = new Set(hostsOf(center));
  const known = new Map<string, Promise<Credentials | undefined>>();
  return (host) => {
    const reference = own.has(host) ? center.credentials : undefined;
    const found =
      known.get(host) ?? (reference ? readReference(center.name, reference, host, source) : readLogin(host, source));
    known.set(host, found);
    return found;
  };
}

/** The Secret that keeps the login of a host, for every center that reads from it. */
export function loginSecret(host: string, credentials: { username: string; password: string }): KubernetesObject {
  const encode = (text: string) => Buffer.from(text, 'utf8').toString('base64');
  const { username, password } = credentials;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: loginName(host), namespace: SYSTEM_NAMESPACE, labels: recordLabels('login') },
    type: 'Opaque',
    data: { [HOST_KEY]: encode(host), username: encode(username), password: encode(password) },
  };
}

function hostsOf(center: CenterRecord): string[] {
  if (center.type !== 'directory') return [hostOf(center.location)];
  return center.mirrors.flatMap((mirror) => ('to' in mirror && mirror.to.includes('://') ? [hostOf(mirror.to)] : []));
}

async function readReference(
  center: string,
  reference: CredentialsReference,
  host: string,
  source: CredentialsSource,
): Promise<Credentials> {
  if ('env' in reference) {
    const { env = process.env } = source;
    const variable = (name: string) => env[`${reference.env}_${name}`] || undefined;
    const found = credentialsIn(variable('USERNAME'), variable('PASSWORD'), variable('TOKEN'));
    if (found) return found;
    throw missing(center, `the environment has no ${reference.env}_USERNAME and ${reference.env}_PASSWORD`);
  }
  const { namespace, name } = reference.secretRef;
  const secret = await source.client.get(secretAt(namespace, name), signalOf(source));
  if (!secret) throw missing(center, `there is no Secret ${namespace}/${name}`);
  const found = credentialsIn(data(secret, 'username'), data(secret, 'password'), data(secret, 'token'));
  const credentials = found ?? dockerCredentials(data(secret, '.dockerconfigjson'), host);
  if (credentials) return credentials;
  throw missing(center, `the Secret ${namespace}/${name} has no username and password, and no token`);
}

/** The login of a host; whoever may not read Secrets has none. */
async function readLogin(host: string, source: CredentialsSource): Promise<Credentials | undefined> {
  try {
    const secret = await source.client.get(secretAt(SYSTEM_NAMESPACE, loginName(host)), signalOf(source));
    if (!secret || data(secret, HOST_KEY) !== host) return undefined;
    return credentialsIn(data(secret, 'username'), data(secret, 'password'), undefined);
  } catch (error) {
    if (isCapstanError(error, KUBE_CODES.forbidden)) return undefined;
    throw error;
  }
}

function credentialsIn(username?: string, password?: string, token?: string): Credentials | undefined {
  if (token !== undefined) return { token };
  return username !== undefined && password !== undefined ? { username, password } : undefined;
}

/** Credentials for a host in Docker's form, as image pull secrets have them. */
function dockerCredentials(text: string | undefined, host: string): Credentials | undefined {
  try {
    const { auths } = JSON.parse(text ?? '{}') as { auths?: Record<string, Record<string, unknown>> };
    const auth = auths?.[host] ?? auths?.[`https://${host}`];
    const { username, password } = auth ?? {};
    if (typeof username === 'string' && typeof password === 'string') return { username, password };
    const [user, ...rest] = Buffer.from(String(auth?.['auth'] ?? ''), 'base64')
      .toString('utf8')
      .split(':');
    return user && rest.length > 0 ? { username: user, password: rest.join(':') } : undefined;
  } catch {
    return undefined;
  }
}

/** One name for each host, whatever characters a host may have that names of objects may not. */
function loginName(host: string): string {
  const readable = host
    .replace(/[^a-z0-9-]+/gi, '-')
    .toLowerCase()
    .slice(0, 40)
    .replace(/^-+|-+$/g, '');
  return `capstan-login-${readable}-${createHash('sha256').update(host).digest('hex').slice(0, 8)}`;
}

function data(secret: KubernetesObject, key: string): string | undefined {
  const encoded = (secret['data'] as Record<string, unknown> | undefined)?.[key];
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : undefined;
}

const secretAt = (namespace: string, name: string) => ({ apiVersion: 'v1', kind: 'Secret', namespace, name });

const signalOf = ({ signal }: CredentialsSource) => (signal ? { signal } : {});

function missing(center: string, why: string): CapstanError {
  return new CapstanError(CENTER_CODES.credentialsMissing, `The credentials of center ${center} are missing: ${why}.`, {
    hint: 'A center names a Secret (secret:NAMESPACE/NAME) or variables (env:PREFIX) with its credentials; `center login` keeps them for a host.',
    fields: { center },
    exit: EXIT.blocked,
  });
}
