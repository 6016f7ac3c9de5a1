import type { StatusCause } from '../../model/api-error.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../../model/field-error.ts';
import type { KubeObject } from '../../model/object.ts';
import { validateLabels } from '../metadata.ts';
import { dns1035Name, dnsSubdomainErrors, portNumberErrors, qualifiedNameErrors } from '../names.ts';
import { broken, dnsLabel, oneOf, portNumberOrName } from '../validation/common.ts';
import { cidr, ipAddress, isIp, reachableIp } from '../validation/ip.ts';
import { type Fields, fields, list, number, stringMap, strings, text } from '../values.ts';
import { type PartsByKind, readSpec } from './parts.ts';
import { allocate, allocationErrors, keepAllocated, NEEDS_NODE_PORTS } from './service-allocation.ts';

/* Services. Upstream: validateService in core/validation, pkg/registry/core/service/{strategy,storage/alloc}.go. */

/** The strategy of Services. */
export const serviceParts: PartsByKind = {
  '/Service': {
    nameRule: dns1035Name,
    createOnUpdate: true,
    prepareForCreate(next, context) {
      next['status'] = { loadBalancer: {} };
      allocate(next, undefined, context);
    },
    prepareForUpdate(next, live, context) {
      keepAllocated(next, live);
      allocate(next, live, context);
    },
    // Only valid Services get an address.
    validate: (next, context) => orElse(validateService(next), () => allocationErrors(next, undefined, context)),
    validateUpdate: (next, live, context) =>
      orElse([...addressesUnchanged(readSpec(next), readSpec(live)), ...validateService(next)], () =>
        allocationErrors(next, live, context),
      ),
    fieldValues: (object) => ({
      'spec.clusterIP': text(readSpec(object)['clusterIP']),
      'spec.type': text(readSpec(object)['type']),
    }),
    warnings: serviceWarnings,
  },
};

function serviceWarnings(next: KubeObject): string[] {
  const spec = readSpec(next);
  const warnings: string[] = [];
  if (spec['type'] === 'ExternalName' && strings(spec['externalIPs']).length > 0) {
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  }
  if (spec['type'] !== 'ExternalName' && text(spec['externalName']) !== '') {
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  }
  if (spec['trafficDistribution'] === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}

function orElse(causes: StatusCause[], others: () => StatusCause[]): StatusCause[] {
  return causes.length > 0 ? causes : others();
}

function isHeadless(spec: Fields): boolean {
  return strings(spec['clusterIPs'])[0] === 'None' || spec['clusterIP'] === 'None';
}

function validateService(object: KubeObject): StatusCause[] {
  const spec = readSpec(object);
  const type = text(spec['type']);
  const ports = list(spec['ports']);
  const causes: StatusCause[] = [];
  if (ports.length === 0 && !isHeadless(spec) && type !== 'ExternalName') causes.push(required('spec.ports'));
  causes.push(...validateType(spec, type));
  const names = new Set<string>();
  for (const [at, port] of ports.entries())
    causes.push(...validatePort(port, ports.length > 1, names, `spec.ports[${at}]`));
  causes.push(...validateLabels(stringMap(spec['selector']), 'spec.selector'));
  causes.push(...affinity(spec));
  causes.push(...clusterIps(spec, type));
  for (const [at, ip] of strings(spec['externalIPs']).entries())
    causes.push(...reachableIp(ip, `spec.externalIPs[${at}]`));
  causes.push(...oneOf(type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'], 'spec.type', true));
  return [...causes, ...repeatedPorts(ports, type), ...loadBalancer(spec, type), ...traffic(spec, type)];
}

function validateType(spec: Fields, type: string): StatusCause[] {
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    return [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)];
  }
  if (type !== 'ExternalName') return [];
  const causes: StatusCause[] = [];
  for (const field of ['clusterIPs', 'ipFamilies']) {
    if (strings(spec[field]).length > 0) {
      causes.push(forbidden(`spec.${field}`, 'may not be set for ExternalName services'));
    }
  }
  if (spec['ipFamilyPolicy'] !== undefined) {
    causes.push(forbidden('spec.ipFamilyPolicy', 'may not be set for ExternalName services'));
  }
  const name = text(spec['externalName']).replace(/\.$/, '');
  if (name === '') return [...causes, required('spec.externalName')];
  return [...causes, ...broken('spec.externalName', name, dnsSubdomainErrors(name))];
}

function validatePort(port: Fields, named: boolean, names: Set<string>, path: string): StatusCause[] {
  const name = text(port['name']);
  const value = Number(port['port'] ?? 0);
  const causes: StatusCause[] = [];
  if (name === '') causes.push(...(named ? [required(`${path}.name`)] : []));
  else {
    causes.push(...dnsLabel(name, `${path}.name`));
    if (names.has(name)) causes.push(duplicate(`${path}.name`, name));
    names.add(name);
  }
  causes.push(...broken(`${path}.port`, value, portNumberErrors(value)));
  causes.push(...oneOf(port['protocol'], ['SCTP', 'TCP', 'UDP'], `${path}.protocol`, true));
  causes.push(...portNumberOrName(port['targetPort'], `${path}.targetPort`));
  const protocol = port['appProtocol'];
  if (protocol === undefined) return causes;
  return [...causes, ...broken(`${path}.appProtocol`, protocol, qualifiedNameErrors(text(protocol)))];
}

function affinity(spec: Fields): StatusCause[] {
  const causes = oneOf(spec['sessionAffinity'], ['ClientIP', 'None'], 'spec.sessionAffinity', true);
  const seconds = number(fields(fields(spec['sessionAffinityConfig'])['clientIP'])['timeoutSeconds']);
  if (spec['sessionAffinity'] === 'ClientIP' && seconds !== undefined && (seconds <= 0 || seconds > 86400)) {
    const path = 'spec.sessionAffinityConfig.clientIP.timeoutSeconds';
    causes.push(invalid(path, seconds, 'must be greater than 0 and less than 86400'));
  }
  return causes;
}

function clusterIps(spec: Fields, type: string): StatusCause[] {
  if (type === 'ExternalName') return [];
  const ips = strings(spec['clusterIPs']);
  const first = text(spec['clusterIP']);
  const causes: StatusCause[] = [];
  if (first !== '' && ips.length === 0) causes.push(required('spec.clusterIPs'));
  else if (first !== '' && ips[0] !== first)
    causes.push(invalid('spec.clusterIPs', ips, 'first value must match `clusterIP`'));
  else if (first === '' && ips.length > 0) {
    causes.push(invalid('spec.clusterIPs', ips, 'must be empty when `clusterIP` is not specified'));
  }
  causes.push(...ipFamilies(spec));
  for (const [at, ip] of ips.entries()) {
    if (at === 0 && ip === 'None') {
      if (ips.length > 1) causes.push(invalid('spec.clusterIPs', ips, "'None' must be the first and only value"));
    } else causes.push(...ipAddress(ip, `spec.clusterIPs[${at}]`), ...familyOf(spec, ip, at));
  }
  if (ips.length > 2) causes.push(invalid('spec.clusterIPs', ips, 'may only hold up to 2 values'));
  return causes;
}

function familyOf(spec: Fields, ip: string, at: number): StatusCause[] {
  const family = strings(spec['ipFamilies'])[at];
  if (!isIp(ip) || family === undefined || (family === 'IPv6') === ip.includes(':')) return [];
  const detail = `expected an ${family} value as indicated by \`ipFamilies[${at}]\``;
  return [invalid(`spec.clusterIPs[${at}]`, ip, detail)];
}

function ipFamilies(spec: Fields): StatusCause[] {
  const causes: StatusCause[] = [];
  for (const [at, family] of strings(spec['ipFamilies']).entries()) {
    const path = `spec.ipFamilies[${at}]`;
    if (family !== 'IPv4' && family !== 'IPv6') causes.push(notSupported(path, family, ['IPv4', 'IPv6']));
    if (strings(spec['ipFamilies']).indexOf(family) < at) causes.push(duplicate(path, family));
  }
  const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
  if (spec['ipFamilyPolicy'] !== undefined && !policies.includes(text(spec['ipFamilyPolicy']))) {
    causes.push(notSupported('spec.ipFamilyPolicy', text(spec['ipFamilyPolicy']), policies));
  }
  return causes;
}

function repeatedPorts(ports: readonly Fields[], type: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const withNodePort = [...ports.entries()].filter(([, port]) => Number(port['nodePort'] ?? 0) !== 0);
  if (type === 'ClusterIP') {
    for (const [at] of withNodePort) {
      causes.push(forbidden(`spec.ports[${at}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
  }
  const nodePorts = new Set<string>();
  for (const [at, port] of withNodePort) {
    const key = `${text(port['protocol'])}/${port['nodePort']}`;
    if (nodePorts.has(key)) causes.push(duplicate(`spec.ports[${at}].nodePort`, port['nodePort']));
    nodePorts.add(key);
  }
  const numbers = new Set<string>();
  for (const [at, port] of ports.entries()) {
    const key = `${text(port['protocol'])}/${port['port']}`;
    if (numbers.has(key)) causes.push(duplicatePort(`spec.ports[${at}]`, port));
    numbers.add(key);
  }
  return causes;
}

/** A repeated port, shown as the internal Go type, which has no JSON names, with what counts. */
function duplicatePort(path: string, port: Fields): StatusCause {
  const { protocol, port: value } = port;
  const shown = { Name: '', Protocol: protocol, AppProtocol: null, Port: value, TargetPort: 0, NodePort: 0 };
  return { reason: 'FieldValueDuplicate', field: path, message: `Duplicate value: ${JSON.stringify(shown)}` };
}

function loadBalancer(spec: Fields, type: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const ranges = strings(spec['loadBalancerSourceRanges']);
  const path = 'spec.LoadBalancerSourceRanges';
  if (ranges.length > 0 && type !== 'LoadBalancer') {
    causes.push(forbidden(path, "may only be used when `type` is 'LoadBalancer'"));
  }
  for (const [at, range] of ranges.entries()) causes.push(...cidr(range.trim(), `${path}[${at}]`));
  if (type !== 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== undefined) {
    causes.push(forbidden('spec.allocateLoadBalancerNodePorts', "may only be used when `type` is 'LoadBalancer'"));
  }
  const className = spec['loadBalancerClass'];
  if (className === undefined) return causes;
  if (type !== 'LoadBalancer') {
    return [...causes, forbidden('spec.loadBalancerClass', "may only be used when `type` is 'LoadBalancer'")];
  }
  return [...causes, ...broken('spec.loadBalancerClass', className, qualifiedNameErrors(text(className)))];
}

function traffic(spec: Fields, type: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const external = text(spec['externalTrafficPolicy']);
  const reachable = NEEDS_NODE_PORTS.has(type) || (type === 'ClusterIP' && strings(spec['externalIPs']).length > 0);
  const path = 'spec.externalTrafficPolicy';
  if (!reachable && external !== '') {
    causes.push(invalid(path, external, 'may only be set for externally-accessible services'));
  }
  if (reachable) causes.push(...oneOf(external, ['Cluster', 'Local'], path, true));
  const checked = type === 'LoadBalancer' && external === 'Local';
  const port = Number(spec['healthCheckNodePort'] ?? 0);
  if (!checked && port !== 0) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    causes.push(invalid('spec.healthCheckNodePort', port, detail));
  }
  const internal = spec['internalTrafficPolicy'];
  if (internal !== undefined) causes.push(...oneOf(internal, ['Cluster', 'Local'], 'spec.internalTrafficPolicy'));
  const distribution = spec['trafficDistribution'];
  if (distribution === undefined) return causes;
  const supported = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  return [...causes, ...oneOf(distribution, supported, 'spec.trafficDistribution')];
}

function addressesUnchanged(next: Fields, live: Fields): StatusCause[] {
  if (next['type'] === 'ExternalName' || live['type'] === 'ExternalName') return [];
  const before = strings(live['clusterIPs']);
  const after = strings(next['clusterIPs']);
  if (before[0] === 'None' && after[0] === 'None') return [];
  const causes = before.flatMap((ip, at) =>
    after[at] === undefined || after[at] === ip
      ? []
      : [invalid(`spec.clusterIPs[${at}]`, after, 'may not change once set')],
  );
  if (before.length > 0 && after.length === 0) {
    causes.push(invalid('spec.clusterIPs[0]', after, 'primary clusterIP can not be unset'));
  }
  return causes;
}
