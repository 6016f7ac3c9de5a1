import type { KubeObject } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import { type ApiResource, storageKey } from '../model/resource.ts';
import type { AdmissionAttributes } from '../resources/admission.ts';
import type { Webhook, WebhookRule } from './webhook-config.ts';

/** Configurations of admission are never put before admission (predicates/rules IsExemptAdmissionConfigurationResource). */
const EXEMPT = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);

/** Whether requests of this resource go to webhooks at all. */
export function isExempt({ group, kind }: Pick<ApiResource, 'group' | 'kind'>): boolean {
  return group === 'admissionregistration.k8s.io' && EXEMPT.has(kind);
}

/**
 * The resource in whose version a webhook wants to see the request, or undefined when no rule matches: the request's own,
 * or with matchPolicy Equivalent another version of the same objects (generic/webhook.go ShouldCallHook).
 */
export function matchedResource(
  webhook: Webhook,
  attributes: AdmissionAttributes,
  registry: ResourceRegistry,
): ApiResource | undefined {
  const { resource } = attributes;
  if (webhook.rules.some((rule) => matches(rule, attributes, resource))) return resource;
  if (!webhook.matchEquivalent) return undefined;
  const key = storageKey(resource.storage);
  const equivalents = registry.all().filter((one) => one !== resource && storageKey(one.storage) === key);
  for (const rule of webhook.rules) {
    const found = equivalents.find((one) => matches(rule, attributes, one));
    if (found !== undefined) return found;
  }
  return undefined;
}

function matches(rule: WebhookRule, attributes: AdmissionAttributes, resource: ApiResource): boolean {
  return (
    matchesScope(rule.scope, attributes) &&
    includes(rule.operations, attributes.operation) &&
    includes(rule.apiGroups, resource.group) &&
    includes(rule.apiVersions, resource.version) &&
    rule.resources.some((one) => matchesResource(one, resource.resource, attributes.subresource ?? ''))
  );
}

function matchesScope(scope: string | undefined, { namespace, resource }: AdmissionAttributes): boolean {
  if (scope === undefined || scope === '*') return true;
  // Attributes of a Namespace may carry its own name as namespace, yet it is cluster-scoped.
  const clusterScoped = namespace === '' || isNamespace(resource);
  return scope === 'Cluster' ? clusterScoped : scope === 'Namespaced' && !clusterScoped;
}

function matchesResource(pattern: string, resource: string, subresource: string): boolean {
  const slash = pattern.indexOf('/');
  const wanted = slash < 0 ? pattern : pattern.slice(0, slash);
  const wantedSub = slash < 0 ? '' : pattern.slice(slash + 1);
  return (wanted === '*' || wanted === resource) && (wantedSub === '*' || wantedSub === subresource);
}

function includes(items: readonly string[], wanted: string): boolean {
  return items.includes('*') || items.includes(wanted);
}

/** Whether the object selector takes the new or the old object (predicates/object/matcher.go). */
export function matchesObject(webhook: Webhook, { object, oldObject }: AdmissionAttributes): boolean {
  const { objectSelector } = webhook;
  if (objectSelector.empty) return true;
  return [object, oldObject].some((one) => one !== undefined && objectSelector.matches(one.metadata.labels));
}

/**
 * Whether the namespace selector takes the request's namespace; cluster-scoped objects are always taken, and a Namespace
 * that is written is looked at as it would be (predicates/namespace/matcher.go).
 */
export function matchesNamespace(
  webhook: Webhook,
  attributes: AdmissionAttributes,
  namespaceOf: (name: string) => KubeObject | undefined,
): boolean {
  const { namespaceSelector } = webhook;
  const { namespace, object, operation, resource, subresource } = attributes;
  if (namespaceSelector.empty || (namespace === '' && !isNamespace(resource))) return true;
  const written = operation === 'CREATE' || operation === 'UPDATE';
  if (isNamespace(resource) && subresource === undefined && written) {
    return namespaceSelector.matches(object?.metadata.labels);
  }
  const name = isNamespace(resource) ? attributes.name : namespace;
  return namespaceSelector.matches(namespaceOf(name)?.metadata.labels);
}

/** Whether a resource is that of Namespaces. */
export function isNamespace({ group, resource }: ApiResource): boolean {
  return group === '' && resource === 'namespaces';
}
