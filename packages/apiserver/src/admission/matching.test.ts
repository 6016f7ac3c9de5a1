import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../model/object.ts';
import { ResourceRegistry } from '../model/registry.ts';
import type { ApiResource } from '../model/resource.ts';
import type { AdmissionAttributes } from '../resources/admission.ts';
import { isExempt, matchedResource, matchesNamespace, matchesObject } from './matching.ts';
import { webhooksOf } from './webhook-config.ts';

function aResource(group: string, version: string, resource: string, namespaced = true): ApiResource {
  const storage = { group, resource, version: 'v1', kind: 'Any', namespaced };
  return { group, version, resource, kind: 'Any', namespaced, storage, subresources: [] } as unknown as ApiResource;
}

const DEPLOYMENTS = aResource('apps', 'v1', 'deployments');
const OLD_DEPLOYMENTS = aResource('apps', 'v1beta1', 'deployments');
const NODES = aResource('', 'v1', 'nodes', false);
const NAMESPACES = aResource('', 'v1', 'namespaces', false);
const REGISTRY = new ResourceRegistry([DEPLOYMENTS, OLD_DEPLOYMENTS, NODES, NAMESPACES]);

function aRequest(resource: ApiResource, more: Partial<AdmissionAttributes> = {}): AdmissionAttributes {
  return {
    operation: 'CREATE',
    resource,
    subresource: undefined,
    namespace: resource.namespaced ? 'shop' : '',
    name: 'one',
    user: { username: 'me', groups: [] },
    dryRun: false,
    object: undefined,
    oldObject: undefined,
    options: {},
    warn: () => {},
    ...more,
  };
}

function aWebhook(rule: object, more: object = {}) {
  const rules = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'], ...rule }];
  const configuration = { metadata: { name: 'c' }, webhooks: [{ name: 'w', clientConfig: {}, rules, ...more }] };
  const [webhook] = webhooksOf(configuration as unknown as KubeObject);
  return webhook!;
}

function labelled(labels: Record<string, string>): KubeObject {
  return { apiVersion: 'v1', kind: 'Any', metadata: { name: 'one', labels } };
}

describe('rules', () => {
  test.each([
    ['every operation', {}, aRequest(DEPLOYMENTS), true],
    ['its operation', { operations: ['UPDATE', 'CREATE'] }, aRequest(DEPLOYMENTS), true],
    ['another operation', { operations: ['DELETE'] }, aRequest(DEPLOYMENTS), false],
    ['another group', { apiGroups: [''] }, aRequest(DEPLOYMENTS), false],
    ['its resource', { resources: ['deployments'] }, aRequest(DEPLOYMENTS), true],
    [
      'a subresource is not the resource',
      { resources: ['deployments'] },
      aRequest(DEPLOYMENTS, { subresource: 'scale' }),
      false,
    ],
    ['resources are not subresources', { resources: ['*'] }, aRequest(DEPLOYMENTS, { subresource: 'scale' }), false],
    ['every subresource', { resources: ['deployments/*'] }, aRequest(DEPLOYMENTS, { subresource: 'scale' }), true],
    ['that subresource of all', { resources: ['*/scale'] }, aRequest(DEPLOYMENTS, { subresource: 'scale' }), true],
    ['everything', { resources: ['*/*'] }, aRequest(DEPLOYMENTS, { subresource: 'status' }), true],
    ['namespaced only', { scope: 'Namespaced' }, aRequest(NODES), false],
    ['cluster only', { scope: 'Cluster' }, aRequest(NODES), true],
    ['a namespace is cluster-scoped', { scope: 'Cluster' }, aRequest(NAMESPACES, { namespace: 'one' }), true],
    ['a namespace is not namespaced', { scope: 'Namespaced' }, aRequest(NAMESPACES, { namespace: 'one' }), false],
  ])('%s', (_name, rule, request, expected) => {
    expect(matchedResource(aWebhook(rule), request, REGISTRY) !== undefined).toBe(expected);
  });

  test('another version of the same objects counts, unless the policy says exact', () => {
    const rule = { apiGroups: ['apps'], apiVersions: ['v1beta1'] };
    expect(matchedResource(aWebhook(rule), aRequest(DEPLOYMENTS), REGISTRY)).toBe(OLD_DEPLOYMENTS);
    expect(matchedResource(aWebhook(rule, { matchPolicy: 'Exact' }), aRequest(DEPLOYMENTS), REGISTRY)).toBe(undefined);
  });

  test('configurations of admission are never asked about', () => {
    const group = 'admissionregistration.k8s.io';
    expect(isExempt({ group, kind: 'ValidatingWebhookConfiguration' })).toBe(true);
    expect(isExempt({ group: 'example.com', kind: 'ValidatingWebhookConfiguration' })).toBe(false);
  });
});

describe('selectors', () => {
  test('the object selector takes the new or the old object', () => {
    const webhook = aWebhook({}, { objectSelector: { matchExpressions: [{ key: 'guard', operator: 'Exists' }] } });
    const guarded = labelled({ guard: 'yes' });
    expect(matchesObject(webhook, aRequest(DEPLOYMENTS, { object: guarded }))).toBe(true);
    expect(matchesObject(webhook, aRequest(DEPLOYMENTS, { object: labelled({}), oldObject: guarded }))).toBe(true);
    expect(matchesObject(webhook, aRequest(DEPLOYMENTS, { object: labelled({}) }))).toBe(false);
  });

  test('the namespace selector looks at the namespace, at a written Namespace itself, and takes the cluster', () => {
    const webhook = aWebhook({}, { namespaceSelector: { matchLabels: { tier: 'gold' } } });
    const gold = labelled({ tier: 'gold' });
    const matches = (request: AdmissionAttributes, found: KubeObject | undefined = labelled({})) =>
      matchesNamespace(webhook, request, () => found);
    expect(matches(aRequest(DEPLOYMENTS), gold)).toBe(true);
    expect(matches(aRequest(DEPLOYMENTS))).toBe(false);
    expect(matches(aRequest(NAMESPACES, { object: gold }))).toBe(true);
    expect(matches(aRequest(NAMESPACES, { operation: 'DELETE' }), gold)).toBe(true);
    expect(matches(aRequest(NODES))).toBe(true);
  });
});
