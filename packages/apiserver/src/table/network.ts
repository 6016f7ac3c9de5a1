import type { KubeObject } from '../model/object.ts';
import { type Cell, columns, type Printer } from './columns.ts';
import { since } from './duration.ts';
import { count, type Fields, fieldsOf, items, optionalFields, text, texts, valueAt } from './fields.ts';
import { firstOf, formatLabels, formatSelector, orNone } from './format.ts';

/* Tables of Services and what lies around them, as pkg/printers/internalversion makes them. */

const age = (object: KubeObject, now: number) => since(object.metadata.creationTimestamp, now);
const nameOf = (object: KubeObject) => object.metadata.name ?? '';
const SHOWN = 3;

/** Services. */
export const servicePrinter: Printer = {
  columns: columns('Name|Type|Cluster-IP|External-IP|Port(s)|Age|Selector*'),
  cells: (object, now) => [
    nameOf(object),
    text(object, 'spec', 'type'),
    orNone(texts(object, 'spec', 'clusterIPs')[0] ?? ''),
    externalAddress(object),
    orNone(items(object, 'spec', 'ports').map(servicePort).join(',')),
    age(object, now),
    formatLabels(fieldsOf(object, 'spec', 'selector')),
  ],
};

function servicePort(port: Fields): string {
  const nodePort = count(port, 'nodePort');
  const number = nodePort > 0 ? `${count(port, 'port')}:${nodePort}` : String(count(port, 'port'));
  return `${number}/${text(port, 'protocol')}`;
}

function externalAddress(service: KubeObject): string {
  const own = texts(service, 'spec', 'externalIPs');
  switch (text(service, 'spec', 'type')) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(own.join(','));
    case 'LoadBalancer':
      return orNone([...balancerAddresses(service), ...own].join(','), '<pending>');
    case 'ExternalName':
      return text(service, 'spec', 'externalName');
    default:
      return '<unknown>';
  }
}

function balancerAddresses(object: KubeObject): readonly string[] {
  const found = items(object, 'status', 'loadBalancer', 'ingress').map(
    (one) => text(one, 'ip') || text(one, 'hostname'),
  );
  return [...new Set(found)].filter((address) => address !== '').sort();
}

/** Ingresses. */
export const ingressPrinter: Printer = {
  columns: columns('Name|Class|Hosts|Address|Ports|Age'),
  cells: (object, now) => [
    nameOf(object),
    valueAt(object, ['spec', 'ingressClassName']) === undefined ? '<none>' : text(object, 'spec', 'ingressClassName'),
    ingressHosts(items(object, 'spec', 'rules')),
    balancerAddresses(object).join(','),
    items(object, 'spec', 'tls').length > 0 ? '80, 443' : '80',
    age(object, now),
  ],
};

/** The rules after the third host are counted whether they have one or not. */
function ingressHosts(rules: readonly Fields[]): string {
  const hosts: string[] = [];
  for (const rule of rules) {
    if (hosts.length === SHOWN) return `${hosts.join(',')} + ${rules.length - SHOWN} more...`;
    const host = text(rule, 'host');
    if (host !== '') hosts.push(host);
  }
  return orNone(hosts.join(','), '*');
}

/** IngressClasses. */
export const ingressClassPrinter: Printer = {
  columns: columns('Name|Controller|Parameters|Age'),
  cells: (object, now) => {
    const parameters = optionalFields(object, 'spec', 'parameters');
    const group = parameters && text(parameters, 'apiGroup');
    const kind = parameters && `${text(parameters, 'kind')}${group ? `.${group}` : ''}`;
    const shown = parameters ? `${kind}/${text(parameters, 'name')}` : '<none>';
    return [nameOf(object), text(object, 'spec', 'controller'), shown, age(object, now)];
  },
};

/** Endpoints. */
export const endpointsPrinter: Printer = {
  columns: columns('Name|Endpoints|Age'),
  cells: (object, now) => [nameOf(object), endpointAddresses(items(object, 'subsets')), age(object, now)],
};

function endpointAddresses(subsets: readonly Fields[]): string {
  if (subsets.length === 0) return '<none>';
  const addresses = subsets.flatMap((subset) => {
    const hosts = items(subset, 'addresses').map((address) => text(address, 'ip'));
    const ports = items(subset, 'ports').map((port) => count(port, 'port'));
    if (ports.length === 0) return hosts;
    return ports.flatMap((port) => hosts.map((host) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)));
  });
  return firstOf(addresses, SHOWN);
}

/** EndpointSlices. */
export const endpointSlicePrinter: Printer = {
  columns: columns('Name|AddressType|Ports|Endpoints|Age'),
  cells: (object, now) => {
    const ports = items(object, 'ports').map((port) => {
      const number = valueAt(port, ['port']);
      return typeof number === 'number'
        ? String(number)
        : valueAt(port, ['name']) === undefined
          ? '*'
          : text(port, 'name');
    });
    const addresses = items(object, 'endpoints').flatMap((endpoint) => texts(endpoint, 'addresses'));
    const shown = [ports, addresses].map((list) => orNone(firstOf(list, SHOWN), '<unset>'));
    return [nameOf(object), text(object, 'addressType'), ...shown, age(object, now)];
  },
};

/** NetworkPolicies. */
export const networkPolicyPrinter: Printer = {
  columns: columns('Name|Pod-Selector|Age'),
  cells: (object, now) => [
    nameOf(object),
    formatSelector(optionalFields(object, 'spec', 'podSelector')),
    age(object, now),
  ],
};

/** ServiceCIDRs. */
export const serviceCidrPrinter: Printer = {
  columns: columns('Name|CIDRs|Age'),
  cells: (object, now) => [nameOf(object), texts(object, 'spec', 'cidrs').join(','), age(object, now)],
};

/** IPAddresses. Upstream makes a third cell for which there is no column. */
export const ipAddressPrinter: Printer = {
  columns: columns('Name|ParentRef'),
  cells: (object, now): Cell[] => {
    const parent = optionalFields(object, 'spec', 'parentRef');
    return [nameOf(object), parent ? parentName(parent) : '<none>', age(object, now)];
  },
};

function parentName(parent: Fields): string {
  const group = text(parent, 'group');
  const resource = text(parent, 'resource');
  const namespace = text(parent, 'namespace');
  const type = (group === '' ? resource : `${resource}.${group}`).toLowerCase();
  return [type, ...(namespace === '' ? [] : [namespace]), text(parent, 'name')].join('/');
}
