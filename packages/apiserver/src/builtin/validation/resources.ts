import type { StatusCause } from '../../model/api-error.ts';
import { forbidden, invalid, notFound, required } from '../../model/field-error.ts';
import { qualifiedNameErrors } from '../names.ts';
import { parseQuantity } from '../quantity.ts';
import { type Fields, fields, list, text } from '../values.ts';
import { broken, NOT_NEGATIVE } from './common.ts';

/* Amounts of resources. Upstream: ValidateContainerResourceRequirements and others in core/validation/validation.go. */

const STANDARD = new Set(['cpu', 'memory', 'ephemeral-storage']);

function isHugePage(name: string): boolean {
  return name.startsWith('hugepages-');
}

function allowsOvercommit(name: string): boolean {
  return (!name.includes('/') || name.includes('kubernetes.io/')) && !isHugePage(name);
}

const KNOWN =
  /^(cpu|memory|storage|ephemeral-storage|(requests|limits)\.(cpu|memory|storage|ephemeral-storage)|pods|services|secrets|configmaps|resourcequotas|replicationcontrollers|persistentvolumeclaims|services\.(nodeports|loadbalancers)|(requests\.)?hugepages-.+)$/;

/** The name of a resource: qualified, or known to Kubernetes. */
export function resourceName(name: string, path: string): StatusCause[] {
  const causes = broken(path, name, qualifiedNameErrors(name));
  if (causes.length > 0 || name.includes('/') || KNOWN.test(name)) return causes;
  return [invalid(path, name, 'must be a standard resource type or fully qualified')];
}

function containerResourceName(name: string, path: string): StatusCause[] {
  const causes = resourceName(name, path);
  if (!name.includes('/')) {
    const known = STANDARD.has(name) || isHugePage(name);
    return known ? causes : [...causes, invalid(path, name, 'must be a standard resource for containers')];
  }
  const native = name.includes('kubernetes.io/');
  if (native || !name.startsWith('requests.')) return causes;
  return [...causes, invalid(path, name, "doesn't follow extended resource name standard")];
}

// Things that are counted, which have no parts.
const COUNTED =
  /^(pods|services|secrets|configmaps|resourcequotas|replicationcontrollers|persistentvolumeclaims|services\.(nodeports|loadbalancers)|count\/.*)$/;

/** An amount may not be negative, and is whole where parts of a thing make no sense. */
export function resourceAmount(name: string, amount: unknown, path: string): StatusCause[] {
  const { nano, text: shown } = parseQuantity(String(amount));
  if (nano < 0n) return [invalid(path, shown, NOT_NEGATIVE)];
  const whole = COUNTED.test(name) || (name.includes('/') && !name.includes('kubernetes.io/'));
  return whole && nano % 1_000_000_000n !== 0n ? [invalid(path, shown, 'must be an integer')] : [];
}

/** All that is wrong with a container's `resources`. */
export function validateContainerResources(
  value: unknown,
  claimNames: ReadonlySet<string>,
  path: string,
): StatusCause[] {
  const resources = fields(value);
  const limits = fields(resources['limits']);
  const requests = fields(resources['requests']);
  const causes: StatusCause[] = [];
  for (const [name, amount] of Object.entries(limits)) {
    causes.push(...containerResourceName(name, `${path}.limits[${name}]`));
    causes.push(...resourceAmount(name, amount, `${path}.limits[${name}]`));
  }
  for (const [name, amount] of Object.entries(requests)) {
    causes.push(...containerResourceName(name, `${path}.requests[${name}]`));
    causes.push(...resourceAmount(name, amount, `${path}.requests[${name}]`));
    causes.push(...requestWithinLimit(name, amount, limits[name], path));
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePage) && !names.some((name) => name === 'cpu' || name === 'memory')) {
    causes.push(forbidden(path, 'HugePages require cpu or memory'));
  }
  return [...causes, ...validateClaims(list(resources['claims']), claimNames, `${path}.claims`)];
}

function requestWithinLimit(name: string, request: unknown, limit: unknown, path: string): StatusCause[] {
  const asked = parseQuantity(String(request));
  if (limit === undefined) {
    if (allowsOvercommit(name)) return [];
    return [required(`${path}.limits`, 'Limit must be set for non overcommitable resources')];
  }
  const most = parseQuantity(String(limit));
  if (asked.nano !== most.nano && !allowsOvercommit(name)) {
    return [invalid(`${path}.requests`, asked.text, `must be equal to ${name} limit of ${most.text}`)];
  }
  if (asked.nano <= most.nano) return [];
  return [invalid(`${path}.requests`, asked.text, `must be less than or equal to ${name} limit of ${most.text}`)];
}

function validateClaims(claims: readonly Fields[], known: ReadonlySet<string>, path: string): StatusCause[] {
  return claims.flatMap((claim, at) => {
    const name = text(claim['name']);
    if (name === '') return [required(`${path}[${at}]`)];
    return known.has(name) ? [] : [notFound(`${path}[${at}]`, name)];
  });
}
