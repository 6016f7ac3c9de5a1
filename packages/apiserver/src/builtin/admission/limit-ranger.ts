import type { KubeObject } from '../../model/object.ts';
import { podLevelTotals } from '../defaults/pod-resources.ts';
import { parseQuantity } from '../quantity.ts';
import { ensure, type Fields, fields, list, text } from '../values.ts';
import { type AdmissionReads, type AdmissionRequest, isAbout, refused } from './attributes.ts';

/*
 * LimitRanges: defaults of containers' resources and bounds of Pods, containers and claims. Upstream:
 * plugin/pkg/admission/limitranger.
 */

const NOTE = 'kubernetes.io/limit-ranger';
const RANGES = { group: '', resource: 'limitranges' };

type Amounts = Readonly<Record<string, unknown>>;

/** Gives the containers of a new Pod the default requests and limits of the namespace. */
export function applyLimitDefaults(request: AdmissionRequest, reads: AdmissionReads): void {
  const { object } = request;
  if (request.operation !== 'CREATE' || !isAbout(request, 'pods') || !object) return;
  for (const range of reads.list(RANGES, request.namespace)) {
    for (const limit of limitsOf(range, 'Container')) mergeDefaults(object, limit);
  }
}

function limitsOf(range: KubeObject, type: string): Fields[] {
  return list(fields(range['spec'])['limits']).filter((limit) => limit['type'] === type);
}

function mergeDefaults(pod: KubeObject, limit: Fields): void {
  const notes: string[] = [];
  const spec = fields(pod['spec']);
  for (const [field, what] of [
    ['containers', 'container'],
    ['initContainers', 'init container'],
  ] as const) {
    for (const container of list(spec[field])) {
      const name = `${what} ${text(container['name'])}`;
      const resources = ensure(container, 'resources');
      const limits = merge(resources, 'limits', fields(limit['default']));
      const requests = merge(resources, 'requests', fields(limit['defaultRequest']));
      if (requests.length > 0) notes.push(`${requests.join(', ')} request for ${name}`);
      if (limits.length > 0) notes.push(`${limits.join(', ')} limit for ${name}`);
    }
  }
  if (notes.length === 0) return;
  pod.metadata.annotations = { ...pod.metadata.annotations, [NOTE]: `LimitRanger plugin set: ${notes.join('; ')}` };
}

/** Sets absent amounts; returns their names in order. */
function merge(resources: Fields, side: string, defaults: Amounts): string[] {
  const present = fields(resources[side]);
  const missing = Object.keys(defaults).filter((name) => present[name] === undefined);
  if (missing.length === 0) return [];
  const added = Object.fromEntries(missing.map((name) => [name, defaults[name]]));
  resources[side] = { ...present, ...added };
  return missing.sort();
}

/** Throws ApiError 403 where a new Pod or a claim is outside the bounds of the namespace. */
export function checkLimits(request: AdmissionRequest, reads: AdmissionReads): void {
  const { object, operation } = request;
  const isClaim = isAbout(request, 'persistentvolumeclaims');
  if (!object || (operation !== 'CREATE' && !(isClaim && operation === 'UPDATE'))) return;
  if (!isClaim && !isAbout(request, 'pods')) return;
  for (const range of reads.list(RANGES, request.namespace)) {
    const problems = isClaim ? claimProblems(object, range) : podProblems(object, range);
    if (problems.length > 0) throw refused(request, joined(problems));
  }
}

function joined(problems: readonly string[]): string {
  const unique = [...new Set(problems)];
  return unique.length === 1 ? (unique[0] ?? '') : `[${unique.join(', ')}]`;
}

function claimProblems(claim: KubeObject, range: KubeObject): string[] {
  const requests = fields(fields(fields(claim['spec'])['resources'])['requests']);
  return limitsOf(range, 'PersistentVolumeClaim').flatMap((limit) => [
    ...over(limit['min'], (name, bound) => tooLittle('PersistentVolumeClaim', name, bound, requests, {})),
    ...over(limit['max'], (name, bound) => {
      const amount = requests[name];
      const maximum = `maximum ${name} usage per PersistentVolumeClaim is ${bound}`;
      if (amount === undefined) return `${maximum}.  No request is specified`;
      return isMore(amount, bound) ? `${maximum}, but request is ${amount}` : undefined;
    }),
  ]);
}

function podProblems(pod: KubeObject, range: KubeObject): string[] {
  const spec = fields(pod['spec']);
  const containers = [...list(spec['containers']), ...list(spec['initContainers'])];
  return [
    ...limitsOf(range, 'Container').flatMap((limit) =>
      containers.flatMap((container) => {
        const { requests, limits } = fields(container['resources']);
        return bounds('Container', limit, fields(requests), fields(limits));
      }),
    ),
    ...limitsOf(range, 'Pod').flatMap((limit) =>
      bounds('Pod', limit, podLevelTotals(spec, 'requests'), podLevelTotals(spec, 'limits')),
    ),
  ];
}

function bounds(type: string, limit: Fields, requests: Amounts, limits: Amounts): string[] {
  return [
    ...over(limit['min'], (name, bound) => tooLittle(type, name, bound, requests, limits)),
    ...over(limit['max'], (name, bound) => tooMuch(type, name, bound, requests, limits)),
    ...over(limit['maxLimitRequestRatio'], (name, bound) => tooFarApart(type, name, bound, requests, limits)),
  ];
}

function over(amounts: unknown, check: (name: string, bound: string) => string | undefined): string[] {
  return Object.entries(fields(amounts)).flatMap(([name, bound]) => check(name, String(bound)) ?? []);
}

function nano(amount: unknown): bigint {
  return parseQuantity(String(amount)).nano;
}

function isMore(amount: unknown, bound: unknown): boolean {
  return nano(amount) > nano(bound);
}

function tooLittle(type: string, name: string, bound: string, requests: Amounts, limits: Amounts): string | undefined {
  const minimum = `minimum ${name} usage per ${type} is ${bound}`;
  const request = requests[name];
  const limit = limits[name];
  if (request === undefined) return `${minimum}.  No request is specified`;
  if (isMore(bound, request)) return `${minimum}, but request is ${request}`;
  return limit !== undefined && isMore(bound, limit) ? `${minimum}, but limit is ${limit}` : undefined;
}

function tooMuch(type: string, name: string, bound: string, requests: Amounts, limits: Amounts): string | undefined {
  const maximum = `maximum ${name} usage per ${type} is ${bound}`;
  const request = requests[name];
  const limit = limits[name];
  if (limit === undefined) return `${maximum}.  No limit is specified`;
  if (isMore(limit, bound)) return `${maximum}, but limit is ${limit}`;
  return request !== undefined && isMore(request, bound) ? `${maximum}, but request is ${request}` : undefined;
}

function tooFarApart(
  type: string,
  name: string,
  bound: string,
  requests: Amounts,
  limits: Amounts,
): string | undefined {
  const ratio = `${name} max limit to request ratio per ${type} is ${bound}`;
  const request = requests[name];
  const limit = limits[name];
  if (request === undefined || nano(request) === 0n) return `${ratio}, but no request is specified or request is 0`;
  if (limit === undefined || nano(limit) === 0n) return `${ratio}, but no limit is specified or limit is 0`;
  const actual = Number(nano(limit)) / Number(nano(request));
  return actual * 1e9 > Number(nano(bound)) ? `${ratio}, but provided ratio is ${actual.toFixed(6)}` : undefined;
}
