import { randomInt } from 'node:crypto';
import type { StatusCause } from '../../model/api-error.ts';
import { invalid } from '../../model/field-error.ts';
import type { KubeObject } from '../../model/object.ts';
import type { StrategyContext } from '../../model/resource.ts';
import { deepEqual, type Fields, list, setDefault, strings, text } from '../values.ts';
import { readSpec, specOf } from './parts.ts';

/*
 * Addresses and node ports of Services. Which are taken is read from the Services that there are. Upstream:
 * pkg/registry/core/service/storage/alloc.go, ipallocator and portallocator.
 */

/** Types of Services whose ports are open on every Node. */
export const NEEDS_NODE_PORTS: ReadonlySet<string> = new Set(['NodePort', 'LoadBalancer']);

const NETWORK = '10.96.0.0/16';
const PREFIX = '10.96.';
// The lower part is for addresses that people choose.
const FIRST_ADDRESS = 257;
const LAST_ADDRESS = 65534;
const PORT_RANGE = { first: 30000, last: 32767, firstFree: 30086 };
const SERVICES = { group: '', resource: 'services' };

interface Taken {
  readonly ips: ReadonlySet<string>;
  /** Node ports by `protocol/port`. */
  readonly ports: ReadonlySet<string>;
}

function takenByOthers(object: KubeObject, context: StrategyContext): Taken {
  const ips = new Set<string>();
  const ports = new Set<string>();
  const { namespace, name } = object.metadata;
  for (const other of context.list(SERVICES)) {
    if (other.metadata.name === name && other.metadata.namespace === namespace) continue;
    const spec = readSpec(other);
    for (const ip of strings(spec['clusterIPs'])) ips.add(ip);
    for (const port of list(spec['ports'])) {
      if (typeof port['nodePort'] === 'number') ports.add(`${text(port['protocol'])}/${port['nodePort']}`);
    }
    if (typeof spec['healthCheckNodePort'] === 'number') ports.add(`TCP/${spec['healthCheckNodePort']}`);
  }
  return { ips, ports };
}

/** Puts what was allocated before into an update that does not say it, and takes out what a new type has no use for. */
export function keepAllocated(next: KubeObject, live: KubeObject): void {
  const after = specOf(next);
  const before = readSpec(live);
  dropUnused(after, before);
  const hadAddress = before['type'] !== 'ExternalName';
  if (hadAddress && after['type'] !== 'ExternalName') {
    if (text(after['clusterIP']) === '') after['clusterIP'] = before['clusterIP'];
    if (strings(after['clusterIPs']).length === 0 && after['clusterIP'] === before['clusterIP']) {
      after['clusterIPs'] = before['clusterIPs'];
    }
    for (const field of ['ipFamilies', 'ipFamilyPolicy'])
      if (before[field] !== undefined) setDefault(after, field, before[field]);
  }
  if (NEEDS_NODE_PORTS.has(text(before['type'])) && NEEDS_NODE_PORTS.has(text(after['type'])))
    keepNodePorts(after, before);
  if (needsHealthCheck(before) && needsHealthCheck(after)) {
    setDefault(after, 'healthCheckNodePort', before['healthCheckNodePort']);
  }
}

function keepNodePorts(after: Fields, before: Fields): void {
  const known = new Map(
    list(before['ports']).map((port) => [`${text(port['protocol'])}/${port['port']}`, port['nodePort']]),
  );
  const used = new Set(list(after['ports']).map((port) => port['nodePort']));
  for (const port of list(after['ports'])) {
    const nodePort = known.get(`${text(port['protocol'])}/${port['port']}`);
    if (nodePort !== undefined && port['nodePort'] === undefined && !used.has(nodePort)) port['nodePort'] = nodePort;
  }
}

/** Fields that only make sense for the former type go when the type changes and they were left as they were. */
function dropUnused(after: Fields, before: Fields): void {
  const drop = (names: readonly string[]) => {
    for (const name of names) if (deepEqual(after[name], before[name])) delete after[name];
  };
  if (after['type'] === 'ExternalName' && before['type'] !== 'ExternalName') {
    drop(['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy']);
  }
  if (NEEDS_NODE_PORTS.has(text(before['type'])) && !NEEDS_NODE_PORTS.has(text(after['type']))) {
    const old = new Set(list(before['ports']).map((port) => port['nodePort']));
    for (const port of list(after['ports'])) if (old.has(port['nodePort'])) delete port['nodePort'];
    drop(['externalTrafficPolicy']);
  }
  if (needsHealthCheck(before) && !needsHealthCheck(after)) drop(['healthCheckNodePort']);
  if (before['type'] === 'LoadBalancer' && after['type'] !== 'LoadBalancer') {
    drop(['allocateLoadBalancerNodePorts', 'loadBalancerClass']);
  }
}

function needsHealthCheck(spec: Fields): boolean {
  return spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local';
}

/** Gives a Service what it needs and does not have: families, an address, node ports. */
export function allocate(object: KubeObject, live: KubeObject | undefined, context: StrategyContext): void {
  const spec = specOf(object);
  syncAddresses(spec, live && readSpec(live));
  if (spec['type'] === 'ExternalName') return;
  defaultFamilies(spec);
  const taken = takenByOthers(object, context);
  if (strings(spec['clusterIPs']).length === 0 && familyErrors(spec).length === 0) {
    const ip = freeAddress(taken.ips);
    spec['clusterIP'] = ip;
    spec['clusterIPs'] = [ip];
  }
  const wantsPorts = spec['type'] === 'NodePort' || spec['allocateLoadBalancerNodePorts'] === true;
  if (NEEDS_NODE_PORTS.has(text(spec['type'])) && wantsPorts) allocateNodePorts(spec, taken.ports);
  if (needsHealthCheck(spec)) setDefault(spec, 'healthCheckNodePort', freePort(taken.ports, 'TCP'));
}

/** `clusterIP` and the first of `clusterIPs` say the same; a client may give either. */
function syncAddresses(spec: Fields, live: Fields | undefined): void {
  const ip = text(spec['clusterIP']);
  const ips = strings(spec['clusterIPs']);
  if (!live) {
    if (ip !== '' && ips.length === 0) spec['clusterIPs'] = [ip];
    return;
  }
  const changed = ip !== text(live['clusterIP']);
  const listChanged = !deepEqual(ips, live['clusterIPs']);
  if (changed && !listChanged) {
    if (ip === '') delete spec['clusterIPs'];
    else spec['clusterIPs'] = [ip];
  } else if (!changed && listChanged && ips.length === 0) delete spec['clusterIP'];
}

function defaultFamilies(spec: Fields): void {
  const headless = strings(spec['clusterIPs'])[0] === 'None';
  const selects = Object.keys((spec['selector'] as object | undefined) ?? {}).length > 0;
  if (headless && !selects) {
    setDefault(spec, 'ipFamilyPolicy', 'RequireDualStack');
    const families = strings(spec['ipFamilies']);
    if (spec['ipFamilyPolicy'] === 'SingleStack') setDefault(spec, 'ipFamilies', ['IPv4']);
    else if (families.length === 0) spec['ipFamilies'] = ['IPv4', 'IPv6'];
    else if (families.length === 1) spec['ipFamilies'] = [...families, families[0] === 'IPv4' ? 'IPv6' : 'IPv4'];
    return;
  }
  setDefault(spec, 'ipFamilyPolicy', 'SingleStack');
  setDefault(spec, 'ipFamilies', ['IPv4']);
}

function freeAddress(taken: ReadonlySet<string>): string {
  const count = LAST_ADDRESS - FIRST_ADDRESS + 1;
  const start = randomInt(count);
  for (let step = 0; step < count; step += 1) {
    const offset = FIRST_ADDRESS + ((start + step) % count);
    const ip = `${PREFIX}${offset >> 8}.${offset & 0xff}`;
    if (!taken.has(ip)) return ip;
  }
  return '';
}

function allocateNodePorts(spec: Fields, taken: ReadonlySet<string>): void {
  const mine = new Set(taken);
  const ports = list(spec['ports']);
  for (const port of ports)
    if (port['nodePort'] !== undefined) mine.add(`${text(port['protocol'])}/${port['nodePort']}`);
  for (const port of ports) {
    if (port['nodePort'] !== undefined && port['nodePort'] !== 0) continue;
    const protocol = text(port['protocol']);
    // The same port with another protocol shares its number where it is free.
    const twin = ports.find(
      (other) => other !== port && other['port'] === port['port'] && other['nodePort'] !== undefined,
    );
    const shared = twin && !mine.has(`${protocol}/${twin['nodePort']}`) ? twin['nodePort'] : undefined;
    port['nodePort'] = shared ?? freePort(mine, protocol);
    mine.add(`${protocol}/${port['nodePort']}`);
  }
}

function freePort(taken: ReadonlySet<string>, protocol: string): number {
  const { firstFree, last } = PORT_RANGE;
  const count = last - firstFree + 1;
  const start = randomInt(count);
  for (let step = 0; step < count; step += 1) {
    const port = firstFree + ((start + step) % count);
    if (!taken.has(`${protocol}/${port}`)) return port;
  }
  return 0;
}

/** What is wrong with addresses and ports that a client chose. */
export function allocationErrors(
  object: KubeObject,
  live: KubeObject | undefined,
  context: StrategyContext,
): StatusCause[] {
  const spec = readSpec(object);
  if (spec['type'] === 'ExternalName') return [];
  const before = live ? readSpec(live) : {};
  // A dry run allocates nothing: the real server does not see there what is taken, nor the range of ports.
  if (context.dryRun) return [...familyErrors(spec), ...addressErrors(spec, before, new Set())];
  const taken = takenByOthers(object, context);
  return [...familyErrors(spec), ...addressErrors(spec, before, taken.ips), ...portErrors(spec, before, taken.ports)];
}

/** The cluster has addresses of version 4 only; a headless Service without selector may say what it likes. */
function familyErrors(spec: Fields): StatusCause[] {
  const selects = Object.keys((spec['selector'] as object | undefined) ?? {}).length > 0;
  if (strings(spec['clusterIPs'])[0] === 'None' && !selects) return [];
  if (spec['ipFamilyPolicy'] === 'RequireDualStack') {
    const detail = 'this cluster is not configured for dual-stack services';
    return [invalid('spec.ipFamilyPolicy', 'RequireDualStack', detail)];
  }
  return strings(spec['ipFamilies']).flatMap((family, at) =>
    family === 'IPv6' ? [invalid(`spec.ipFamilies[${at}]`, family, 'not configured on this cluster')] : [],
  );
}

function addressErrors(spec: Fields, before: Fields, taken: ReadonlySet<string>): StatusCause[] {
  const ips = strings(spec['clusterIPs']);
  const ip = ips[0] ?? '';
  if (ip === 'None' || ip === '' || ip === strings(before['clusterIPs'])[0]) return [];
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(ip)) return [];
  const fail = (why: string) => [invalid('spec.clusterIPs', ips, `failed to allocate IP ${ip}: ${why}`)];
  const [, , third = 0, fourth = 0] = ip.split('.').map(Number);
  const offset = third * 256 + fourth;
  if (!ip.startsWith(PREFIX) || offset === 0 || offset > LAST_ADDRESS) {
    return fail(`the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${NETWORK}`);
  }
  return taken.has(ip) ? fail('provided IP is already allocated') : [];
}

function portErrors(spec: Fields, before: Fields, taken: ReadonlySet<string>): StatusCause[] {
  const known = new Set(list(before['ports']).map((port) => `${text(port['protocol'])}/${port['nodePort']}`));
  const { first, last } = PORT_RANGE;
  return list(spec['ports']).flatMap((port, at) => {
    const nodePort = port['nodePort'];
    const key = `${text(port['protocol'])}/${nodePort}`;
    if (typeof nodePort !== 'number' || nodePort === 0 || known.has(key)) return [];
    const path = `spec.ports[${at}].nodePort`;
    if (nodePort < first || nodePort > last) {
      return [
        invalid(
          path,
          nodePort,
          `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
        ),
      ];
    }
    return taken.has(key) ? [invalid(path, nodePort, 'provided port is already allocated')] : [];
  });
}
