import { X509Certificate } from 'node:crypto';
import type { JsonObject, KubernetesObject } from '@capstan/base';
import type { KubeClient } from '@capstan/kube';
import type { KeyedCertificate } from '@capstan/kube/pki';

/** Kinds whose objects make the API server call a Service, and where they say which. */
const CALLERS: readonly { apiVersion: string; kind: string; clients: (object: KubernetesObject) => unknown[] }[] = [
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', clients: webhookClients },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration', clients: webhookClients },
  { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', clients: (object) => [object['spec']] },
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    clients: (object) => [dig(object, ['spec', 'conversion', 'webhook', 'clientConfig'])],
  },
];

/**
 * The certificate of a Secret whose names include the Service `name.namespace.svc`, when a registration that calls the
 * Service trusts it by its own caBundle. Without such a bundle the API server trusts the sandbox's authority.
 */
export async function findChartCertificate(client: KubeClient, service: string): Promise<KeyedCertificate | undefined> {
  const [name, namespace, suffix] = service.split('.');
  if (name === undefined || namespace === undefined || suffix !== 'svc') return undefined;
  const candidates = await certificatesFor(client, namespace, service);
  if (candidates.length === 0) return undefined;
  for (const { clients, ...kind } of CALLERS) {
    const { items } = await client.list(kind);
    for (const clientConfig of items.flatMap(clients)) {
      const authorities = trustedBy(clientConfig, name, namespace);
      const trusted = candidates.find(({ certificate }) => isTrusted(certificate, authorities));
      if (trusted !== undefined) return trusted;
    }
  }
  return undefined;
}

async function certificatesFor(client: KubeClient, namespace: string, service: string): Promise<KeyedCertificate[]> {
  const secrets = { apiVersion: 'v1', kind: 'Secret' };
  const { items } = await client.list(secrets, { namespace, fieldSelector: 'type!=helm.sh/release.v1' });
  const found: KeyedCertificate[] = [];
  for (const { data } of items as (KubernetesObject & { data?: Record<string, string> })[]) {
    const certificate = decode(data?.['tls.crt']);
    const key = decode(data?.['tls.key']);
    if (key !== '' && parseCertificates(certificate)[0]?.checkHost(service) !== undefined)
      found.push({ certificate, key });
  }
  return found;
}

function webhookClients(object: KubernetesObject): unknown[] {
  const webhooks = object['webhooks'];
  return Array.isArray(webhooks) ? webhooks.map((webhook: JsonObject) => webhook['clientConfig']) : [];
}

/** The authorities that a registration brings for this Service; none when it is for another or brings none. */
function trustedBy(clientConfig: unknown, name: string, namespace: string): X509Certificate[] {
  const isOurs =
    dig(clientConfig, ['service', 'name']) === name && dig(clientConfig, ['service', 'namespace']) === namespace;
  const bundle = dig(clientConfig, ['caBundle']);
  return isOurs && typeof bundle === 'string' ? parseCertificates(decode(bundle)) : [];
}

function isTrusted(certificate: string, authorities: readonly X509Certificate[]): boolean {
  const [leaf] = parseCertificates(certificate);
  return authorities.some(
    (authority) =>
      leaf?.fingerprint256 === authority.fingerprint256 ||
      (leaf?.checkIssued(authority) && leaf.verify(authority.publicKey)),
  );
}

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

function parseCertificates(text: string): X509Certificate[] {
  return (text.match(PEM) ?? []).flatMap((pem) => {
    try {
      return [new X509Certificate(pem)];
    } catch {
      // A Secret of somebody else that holds no valid certificate is not ours to judge.
      return [];
    }
  });
}

function decode(base64: string | undefined): string {
  return base64 === undefined ? '' : Buffer.from(base64, 'base64').toString('utf8');
}

function dig(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as JsonObject)[key];
  }
  return found;
}
