import { randomUUID } from 'node:crypto';
import type { StatusCause } from '../../model/api-error.ts';
import { duplicate, forbidden, invalid, required, tooLong } from '../../model/field-error.ts';
import type { KubeObject } from '../../model/object.ts';
import { IMMUTABLE, immutable, validateObjectMetaUpdate } from '../metadata.ts';
import {
  configMapKeyErrors,
  dnsLabelErrors,
  labelName,
  labelValueErrors,
  portNumberErrors,
  qualifiedNameErrors,
  subdomainName,
} from '../names.ts';
import { parseQuantity } from '../quantity.ts';
import { broken, dnsLabel, oneOf } from '../validation/common.ts';
import { cidr, ipAddress, isIp, reachableIp } from '../validation/ip.ts';
import { resourceAmount } from '../validation/resources.ts';
import { deepEqual, type Fields, fields, list, stringMap, strings, text } from '../values.ts';
import { type PartsByKind, readSpec, specOf } from './parts.ts';

/* Core types that hold settings. Upstream: pkg/apis/core/validation/validation.go, pkg/registry/core/<resource>/strategy.go. */

const DATA_LIMIT = 1024 * 1024;
const FROZEN = 'field is immutable when `immutable` is set';
const NAMESPACE_FINALIZER = 'kubernetes';
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** Strategies of ConfigMaps, Secrets, Namespaces, Nodes, Endpoints and others. */
export const coreParts: PartsByKind = {
  '/ConfigMap': {
    revalidatesMeta: true,
    nameRule: subdomainName,
    validate: validateConfigMap,
    validateUpdate: (next, live) => [...frozen(next, live, ['data', 'binaryData']), ...validateConfigMap(next)],
  },
  '/Secret': {
    revalidatesMeta: true,
    nameRule: subdomainName,
    defaults: mergeStringData,
    validate: validateSecret,
    validateUpdate: (next, live) => [
      ...immutable('type', next['type'] ?? '', live['type'] ?? ''),
      ...frozen(next, live, ['data']),
      ...validateSecret(next),
    ],
    fieldValues: (object) => ({ type: text(object['type']) }),
    warnings: secretWarnings,
  },
  '/ServiceAccount': { nameRule: subdomainName, prepareForCreate: (next) => cleanSecretReferences(next) },
  '/Namespace': {
    nameRule: labelName,
    prepareForCreate(next) {
      next['status'] = { phase: 'Active' };
      const spec = specOf(next);
      const finalizers = strings(spec['finalizers']);
      if (!finalizers.includes(NAMESPACE_FINALIZER)) spec['finalizers'] = [...finalizers, NAMESPACE_FINALIZER];
      labelWithName(next);
    },
    prepareForUpdate(next, live) {
      specOf(next)['finalizers'] = readSpec(live)['finalizers'] ?? [];
      labelWithName(next);
    },
    validate: (next) => namespaceFinalizers(next, () => 'spec.finalizers'),
    validateUpdate: () => [],
    subresources: {
      finalize: {
        prepareForUpdate(next, live) {
          next['status'] = live['status'];
        },
        validateUpdate: (next) => namespaceFinalizers(next, (at) => `spec.finalizers[${at}]`),
      },
    },
    validateStatusUpdate: namespacePhase,
    fieldValues: (object) => ({
      'status.phase': text(fields(object['status'])['phase']),
      name: object.metadata.name ?? '',
    }),
  },
  '/Node': {
    nameRule: subdomainName,
    validate: validateNode,
    validateUpdate: (next, live) => [...validateNode(next), ...nodeUnchanged(next, live)],
    // Kubelets register themselves with their status.
    keepsStatus: true,
    fieldValues: (object) => ({ 'spec.unschedulable': String(readSpec(object)['unschedulable'] === true) }),
  },
  '/Endpoints': {
    revalidatesMeta: true,
    nameRule: subdomainName,
    createOnUpdate: true,
    validate: (next) => validateSubsets(list(next['subsets'])),
  },
  '/LimitRange': {
    ignoresMetaChange: true,
    revalidatesMeta: true,
    nameRule: subdomainName,
    createOnUpdate: true,
    prepareForCreate: (next) => {
      if ((next.metadata.name ?? '') === '') next.metadata.name = randomUUID();
    },
    validate: validateLimitRange,
  },
  '/ResourceQuota': {
    nameRule: subdomainName,
    validate: (next) => validateQuota(readSpec(next)),
    validateUpdate: (next, live) => [
      ...validateQuota(readSpec(next)),
      ...(deepEqual(sorted(readSpec(next)['scopes']), sorted(readSpec(live)['scopes']))
        ? []
        : [invalid('spec.scopes', readSpec(next)['scopes'] ?? null, IMMUTABLE)]),
    ],
    validateStatusUpdate: (next) =>
      ['hard', 'used'].flatMap((side) => quotaAmounts(fields(next['status']), side, 'status')),
  },
};

function sorted(value: unknown): string[] {
  return strings(value).sort();
}

function frozen(next: KubeObject, live: KubeObject, parts: readonly string[]): StatusCause[] {
  if (live['immutable'] !== true) return [];
  const causes = next['immutable'] === true ? [] : [forbidden('immutable', FROZEN)];
  return [
    ...causes,
    ...parts.filter((part) => !deepEqual(next[part], live[part])).map((part) => forbidden(part, FROZEN)),
  ];
}

function validateConfigMap(object: KubeObject): StatusCause[] {
  const data = stringMap(object['data']);
  const binary = stringMap(object['binaryData']);
  let size = 0;
  const causes: StatusCause[] = [];
  for (const [key, value] of Object.entries(data)) {
    causes.push(...broken(`data[${key}]`, key, configMapKeyErrors(key)));
    if (Object.hasOwn(binary, key)) causes.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    size += Buffer.byteLength(value);
  }
  for (const [key, value] of Object.entries(binary)) {
    causes.push(...broken(`binaryData[${key}]`, key, configMapKeyErrors(key)));
    size += Buffer.byteLength(value, 'base64');
  }
  // An empty path in quotes upstream: the message starts with a colon.
  if (size > DATA_LIMIT) causes.push({ ...tooLong('', DATA_LIMIT), field: '' });
  return causes;
}

/** `stringData` is written into `data` and never read back (Convert_v1_Secret_To_core_Secret). */
function mergeStringData(object: KubeObject): void {
  const plain = Object.entries(stringMap(object['stringData']));
  delete object['stringData'];
  if (plain.length === 0) return;
  const encoded = plain.map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]);
  object['data'] = { ...stringMap(object['data']), ...Object.fromEntries(encoded) };
}

const REQUIRED_KEYS: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

function validateSecret(object: KubeObject): StatusCause[] {
  const data = stringMap(object['data']);
  let size = 0;
  const causes: StatusCause[] = [];
  for (const [key, value] of Object.entries(data)) {
    causes.push(...broken(`data[${key}]`, key, configMapKeyErrors(key)));
    size += Buffer.byteLength(value, 'base64');
  }
  if (size > DATA_LIMIT) causes.push(tooLong('data', DATA_LIMIT));
  const type = text(object['type']);
  if (type === 'kubernetes.io/service-account-token') {
    const name = 'kubernetes.io/service-account.name';
    if ((object.metadata.annotations?.[name] ?? '') === '') causes.push(required(`metadata.annotations[${name}]`));
  }
  if (type === 'kubernetes.io/basic-auth' && data['username'] === undefined && data['password'] === undefined) {
    causes.push(required('data[username]'), required('data[password]'));
  }
  for (const key of REQUIRED_KEYS[type] ?? []) causes.push(...requiredKey(type, data, key));
  return causes;
}

function requiredKey(type: string, data: Readonly<Record<string, string>>, key: string): StatusCause[] {
  const value = data[key];
  if (value === undefined || (type === 'kubernetes.io/ssh-auth' && value === '')) return [required(`data[${key}]`)];
  if (!type.startsWith('kubernetes.io/dockerc')) return [];
  const why = jsonObjectError(Buffer.from(value, 'base64').toString('utf8'));
  return why === undefined ? [] : [invalid(`data[${key}]`, '<secret contents redacted>', why)];
}

function jsonObjectError(source: string): string | undefined {
  try {
    const value: unknown = JSON.parse(source);
    if (value === null || (typeof value === 'object' && !Array.isArray(value))) return undefined;
    const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    return `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`;
  } catch {
    if (source.trim() === '') return 'unexpected end of JSON input';
    return `invalid character '${source.trim()[0]}' looking for beginning of value`;
  }
}

function secretWarnings(object: KubeObject): string[] {
  const data = stringMap(object['data']);
  if (object['type'] !== 'kubernetes.io/tls') return [];
  const certificate = Buffer.from(data['tls.crt'] ?? '', 'base64').toString('latin1');
  return certificate.includes('-----BEGIN') || data['tls.crt'] === undefined
    ? []
    : ['tls: failed to find any PEM data in certificate input'];
}

function cleanSecretReferences(object: KubeObject): void {
  for (const reference of list(object['secrets'])) {
    for (const field of Object.keys(reference)) if (field !== 'name') delete reference[field];
  }
}

function labelWithName(object: KubeObject): void {
  const name = object.metadata.name ?? '';
  if (name !== '') object.metadata.labels = { ...object.metadata.labels, [NAME_LABEL]: name };
}

function namespaceFinalizers(object: KubeObject, path: (at: number) => string): StatusCause[] {
  return strings(readSpec(object)['finalizers']).flatMap((name, at) => {
    const causes = broken(path(at), name, qualifiedNameErrors(name));
    const known = name === NAMESPACE_FINALIZER || name === 'orphan' || name === 'foregroundDeletion';
    if (name.includes('/') || known) return causes;
    return [...causes, invalid(path(at), name, 'name is neither a standard finalizer name nor is it fully qualified')];
  });
}

function namespacePhase(next: KubeObject, live: KubeObject): StatusCause[] {
  const causes = validateObjectMetaUpdate(next.metadata, live.metadata);
  const phase = text(fields(next['status'])['phase']);
  const going = next.metadata.deletionTimestamp !== undefined;
  const expected = going ? 'Terminating' : 'Active';
  if (phase === expected) return causes;
  const detail = `may only be '${expected}' if \`deletionTimestamp\` is ${going ? 'not ' : ''}empty`;
  return [...causes, invalid('status.Phase', phase, detail)];
}

function validateNode(object: KubeObject): StatusCause[] {
  const spec = readSpec(object);
  const status = fields(object['status']);
  return [
    ...taints(list(spec['taints']), 'metadata.taints'),
    ...['capacity', 'allocatable'].flatMap((side) =>
      Object.entries(fields(status[side])).flatMap(([name, amount]) =>
        resourceAmount(name, amount, `status.${side}.${name}`),
      ),
    ),
    ...strings(spec['podCIDRs']).flatMap((value, at) => cidr(value, `spec.podCIDRs[${at}]`)),
  ];
}

function taints(entries: readonly Fields[], path: string): StatusCause[] {
  const seen = new Set<string>();
  return entries.flatMap((taint, at) => {
    const where = `${path}[${at}]`;
    const key = text(taint['key']);
    const effect = text(taint['effect']);
    const causes = broken(`${where}.key`, key, qualifiedNameErrors(key));
    const bad = labelValueErrors(text(taint['value']));
    if (bad.length > 0) causes.push(invalid(`${where}.value`, taint['value'], bad.join(';')));
    causes.push(...oneOf(effect, ['NoSchedule', 'PreferNoSchedule', 'NoExecute'], `${where}.effect`, true));
    const pair = `${effect}/${key}`;
    if (seen.has(pair)) {
      const shown = { Key: key, Value: text(taint['value']), Effect: effect, TimeAdded: taint['timeAdded'] ?? null };
      const message = `Duplicate value: ${JSON.stringify(shown)}: taints must be unique by key and effect pair`;
      causes.push({ reason: 'FieldValueDuplicate', field: where, message });
    }
    seen.add(pair);
    return causes;
  });
}

function nodeUnchanged(next: KubeObject, live: KubeObject): StatusCause[] {
  const before = readSpec(live);
  const after = readSpec(next);
  const causes: StatusCause[] = [];
  const cidrs = strings(before['podCIDRs']);
  if (cidrs.length > 0 && !deepEqual(cidrs, after['podCIDRs'])) {
    causes.push(forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'));
  }
  const provider = text(before['providerID']);
  if (provider !== '' && provider !== text(after['providerID'])) {
    causes.push(forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid'));
  }
  return causes;
}

function validateSubsets(subsets: readonly Fields[]): StatusCause[] {
  return subsets.flatMap((subset, at) => {
    const where = `subsets[${at}]`;
    const ports = list(subset['ports']);
    const causes: StatusCause[] = [];
    if (list(subset['addresses']).length + list(subset['notReadyAddresses']).length === 0) {
      causes.push(required(where, 'must specify `addresses` or `notReadyAddresses`'));
    }
    for (const side of ['addresses', 'notReadyAddresses']) {
      for (const [index, address] of list(subset[side]).entries()) {
        causes.push(...endpointAddress(address, `${where}.${side}[${index}]`));
      }
    }
    return [
      ...causes,
      ...ports.flatMap((port, index) => endpointPort(port, ports.length > 1, `${where}.ports[${index}]`)),
    ];
  });
}

function endpointAddress(address: Fields, path: string): StatusCause[] {
  const hostname = text(address['hostname']);
  const node = text(address['nodeName']);
  return [
    ...(isIp(text(address['ip']))
      ? reachableIp(text(address['ip']), `${path}.ip`)
      : [
          ...ipAddress(text(address['ip']), `${path}.ip`),
          invalid(`${path}.ip`, text(address['ip']), 'must be a valid IP address'),
        ]),
    ...(hostname === '' ? [] : dnsLabel(hostname, `${path}.hostname`)),
    ...(node === '' ? [] : broken(`${path}.nodeName`, node, subdomainName(node, false))),
  ];
}

function endpointPort(port: Fields, named: boolean, path: string): StatusCause[] {
  const name = text(port['name']);
  const number = Number(port['port'] ?? 0);
  const causes =
    name === '' ? (named ? [required(`${path}.name`)] : []) : broken(`${path}.name`, name, dnsLabelErrors(name));
  causes.push(...broken(`${path}.port`, number, portNumberErrors(number)));
  return [...causes, ...oneOf(port['protocol'], ['SCTP', 'TCP', 'UDP'], `${path}.protocol`, true)];
}

const LIMIT_TYPES = ['Pod', 'Container', 'PersistentVolumeClaim'];

function validateLimitRange(object: KubeObject): StatusCause[] {
  const seen = new Set<string>();
  return list(readSpec(object)['limits']).flatMap((limit, at) => {
    const where = `spec.limits[${at}]`;
    const type = text(limit['type']);
    const causes = broken(`${where}.type`, type, qualifiedNameErrors(type));
    if (causes.length === 0 && !type.includes('/') && !LIMIT_TYPES.includes(type)) {
      causes.push(invalid(`${where}.type`, type, 'must be a standard limit type or fully qualified'));
    }
    if (seen.has(type)) causes.push(duplicate(`${where}.type`, type));
    seen.add(type);
    if (type === 'Pod') {
      for (const side of ['default', 'defaultRequest']) {
        if (Object.keys(fields(limit[side])).length === 0) continue;
        causes.push(forbidden(`${where}.${side}`, "may not be specified when `type` is 'Pod'"));
      }
    }
    const storage = fields(limit['min'])['storage'] ?? fields(limit['max'])['storage'];
    if (type === 'PersistentVolumeClaim' && storage === undefined) {
      const detail = 'either minimum or maximum storage value is required, but neither was provided';
      causes.push(required(`${where}.limits`, detail));
    }
    return [...causes, ...limitBounds(limit, where)];
  });
}

/** The bounds of one resource fit together. Each row: the smaller, the greater, where it is told, with which value. */
const BOUNDS = [
  ['min', 'max', 'min', 'min', 'min value', 'max value'],
  ['min', 'defaultRequest', 'defaultRequest', 'defaultRequest', 'min value', 'default request value'],
  ['defaultRequest', 'max', 'defaultRequest', 'defaultRequest', 'default request value', 'max value'],
  ['defaultRequest', 'default', 'defaultRequest', 'defaultRequest', 'default request value', 'default limit value'],
  ['min', 'default', 'default', 'min', 'min value', 'default value'],
  ['default', 'max', 'default', 'max', 'default value', 'max value'],
] as const;

function limitBounds(limit: Fields, path: string): StatusCause[] {
  const sides = ['max', 'min', 'default', 'defaultRequest'].map((side) => fields(limit[side]));
  const names = new Set(sides.flatMap((side) => Object.keys(side)));
  return [...names].flatMap((name) =>
    BOUNDS.flatMap(([small, great, side, shown, smallName, greatName]) => {
      const low = fields(limit[small])[name];
      const high = fields(limit[great])[name];
      if (low === undefined || high === undefined) return [];
      if (parseQuantity(String(low)).nano <= parseQuantity(String(high)).nano) return [];
      const detail = `${smallName} ${low} is greater than ${greatName} ${high}`;
      return [invalid(`${path}.${side}[${name}]`, fields(limit[shown])[name], detail)];
    }),
  );
}

const QUOTA_RESOURCES =
  /^(cpu|memory|ephemeral-storage|(requests|limits)\.(cpu|memory|storage|ephemeral-storage)|pods|resourcequotas|services|replicationcontrollers|secrets|persistentvolumeclaims|configmaps|services\.nodeports|services\.loadbalancers|(requests\.)?hugepages-.+)$/;
const SCOPES = [
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'PriorityClass',
  'Terminating',
  'VolumeAttributesClass',
];

const COMPUTE_RESOURCES = /^(pods|((requests|limits)\.)?(cpu|memory))$/;

/** The standard resources that a scope may count. */
function scopedResources(scope: string): RegExp {
  if (scope === 'BestEffort') return /^pods$/;
  if (scope === 'VolumeAttributesClass') return /^(persistentvolumeclaims|requests\.storage)$/;
  return SCOPES.includes(scope) ? COMPUTE_RESOURCES : /^/;
}

function validateQuota(spec: Fields): StatusCause[] {
  const causes = quotaAmounts(spec, 'hard', 'spec');
  const scopes = strings(spec['scopes']);
  const resources = Object.keys(fields(spec['hard']));
  for (const scope of scopes) {
    if (!SCOPES.includes(scope)) causes.push(invalid('spec.scopes', scopes, 'unsupported scope'));
    const counted = scopedResources(scope);
    for (const name of resources) {
      if (!QUOTA_RESOURCES.test(name) || counted.test(name)) continue;
      causes.push(invalid('spec.scopes', scopes, 'unsupported scope applied to resource'));
    }
  }
  for (const scope of ['BestEffort', 'Terminating']) {
    if (scopes.includes(scope) && scopes.includes(`Not${scope}`)) {
      causes.push(invalid('spec.scopes', scopes, 'conflicting scopes'));
    }
  }
  return causes;
}

function quotaAmounts(holder: Fields, side: string, path: string): StatusCause[] {
  return Object.entries(fields(holder[side])).flatMap(([name, amount]) => {
    const where = `${path}.${side}[${name}]`;
    const causes = broken(where, name, qualifiedNameErrors(name));
    if (causes.length === 0 && !name.includes('/') && !QUOTA_RESOURCES.test(name)) {
      causes.push(
        invalid(where, name, 'must be a standard resource for quota'),
        invalid(where, name, 'must be a standard resource type or fully qualified'),
      );
    }
    return [...causes, ...resourceAmount(name, amount, where)];
  });
}
