import { isCapstanError, type KubernetesObject, type ObjectReference, referenceTo } from '@capstan/base';
import { ADMISSION_WEBHOOKS, type AdmissionWebhook } from '@capstan/core';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { OAM_GROUP } from '@capstan/oam-model';

/** Where the API server finds the webhooks. */
export interface WebhookLocation {
  /** Without a path: `https://127.0.0.1:9443`. */
  readonly url: string;
  /** PEM. */
  readonly authority: string;
}

/** Name of both webhook configurations. */
export const WEBHOOK_CONFIGURATION = 'capstan-admission';

const MANAGER = 'capstan-operator';
const TIMEOUT_SECONDS = 5;
const KINDS = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'] as const;

/**
 * The webhook configurations for a server at this place. They fail open: the controller checks the same rules, and a
 * server outside of the cluster that was killed must not keep anybody from working.
 */
export function webhookConfigurations(location: WebhookLocation): KubernetesObject[] {
  return KINDS.map((kind) => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind,
    metadata: { name: WEBHOOK_CONFIGURATION, labels: { 'app.kubernetes.io/part-of': 'capstan' } },
    webhooks: ADMISSION_WEBHOOKS.filter(({ type }) => kind.toLowerCase().startsWith(type)).map((webhook) =>
      webhookOf(webhook, location),
    ),
  }));
}

function webhookOf({ name, path, resources, scope }: AdmissionWebhook, { url, authority }: WebhookLocation) {
  return {
    name,
    clientConfig: { url: `${url}${path}`, caBundle: Buffer.from(authority).toString('base64') },
    rules: [{ apiGroups: [OAM_GROUP], apiVersions: ['v1alpha2'], operations: ['CREATE', 'UPDATE'], resources, scope }],
    failurePolicy: 'Ignore',
    matchPolicy: 'Equivalent',
    sideEffects: 'None',
    timeoutSeconds: TIMEOUT_SECONDS,
    admissionReviewVersions: ['v1', 'v1beta1'],
  };
}

/** Makes the API server ask the webhooks at this place, whoever was asked before. */
export async function registerWebhooks(
  client: KubeClient,
  location: WebhookLocation,
  signal?: AbortSignal,
): Promise<void> {
  const options = { fieldManager: MANAGER, force: true, ...(signal ? { signal } : {}) };
  await Promise.all(webhookConfigurations(location).map((configuration) => client.apply(configuration, options)));
}

/** Takes the registration back, unless another replica has put its own in its place meanwhile. */
export async function unregisterWebhooks(
  client: KubeClient,
  location: WebhookLocation,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    webhookConfigurations(location).map((configuration) =>
      removeOwn(client, referenceTo(configuration), location, signal),
    ),
  );
}

async function removeOwn(
  client: KubeClient,
  reference: ObjectReference,
  { url }: WebhookLocation,
  signal: AbortSignal,
): Promise<void> {
  const live = await client.get(reference, { signal });
  const webhooks = (live?.['webhooks'] ?? []) as { readonly clientConfig?: { readonly url?: string } }[];
  const { uid, resourceVersion } = live?.metadata ?? {};
  if (!uid || !resourceVersion || !webhooks.every(({ clientConfig }) => clientConfig?.url?.startsWith(`${url}/`)))
    return;
  try {
    await client.delete(reference, { uid, resourceVersion, signal });
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
  }
}
