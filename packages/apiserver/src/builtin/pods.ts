import type { KubeObject } from '../model/object.ts';
import { parseQuantity } from './quantity.ts';
import { asFields, type Fields, fields, list, text } from './values.ts';

/* What Pods and everything with a Pod template have in common. */

/** The specs of the Pods that an object of any built-in type describes. */
export function podSpecsOf(object: KubeObject): Fields[] {
  if (object.kind === 'Pod') return [fields(object['spec'])];
  const holder = object.kind === 'PodTemplate' ? object : fields(object['spec']);
  const template = asFields(holder['template']) ?? asFields(fields(fields(holder['jobTemplate'])['spec'])['template']);
  const spec = template && asFields(template['spec']);
  return spec ? [spec] : [];
}

/**
 * Brings a Pod's spec into the form that conversion through Kubernetes' internal type gives it: the service account under
 * both of its names. Upstream: pkg/apis/core/v1/conversion.go.
 */
export function mirrorServiceAccount(spec: Fields): void {
  const name = text(spec['serviceAccountName']) || text(spec['serviceAccount']);
  if (name === '') return;
  spec['serviceAccountName'] = name;
  spec['serviceAccount'] = name;
}

/** Quality of service class of a Pod (pkg/apis/core/v1/helper/qos). */
export function qosClass(spec: Fields): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const podLevel = asFields(spec['resources']);
  const holders = podLevel ? [{ resources: podLevel }] : [...list(spec['containers']), ...list(spec['initContainers'])];
  let some = false;
  let all = true;
  for (const holder of holders) {
    const limits = amounts(holder, 'limits');
    const requests = amounts(holder, 'requests');
    if (limits.size + requests.size > 0) some = true;
    const same = [...limits].every(([name, amount]) => requests.get(name) === amount);
    if (limits.size < 2 || requests.size < 2 || !same) all = false;
  }
  if (!some) return 'BestEffort';
  return all ? 'Guaranteed' : 'Burstable';
}

function amounts(holder: Fields, which: string): Map<string, bigint> {
  const result = new Map<string, bigint>();
  for (const [name, amount] of Object.entries(fields(fields(holder['resources'])[which]))) {
    const { nano } = parseQuantity(String(amount));
    if ((name === 'cpu' || name === 'memory') && nano > 0n) result.set(name, nano);
  }
  return result;
}
