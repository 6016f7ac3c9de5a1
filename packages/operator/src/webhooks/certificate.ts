import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { isCapstanError, type KubernetesObject, type Logger } from '@capstan/base';
import { SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';

/** What the webhook server shows, and by which the API server knows it. All PEM. */
export interface WebhookCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

/** The Secret that keeps the authority and the certificate, so that every replica and every restart use the same. */
export const WEBHOOK_SECRET = 'capstan-webhook-tls';

const DAY_MS = 24 * 3_600_000;
const AUTHORITY_LIFETIME_MS = 3650 * DAY_MS;
/** Renewed when this much is left; replicas that do not notice have the rest of the time to restart. */
const AUTHORITY_MARGIN_MS = 365 * DAY_MS;
const LEAF_LIFETIME_MS = 90 * DAY_MS;
const LEAF_MARGIN_MS = 30 * DAY_MS;
const MAX_TRIES = 5;

interface Stored extends WebhookCertificate {
  readonly authorityKey: string;
}

/** What `ensureCertificate` is told. */
export interface CertificateRequest {
  /** DNS names and IP addresses by which the server is reached. */
  readonly hosts: readonly string[];
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly signal?: AbortSignal;
}

/**
 * The certificate that is kept in the cluster, made or renewed first where it is missing, unreadable, made for other hosts
 * or near its end. Of several replicas that do so at once one wins, and all give the same.
 */
export async function ensureCertificate(client: KubeClient, request: CertificateRequest): Promise<WebhookCertificate> {
  const reference = { apiVersion: 'v1', kind: 'Secret', name: WEBHOOK_SECRET, namespace: SYSTEM_NAMESPACE };
  const aborts = request.signal ? { signal: request.signal } : {};
  for (let attempt = 1; ; attempt += 1) {
    const secret = await client.get(reference, aborts);
    const stored = secret && storedIn(secret);
    const usable = stored && isUsable(stored, request);
    if (stored && usable) return stored;
    const next = await issue(stored, request);
    const object = secretOf(next, secret);
    try {
      await (secret ? client.replace(object, aborts) : client.create(object, aborts));
      request.log.info('webhook certificate made', { hosts: request.hosts, renewed: stored !== undefined });
      return next;
    } catch (error) {
      // Another replica was quicker; its certificate is as good.
      if (!isCapstanError(error, KUBE_CODES.conflict) || attempt === MAX_TRIES) throw error;
    }
  }
}

async function issue(stored: Stored | undefined, { hosts, now }: CertificateRequest): Promise<Stored> {
  // A heavy library that most starts do not need.
  const { createAuthority, loadAuthority } = await import('@capstan/kube/pki');
  const keep = stored !== undefined && lastsFor(stored.authority, now, AUTHORITY_MARGIN_MS);
  const authority = keep
    ? await loadAuthority({ certificate: stored.authority, key: stored.authorityKey })
    : await createAuthority('capstan-webhook-ca', { lifetimeMs: AUTHORITY_LIFETIME_MS });
  const leaf = await authority.issue({
    commonName: 'capstan-webhook',
    names: hosts,
    usage: 'server',
    lifetimeMs: LEAF_LIFETIME_MS,
  });
  return { ...leaf, authority: authority.certificate, authorityKey: authority.key };
}

function isUsable({ certificate, authority }: Stored, { hosts, now }: CertificateRequest): boolean {
  const leaf = new X509Certificate(certificate);
  const covers = (host: string) => (isIP(host) ? leaf.checkIP(host) : leaf.checkHost(host)) !== undefined;
  const signed = leaf.verify(new X509Certificate(authority).publicKey);
  const lasts = lastsFor(certificate, now, LEAF_MARGIN_MS) && lastsFor(authority, now, AUTHORITY_MARGIN_MS);
  return signed && lasts && hosts.every(covers);
}

function lastsFor(certificate: string, now: number, marginMs: number): boolean {
  return new X509Certificate(certificate).validToDate.getTime() - marginMs > now;
}

/** Undefined for a Secret whose parts cannot be read: it is then written anew. */
function storedIn(secret: KubernetesObject): Stored | undefined {
  const data = (secret['data'] ?? {}) as Readonly<Record<string, string>>;
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  const stored = {
    certificate: text('tls.crt'),
    key: text('tls.key'),
    authority: text('ca.crt'),
    authorityKey: text('ca.key'),
  };
  try {
    new X509Certificate(stored.certificate);
    new X509Certificate(stored.authority);
    return stored.key !== '' && stored.authorityKey !== '' ? stored : undefined;
  } catch {
    return undefined;
  }
}

function secretOf(stored: Stored, before: KubernetesObject | undefined): KubernetesObject {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...(before?.metadata ?? { name: WEBHOOK_SECRET, namespace: SYSTEM_NAMESPACE }),
      labels: { ...before?.metadata.labels, 'app.kubernetes.io/part-of': 'capstan' },
    },
    type: 'kubernetes.io/tls',
    data: {
      'tls.crt': encode(stored.certificate),
      'tls.key': encode(stored.key),
      'ca.crt': encode(stored.authority),
      'ca.key': encode(stored.authorityKey),
    },
  };
}
