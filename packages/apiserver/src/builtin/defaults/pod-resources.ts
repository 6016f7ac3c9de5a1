import { parseQuantity, writeQuantity } from '../quantity.ts';
import { asFields, type Fields, fields, list } from '../values.ts';

/*
 * Resources of a Pod as a whole (`spec.resources`) that follow from those of its containers. Upstream:
 * defaultHugePagePodLimits and defaultPodRequests in pkg/apis/core/v1/defaults.go, component-helpers resource/helpers.go.
 */

function isHugePage(name: string): boolean {
  return name.startsWith('hugepages-');
}

function isPodLevel(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePage(name);
}

/** Completes `spec.resources`, where a part of it is given. */
export function podLevelResources(spec: Fields): void {
  const resources = asFields(spec['resources']);
  if (!resources) return;
  if (!isEmpty(resources['limits']) || !isEmpty(resources['requests'])) hugePageLimits(spec, resources);
  if (!isEmpty(resources['limits'])) podRequests(spec, resources);
}

function isEmpty(value: unknown): boolean {
  return Object.keys(fields(value)).length === 0;
}

function hugePageLimits(spec: Fields, resources: Fields): void {
  const limits = { ...fields(resources['limits']) };
  const requests = fields(resources['requests']);
  for (const [name, amount] of Object.entries(podLevelTotals(spec, 'limits'))) {
    if (isHugePage(name) && requests[name] === undefined && limits[name] === undefined) limits[name] = amount;
  }
  if (Object.keys(limits).length > 0) resources['limits'] = limits;
}

function podRequests(spec: Fields, resources: Fields): void {
  const requests = { ...fields(resources['requests']) };
  for (const [name, amount] of Object.entries(podLevelTotals(spec, 'requests'))) {
    if (isPodLevel(name) && !isHugePage(name) && requests[name] === undefined) requests[name] = amount;
  }
  for (const [name, amount] of Object.entries(fields(resources['limits']))) {
    if (isPodLevel(name) && requests[name] === undefined) requests[name] = amount;
  }
  if (Object.keys(requests).length > 0) resources['requests'] = requests;
}

type Amounts = Map<string, { nano: bigint; format: 'BinarySI' | 'DecimalSI' | 'DecimalExponent' }>;

function amountsOf(container: Fields, which: 'limits' | 'requests'): Amounts {
  const amounts = fields(fields(container['resources'])[which]);
  return new Map(Object.entries(amounts).map(([name, amount]) => [name, parseQuantity(String(amount))]));
}

function add(target: Amounts, other: Amounts): void {
  for (const [name, amount] of other) {
    const before = target.get(name);
    target.set(name, before ? { ...before, nano: before.nano + amount.nano } : amount);
  }
}

/** The most of what containers need together and what each init container needs, beside the sidecars started before. */
export function podLevelTotals(spec: Fields, which: 'limits' | 'requests'): Record<string, string> {
  const total: Amounts = new Map();
  for (const container of list(spec['containers'])) add(total, amountsOf(container, which));
  const sidecars: Amounts = new Map();
  const peak: Amounts = new Map();
  for (const container of list(spec['initContainers'])) {
    const own = amountsOf(container, which);
    if (container['restartPolicy'] === 'Always') {
      add(total, own);
      add(sidecars, own);
      raise(peak, sidecars);
    } else {
      add(own, sidecars);
      raise(peak, own);
    }
  }
  raise(total, peak);
  return Object.fromEntries([...total].map(([name, { nano, format }]) => [name, writeQuantity(nano, format)]));
}

function raise(target: Amounts, other: Amounts): void {
  for (const [name, amount] of other) {
    const before = target.get(name);
    if (!before || amount.nano > before.nano) target.set(name, amount);
  }
}
