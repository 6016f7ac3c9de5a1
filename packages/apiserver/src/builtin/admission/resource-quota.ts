import type { KubeObject } from '../../model/object.ts';
import type { ApiResource } from '../../model/resource.ts';
import { podLevelTotals } from '../defaults/pod-resources.ts';
import { parseQuantity, writeQuantity } from '../quantity.ts';
import { type Fields, fields, list, strings, text } from '../values.ts';
import { type AdmissionReads, type AdmissionRequest, refused } from './attributes.ts';

/*
 * ResourceQuotas: what a namespace may hold. What is used is counted from the objects that there are, not from the status
 * of the quota. Upstream: apiserver pkg/admission/plugin/resourcequota, pkg/quota/v1/evaluator/core. Quotas with a scope
 * selector are not enforced, and of scopes only those that a Pod shows by itself are.
 */

const QUOTAS = { group: '', resource: 'resourcequotas' };
const COMPUTE = /^(?:(requests|limits)\.)?(cpu|memory|ephemeral-storage)$/;
const DONE = ['Succeeded', 'Failed'];

type Usage = ReadonlyMap<string, bigint>;

/** Throws ApiError 403 where a new object would exceed a quota of its namespace. */
export function checkQuota(request: AdmissionRequest, reads: AdmissionReads): void {
  const { object, resource } = request;
  if (request.operation !== 'CREATE' || request.subresource !== undefined || !object || !resource.namespaced) return;
  const quotas = reads.list(QUOTAS, request.namespace);
  if (quotas.length === 0) return;
  for (const quota of quotas) checkOne(request, object, quota, reads);
}

function checkOne(request: AdmissionRequest, object: KubeObject, quota: KubeObject, reads: AdmissionReads): void {
  const { resource, namespace } = request;
  const spec = fields(quota['spec']);
  if (spec['scopeSelector'] !== undefined || !inScopes(object, strings(spec['scopes']))) return;
  const hard = new Map(Object.entries(fields(spec['hard'])).map(([name, amount]) => [name, String(amount)]));
  const name = quota.metadata.name ?? '';
  if (object.kind === 'Pod') requireAmounts(request, fields(object['spec']), name, hard);
  const requested = usage(object, resource, hard);
  if (requested.size === 0) return;
  const { group, resource: plural } = resource.storage;
  const used = new Map<string, bigint>();
  for (const other of reads.list({ group, resource: plural }, namespace)) {
    if (!inScopes(other, strings(spec['scopes']))) continue;
    for (const [counted, amount] of usage(other, resource, hard)) used.set(counted, (used.get(counted) ?? 0n) + amount);
  }
  const exceeded = [...requested.keys()]
    .filter((counted) => (used.get(counted) ?? 0n) + (requested.get(counted) ?? 0n) > nano(hard.get(counted)))
    .sort();
  if (exceeded.length === 0) return;
  const shown = (amounts: Usage) =>
    exceeded.map((one) => `${one}=${written(amounts.get(one) ?? 0n, hard.get(one))}`).join(',');
  const limited = exceeded.map((counted) => `${counted}=${hard.get(counted)}`).join(',');
  throw refused(
    request,
    `exceeded quota: ${name}, requested: ${shown(requested)}, used: ${shown(used)}, limited: ${limited}`,
  );
}

function nano(amount: unknown): bigint {
  return parseQuantity(String(amount ?? '0')).nano;
}

function written(amount: bigint, like: string | undefined): string {
  return writeQuantity(amount, parseQuantity(like ?? '0').format);
}

/** A quota of computing resources asks every container to say what it needs. */
function requireAmounts(
  request: AdmissionRequest,
  spec: Fields,
  quota: string,
  hard: ReadonlyMap<string, string>,
): void {
  const names = [...hard.keys()].filter((name) => COMPUTE.test(name)).sort();
  const missing = new Map<string, string[]>();
  for (const container of [...list(spec['containers']), ...list(spec['initContainers'])]) {
    for (const name of names) {
      const [, side = 'requests', resource = ''] = COMPUTE.exec(name) ?? [];
      if (fields(fields(container['resources'])[side])[resource] !== undefined) continue;
      missing.set(name, [...(missing.get(name) ?? []), text(container['name'])]);
    }
  }
  if (missing.size === 0) return;
  const shown = [...missing].map(([name, containers]) => `${name} for: ${containers.join(',')}`);
  throw refused(request, `failed quota: ${quota}: must specify ${shown.join('; ')}`);
}

function inScopes(object: KubeObject, scopes: readonly string[]): boolean {
  if (scopes.length === 0) return true;
  if (object.kind !== 'Pod') return false;
  const spec = fields(object['spec']);
  const bestEffort = fields(object['status'])['qosClass'] === 'BestEffort' || !hasAmounts(spec);
  const terminating = Number(spec['activeDeadlineSeconds'] ?? -1) >= 0;
  const holds: Readonly<Record<string, boolean>> = {
    BestEffort: bestEffort,
    NotBestEffort: !bestEffort,
    Terminating: terminating,
    NotTerminating: !terminating,
  };
  return scopes.every((scope) => holds[scope] ?? false);
}

function hasAmounts(spec: Fields): boolean {
  return list(spec['containers']).some((container) => {
    const { requests, limits } = fields(container['resources']);
    return Object.keys(fields(requests)).length + Object.keys(fields(limits)).length > 0;
  });
}

/** How much of what a quota counts an object is. */
function usage(object: KubeObject, resource: ApiResource, hard: ReadonlyMap<string, string>): Usage {
  const amounts = new Map<string, bigint>();
  const count = (name: string, amount: bigint) => {
    if (hard.has(name) && amount > 0n) amounts.set(name, amount);
  };
  const { group, resource: plural } = resource.storage;
  const one = nano(1);
  count(`count/${plural}${group === '' ? '' : `.${group}`}`, one);
  if (object.kind === 'Pod' && DONE.includes(text(fields(object['status'])['phase']))) return amounts;
  if (group === '') count(plural, one);
  if (object.kind === 'Pod') countPod(fields(object['spec']), hard, count);
  if (object.kind === 'Service') countService(fields(object['spec']), count);
  if (object.kind === 'PersistentVolumeClaim') countClaim(fields(object['spec']), count);
  return amounts;
}

type Count = (name: string, amount: bigint) => void;

function countPod(spec: Fields, hard: ReadonlyMap<string, string>, count: Count): void {
  for (const name of hard.keys()) {
    const [, side = 'requests', resource] = COMPUTE.exec(name) ?? [];
    if (resource === undefined) continue;
    count(name, nano(podLevelTotals(spec, side === 'limits' ? 'limits' : 'requests')[resource]));
  }
}

function countService(spec: Fields, count: Count): void {
  const ports = list(spec['ports']).length;
  if (spec['type'] === 'LoadBalancer') count('services.loadbalancers', nano(1));
  const open = spec['type'] === 'NodePort' || spec['type'] === 'LoadBalancer';
  if (open) count('services.nodeports', nano(ports));
}

function countClaim(spec: Fields, count: Count): void {
  const storage = nano(fields(fields(spec['resources'])['requests'])['storage']);
  const className = text(spec['storageClassName']);
  count('requests.storage', storage);
  if (className === '') return;
  count(`${className}.storageclass.storage.k8s.io/requests.storage`, storage);
  count(`${className}.storageclass.storage.k8s.io/persistentvolumeclaims`, nano(1));
}
