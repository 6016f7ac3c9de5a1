import { BlockList, isIPv4 } from 'node:net';
import type { StatusCause } from '../../model/api-error.ts';
import { duplicate, forbidden, invalid, notSupported, required, tooMany } from '../../model/field-error.ts';
import type { KubeObject } from '../../model/object.ts';
import { immutable } from '../metadata.ts';
import {
  dns1035Name,
  dnsSubdomainErrors,
  portNameErrors,
  portNumberErrors,
  qualifiedNameErrors,
  subdomainName,
  wildcardSubdomainErrors,
} from '../names.ts';
import { broken, dnsLabel, invalidStruct, labelSelector, oneOf } from '../validation/common.ts';
import { cidr, ipAddress, isIp, reachableIp } from '../validation/ip.ts';
import { asFields, deepEqual, type Fields, fields, list, strings, text } from '../values.ts';
import { type PartsByKind, readSpec } from './parts.ts';

/* Networking. Upstream: pkg/apis/{networking,discovery}/validation and the strategies of these groups. */

const INGRESS_CLASS = 'kubernetes.io/ingress.class';

/** Strategies of Ingresses, network policies, EndpointSlices and addresses. */
export const networkingParts: PartsByKind = {
  'networking.k8s.io/Ingress': {
    revalidatesMeta: true,
    nameRule: subdomainName,
    generation: true,
    prepareForCreate: (next) => {
      // A status is always written, if only an empty one.
      next['status'] = { loadBalancer: {} };
    },
    validate: (next) => [...validateIngress(readSpec(next)), ...classAnnotation(next)],
    validateUpdate: (next) => validateIngress(readSpec(next)),
    validateStatusUpdate: (next) => ingressStatus(fields(next['status'])),
    warnings: (next, live) => {
      if (live || next.metadata.annotations?.[INGRESS_CLASS] === undefined) return [];
      return [`annotation "${INGRESS_CLASS}" is deprecated, please use 'spec.ingressClassName' instead`];
    },
  },
  'networking.k8s.io/IngressClass': {
    nameRule: subdomainName,
    generation: true,
    validate: (next) => validateIngressClass(readSpec(next)),
    validateUpdate: (next, live) =>
      immutable('spec.controller', readSpec(next)['controller'], readSpec(live)['controller']),
  },
  'networking.k8s.io/NetworkPolicy': {
    revalidatesMeta: true,
    nameRule: subdomainName,
    generation: true,
    validate: (next) => validatePolicy(readSpec(next)),
    // Upstream looks at a changed policy twice.
    validateUpdate: (next) => [...validatePolicy(readSpec(next)), ...validatePolicy(readSpec(next))],
  },
  'networking.k8s.io/IPAddress': {
    nameRule: (name) => (isIp(name) ? [] : [`must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`]),
    validate: (next) => validateParent(readSpec(next)),
    validateUpdate: (next, live) => parentUnchanged(readSpec(next)['parentRef'], readSpec(live)['parentRef']),
  },
  'networking.k8s.io/ServiceCIDR': {
    statusKeepsMeta: true,
    writesStatus: true,
    // Upstream names the fields by a version that does not exist, so that none are reset.
    resetFields: () => [],
    nameRule: subdomainName,
    validate: (next) => validateServiceCidr(readSpec(next)),
    validateUpdate: (next, live) => cidrsUnchanged(strings(readSpec(next)['cidrs']), strings(readSpec(live)['cidrs'])),
  },
  'discovery.k8s.io/EndpointSlice': {
    ignoresMetaChange: true,
    nameRule: subdomainName,
    generation: (next, live) =>
      !deepEqual(next['endpoints'], live['endpoints']) ||
      !deepEqual(next['ports'], live['ports']) ||
      next['addressType'] !== live['addressType'] ||
      !deepEqual(next.metadata.labels, live.metadata.labels),
    validate: (next) => validateSlice(next),
    validateUpdate: (next, live) => [
      ...validateSlice(next),
      ...immutable('addressType', next['addressType'], live['addressType']),
    ],
    warnings: (next) => (next['addressType'] === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
  },
};

function classAnnotation(object: KubeObject): StatusCause[] {
  const annotation = object.metadata.annotations?.[INGRESS_CLASS];
  const name = readSpec(object)['ingressClassName'];
  if (annotation === undefined || name === undefined || annotation === name) return [];
  return [invalid(`annotations.${INGRESS_CLASS}`, annotation, 'must match `ingressClassName` when both are specified')];
}

function validateIngress(spec: Fields): StatusCause[] {
  const rules = list(spec['rules']);
  const backend = asFields(spec['defaultBackend']);
  const causes: StatusCause[] = [];
  if (rules.length === 0 && !backend) {
    causes.push(invalid('spec', null, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (backend) causes.push(...validateBackend(backend, 'spec.defaultBackend'));
  for (const [at, rule] of rules.entries()) causes.push(...validateRule(rule, `spec.rules[${at}]`));
  for (const [at, tls] of list(spec['tls']).entries()) causes.push(...validateTls(tls, `spec.tls[${at}]`));
  const name = spec['ingressClassName'];
  if (name !== undefined) causes.push(...broken('spec.ingressClassName', name, subdomainName(text(name), false)));
  return causes;
}

function hostErrors(host: string): string[] {
  return host.includes('*') ? wildcardSubdomainErrors(host) : dnsSubdomainErrors(host);
}

function validateRule(rule: Fields, path: string): StatusCause[] {
  const host = text(rule['host']);
  const causes =
    host !== '' && isIp(host) ? [invalid(`${path}.host`, host, 'must be a DNS name, not an IP address')] : [];
  if (host !== '') causes.push(...broken(`${path}.host`, host, hostErrors(host)));
  const http = asFields(rule['http']);
  if (!http) return causes;
  const paths = list(http['paths']);
  if (paths.length === 0) causes.push(required(`${path}.http.paths`));
  return [...causes, ...paths.flatMap((one, at) => validatePath(one, `${path}.http.paths[${at}]`))];
}

function validatePath(value: Fields, path: string): StatusCause[] {
  const type = value['pathType'];
  const url = text(value['path']);
  if (type === undefined || type === null) return [required(`${path}.pathType`, 'pathType must be specified')];
  const where = `${path}.path`;
  const relative = url.startsWith('/') ? [] : [invalid(where, url, 'must be an absolute path')];
  const causes: StatusCause[] = [];
  if (type === 'Exact' || type === 'Prefix') causes.push(...relative, ...plainPath(url, where));
  else if (type !== 'ImplementationSpecific') {
    causes.push(notSupported(`${path}.pathType`, text(type), ['Exact', 'ImplementationSpecific', 'Prefix']));
  } else if (url !== '') causes.push(...relative);
  return [...causes, ...validateBackend(fields(value['backend']), `${path}.backend`)];
}

function plainPath(url: string, path: string): StatusCause[] {
  const parts = ['//', '/./', '/../', '%2f', '%2F'].filter((part) => url.includes(part));
  const ends = ['/..', '/.'].filter((end) => url.endsWith(end));
  return [
    ...parts.map((part) => invalid(path, url, `must not contain '${part}'`)),
    ...ends.map((end) => invalid(path, url, `cannot end with '${end}'`)),
  ];
}

function validateBackend(backend: Fields, path: string): StatusCause[] {
  const service = asFields(backend['service']);
  const resource = asFields(backend['resource']);
  if (service && resource) return [invalid(path, '', 'cannot set both resource and service backends')];
  if (resource) {
    return ['kind', 'name'].flatMap((field) =>
      text(resource[field]) === '' ? [required(`${path}.resource.${field}`)] : [],
    );
  }
  if (!service) return [invalid(path, '', 'resource or service backend is required')];
  const name = text(service['name']);
  const namePath = `${path}.service.name`;
  const causes = name === '' ? [required(namePath)] : broken(namePath, name, dns1035Name(name, false));
  return [...causes, ...backendPort(fields(service['port']), path)];
}

function backendPort(port: Fields, path: string): StatusCause[] {
  const name = text(port['name']);
  const value = Number(port['number'] ?? 0);
  if (name !== '' && value !== 0) return [invalid(path, '', 'cannot set both port name & port number')];
  if (name !== '') return broken(`${path}.service.port.name`, name, portNameErrors(name));
  if (value !== 0) return broken(`${path}.service.port.number`, value, portNumberErrors(value));
  return [required(path, 'port name or number is required')];
}

function validateTls(tls: Fields, path: string): StatusCause[] {
  const secret = text(tls['secretName']);
  return [
    ...strings(tls['hosts']).flatMap((host, at) => broken(`${path}.hosts[${at}]`, host, hostErrors(host))),
    ...(secret === '' ? [] : broken(`${path}.secretName`, secret, subdomainName(secret, false))),
  ];
}

function ingressStatus(status: Fields): StatusCause[] {
  return list(fields(status['loadBalancer'])['ingress']).flatMap((ingress, at) => {
    const path = `status.loadBalancer.ingress[${at}]`;
    const hostname = text(ingress['hostname']);
    const causes = text(ingress['ip']) === '' ? [] : ipAddress(text(ingress['ip']), `${path}.ip`);
    if (hostname === '') return causes;
    causes.push(...broken(`${path}.hostname`, hostname, dnsSubdomainErrors(hostname)));
    if (isIp(hostname)) causes.push(invalid(`${path}.hostname`, hostname, 'must be a DNS name, not an IP address'));
    return causes;
  });
}

function validateIngressClass(spec: Fields): StatusCause[] {
  const controller = text(spec['controller']);
  const causes: StatusCause[] = [];
  const path = 'spec.controller';
  if (controller === '') causes.push(required(path));
  else if (controller.length > 250)
    causes.push({ reason: 'FieldValueTooLong', field: path, message: 'Too long: may not be more than 250 bytes' });
  else if (!/^[^/]+\/.+$/.test(controller)) {
    causes.push(invalid(path, controller, 'must be a domain-prefixed path (such as "acme.io/foo")'));
  } else {
    const host = controller.split('/')[0] ?? '';
    causes.push(...broken(path, host, dnsSubdomainErrors(host)));
  }
  const parameters = asFields(spec['parameters']);
  return parameters ? [...causes, ...classParameters(parameters, 'spec.parameters')] : causes;
}

function classParameters(parameters: Fields, path: string): StatusCause[] {
  const causes = ['kind', 'name'].flatMap((field) =>
    text(parameters[field]) === '' ? [required(`${path}.${field}`)] : [],
  );
  const scope = text(parameters['scope']);
  const namespace = parameters['namespace'];
  if (scope !== 'Cluster' && scope !== 'Namespace') {
    causes.push(notSupported(`${path}.scope`, scope, ['Cluster', 'Namespace']));
  }
  if (scope === 'Namespace' && namespace === undefined) {
    causes.push(required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"));
  }
  if (scope === 'Cluster' && namespace !== undefined) {
    causes.push(forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  }
  return causes;
}

function validatePolicy(spec: Fields): StatusCause[] {
  const causes = labelSelector(spec['podSelector'], 'spec.podSelector');
  for (const [side, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    for (const [at, rule] of list(spec[side]).entries()) {
      const path = `spec.${side}[${at}]`;
      for (const [index, port] of list(rule['ports']).entries())
        causes.push(...policyPort(port, `${path}.ports[${index}]`));
      for (const [index, peer] of list(rule[peers]).entries()) {
        causes.push(...policyPeer(peer, `${path}.${peers}[${index}]`));
      }
    }
  }
  const types = strings(spec['policyTypes']);
  if (types.length > 2)
    return [...causes, invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')];
  return [...causes, ...types.flatMap((type, at) => oneOf(type, ['Ingress', 'Egress'], `spec.policyTypes[${at}]`))];
}

function policyPort(port: Fields, path: string): StatusCause[] {
  const causes =
    port['protocol'] === undefined ? [] : oneOf(port['protocol'], ['TCP', 'UDP', 'SCTP'], `${path}.protocol`);
  const value = port['port'];
  const end = port['endPort'];
  if (value === undefined) {
    if (end !== undefined)
      causes.push(invalid(`${path}.endPort`, end, 'may not be specified when `port` is not specified'));
    return causes;
  }
  if (typeof value === 'string') {
    if (end !== undefined)
      causes.push(invalid(`${path}.endPort`, end, 'may not be specified when `port` is non-numeric'));
    return [...causes, ...broken(`${path}.port`, value, portNameErrors(value))];
  }
  causes.push(...broken(`${path}.port`, value, portNumberErrors(Number(value))));
  if (end === undefined) return causes;
  if (Number(end) < Number(value)) {
    causes.push(invalid(`${path}.endPort`, value, 'must be greater than or equal to `port`'));
  }
  return [...causes, ...broken(`${path}.endPort`, end, portNumberErrors(Number(end)))];
}

function policyPeer(peer: Fields, path: string): StatusCause[] {
  const given = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((field) => asFields(peer[field]));
  const block = asFields(peer['ipBlock']);
  const causes = [
    ...labelSelector(peer['podSelector'], `${path}.podSelector`),
    ...labelSelector(peer['namespaceSelector'], `${path}.namespaceSelector`),
    ...(block ? ipBlock(block, `${path}.ipBlock`) : []),
  ];
  if (given.length === 0) return [required(path, 'must specify a peer')];
  return given.length > 1 && block
    ? [...causes, forbidden(path, 'may not specify both ipBlock and another peer')]
    : causes;
}

function ipBlock(block: Fields, path: string): StatusCause[] {
  const network = text(block['cidr']);
  if (network === '') return [required(`${path}.cidr`)];
  const causes = cidr(network, `${path}.cidr`);
  if (causes.length > 0) return causes;
  for (const [at, part] of strings(block['except']).entries()) {
    const bad = cidr(part, `${path}.except[${at}]`);
    causes.push(...bad);
    if (bad.length === 0 && !isStrictSubset(part, network)) {
      causes.push(invalid(`${path}.except[${at}]`, part, 'must be a strict subset of `cidr`'));
    }
  }
  return causes;
}

function isStrictSubset(part: string, network: string): boolean {
  const [address = '', length = ''] = network.split('/');
  const [partAddress = '', partLength = ''] = part.split('/');
  const list = new BlockList();
  list.addSubnet(address, Number(length), isIPv4(address) ? 'ipv4' : 'ipv6');
  return list.check(partAddress, isIPv4(partAddress) ? 'ipv4' : 'ipv6') && Number(partLength) > Number(length);
}

/** The parent is shown as the internal Go type, which has no JSON names. */
function parentUnchanged(next: unknown, live: unknown): StatusCause[] {
  if (deepEqual(next, live)) return [];
  const parent = fields(next);
  const shown = {
    Group: text(parent['group']),
    Resource: text(parent['resource']),
    Namespace: text(parent['namespace']),
    Name: text(parent['name']),
  };
  return [invalidStruct('spec.parentRef', shown, 'field is immutable')];
}

function validateParent(spec: Fields): StatusCause[] {
  const parent = asFields(spec['parentRef']);
  if (!parent) return [required('spec.parentRef')];
  return ['resource', 'name'].flatMap((field) =>
    text(parent[field]) === '' ? [required(`spec.parentRef.${field}`)] : [],
  );
}

/** A second family may be added to one, nothing else. */
function cidrsUnchanged(next: readonly string[], live: readonly string[]): StatusCause[] {
  if (live.length === 1 && next.length === 2) return immutable('spec.cidrs[0]', next[0], live[0]);
  if (live.length !== next.length) return immutable('spec.cidrs', next, live);
  return next.flatMap((one, at) => immutable(`spec.cidrs[${at}]`, one, live[at]));
}

function validateServiceCidr(spec: Fields): StatusCause[] {
  const cidrs = strings(spec['cidrs']);
  if (cidrs.length === 0) return [required('spec.cidrs', 'at least one CIDR required')];
  if (cidrs.length > 2) return [{ ...invalid('spec.cidrs', cidrs, ONE_PER_FAMILY) }];
  const families = new Set(cidrs.map((one) => one.includes(':')));
  const causes = cidrs.length > families.size ? [invalid('spec.cidrs', cidrs, ONE_PER_FAMILY)] : [];
  return [...causes, ...cidrs.flatMap((one, at) => cidr(one, `spec.cidrs[${at}]`))];
}

const ONE_PER_FAMILY = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];

function validateSlice(object: KubeObject): StatusCause[] {
  const type = text(object['addressType']);
  const endpoints = list(object['endpoints']);
  const causes = oneOf(type, ADDRESS_TYPES, 'addressType', true);
  const names = new Set<string>();
  for (const [at, port] of list(object['ports']).entries()) {
    causes.push(...slicePort(port, names, `ports[${at}]`));
  }
  if (endpoints.length > 1000) return [...causes, tooMany('endpoints', endpoints.length, 1000)];
  return [...causes, ...endpoints.flatMap((endpoint, at) => sliceEndpoint(endpoint, type, `endpoints[${at}]`))];
}

function slicePort(port: Fields, names: Set<string>, path: string): StatusCause[] {
  const name = text(port['name']);
  const causes = name === '' ? [] : dnsLabel(name, `${path}.name`);
  if (names.has(name)) causes.push(duplicate(`${path}.name`, name));
  names.add(name);
  causes.push(...oneOf(port['protocol'], ['SCTP', 'TCP', 'UDP'], `${path}.protocol`, true));
  const protocol = port['appProtocol'];
  if (protocol !== undefined)
    causes.push(...broken(`${path}.appProtocol`, protocol, qualifiedNameErrors(text(protocol))));
  return causes;
}

function sliceEndpoint(endpoint: Fields, type: string, path: string): StatusCause[] {
  const addresses = strings(endpoint['addresses']);
  const where = `${path}.addresses`;
  const causes: StatusCause[] = [];
  if (addresses.length === 0) causes.push(required(where, 'must contain at least 1 address'));
  if (addresses.length > 100) causes.push(tooMany(where, addresses.length, 100));
  for (const [at, address] of addresses.entries()) causes.push(...sliceAddress(address, type, where, at));
  const node = text(endpoint['nodeName']);
  if (node !== '') causes.push(...broken(`${path}.nodeName`, node, subdomainName(node, false)));
  const hostname = text(endpoint['hostname']);
  return hostname === '' ? causes : [...causes, ...dnsLabel(hostname, `${path}.hostname`)];
}

function sliceAddress(address: string, type: string, path: string, at: number): StatusCause[] {
  const where = `${path}[${at}]`;
  if (type === 'FQDN') return broken(where, address, dnsSubdomainErrors(address));
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const bad = ipAddress(address, where);
  if (bad.length > 0) return bad;
  const causes = isIPv4(address) === (type === 'IPv4') ? [] : [invalid(path, address, `must be an ${type} address`)];
  return [...causes, ...reachableIp(address, where)];
}
