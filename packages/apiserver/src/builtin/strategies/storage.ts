import type { StatusCause } from '../../model/api-error.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../../model/field-error.ts';
import type { KubeObject } from '../../model/object.ts';
import type { StrategyContext } from '../../model/resource.ts';
import { immutable, validateObjectMetaUpdate } from '../metadata.ts';
import { dnsSubdomainErrors, qualifiedNameErrors, subdomainName } from '../names.ts';
import { parseQuantity } from '../quantity.ts';
import { validateNodeSelector } from '../validation/affinity.ts';
import { broken, invalidStruct, labelSelector, oneOf } from '../validation/common.ts';
import { className, positiveQuantity, validateAccessModes, validateClaimSpec } from '../validation/volume-claim.ts';
import { asFields, deepEqual, type Fields, fields, list, stringMap, strings, text } from '../values.ts';
import { type PartsByKind, readSpec } from './parts.ts';

/* Storage. Upstream: core/validation (volumes and claims), pkg/apis/storage/validation and the strategies. */

const CLAIM_IMMUTABLE =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n';

/** Strategies of volumes, claims and the group `storage.k8s.io`. */
export const storageParts: PartsByKind = {
  '/PersistentVolume': {
    ignoresMetaChange: true,
    revalidatesMeta: true,
    nameRule: subdomainName,
    prepareForCreate(next, context) {
      next['status'] = { phase: 'Pending', lastPhaseTransitionTime: context.now };
    },
    prepareStatus: keepTransition,
    validate: (next) => validateVolume(readSpec(next)),
    validateUpdate: (next, live) => [
      ...validateVolume(readSpec(next)),
      ...volumeUnchanged(readSpec(next), readSpec(live)),
    ],
    validateStatusUpdate: (next, live) => validateObjectMetaUpdate(next.metadata, live.metadata),
    fieldValues: (object) => ({ name: object.metadata.name ?? '' }),
  },
  '/PersistentVolumeClaim': {
    revalidatesMeta: true,
    nameRule: subdomainName,
    prepareForCreate(next) {
      next['status'] = { phase: 'Pending' };
      dropForeignSource(readSpec(next));
      mirrorDataSource(readSpec(next));
    },
    prepareForUpdate: (next) => mirrorDataSource(readSpec(next)),
    validate: (next) => validateClaimSpec(readSpec(next), 'spec'),
    validateUpdate: (next, live) => [...validateClaimSpec(readSpec(next), 'spec'), ...claimUnchanged(next, live)],
    fieldValues: (object) => ({ name: object.metadata.name ?? '' }),
  },
  'storage.k8s.io/StorageClass': {
    nameRule: subdomainName,
    validate: validateStorageClass,
    validateUpdate: storageClassUnchanged,
  },
  'storage.k8s.io/CSIDriver': {
    nameRule: subdomainName,
    unconditionalUpdate: false,
    generation: true,
    prepareForCreate(next) {
      delete next.metadata.generation;
    },
    validate: (next) => validateDriver(readSpec(next)),
    warnings: (next) => driverWarnings(readSpec(next)),
    validateUpdate: (next, live) => [
      ...immutable('spec.attachedRequired', readSpec(next)['attachRequired'], readSpec(live)['attachRequired']),
      ...immutable(
        'spec.volumeLifecycleModes',
        readSpec(next)['volumeLifecycleModes'],
        readSpec(live)['volumeLifecycleModes'],
      ),
    ],
  },
  'storage.k8s.io/CSINode': {
    ignoresMetaChange: true,
    nameRule: subdomainName,
    unconditionalUpdate: false,
    validate: (next) => validateNodeDrivers(list(readSpec(next)['drivers'])),
    validateUpdate: (next, live) => [
      ...driversUnchanged(list(readSpec(next)['drivers']), list(readSpec(live)['drivers'])),
      ...validateNodeDrivers(list(readSpec(next)['drivers'])),
    ],
  },
  'storage.k8s.io/CSIStorageCapacity': {
    nameRule: subdomainName,
    unconditionalUpdate: false,
    validate: validateCapacity,
    validateUpdate: (next, live) => [
      ...immutable('nodeTopology', next['nodeTopology'], live['nodeTopology']),
      ...immutable('storageClassName', next['storageClassName'], live['storageClassName']),
    ],
  },
  'storage.k8s.io/VolumeAttachment': {
    ignoresMetaChange: true,
    nameRule: subdomainName,
    unconditionalUpdate: false,
    validate: (next) => validateAttachment(readSpec(next)),
    statusKeepsMeta: true,
    validateUpdate: (next, live) => immutable('spec', next['spec'], live['spec']),
  },
  'storage.k8s.io/VolumeAttributesClass': {
    nameRule: subdomainName,
    validate: (next) => [
      ...driverName(text(next['driverName']), 'driverName'),
      ...(Object.keys(fields(next['parameters'])).length === 0
        ? [required('parameters', 'must contain at least one key/value pair')]
        : []),
    ],
    validateUpdate: (next, live) => [
      ...(next['driverName'] === live['driverName']
        ? []
        : [forbidden('driverName', 'updates to driverName are forbidden.')]),
      ...(deepEqual(next['parameters'], live['parameters'])
        ? []
        : [forbidden('parameters', 'updates to parameters are forbidden.')]),
    ],
  },
};

/** When a volume's phase last changed. */
function keepTransition(next: KubeObject, live: KubeObject, { now }: StrategyContext): void {
  const after = fields(next['status']);
  const before = fields(live['status']);
  const said = after['lastPhaseTransitionTime'];
  const known = before['lastPhaseTransitionTime'];
  const same = after['phase'] === before['phase'];
  const time = same ? (said ?? known) : said === undefined || said === known ? now : said;
  if (time !== undefined) next['status'] = { ...after, lastPhaseTransitionTime: time };
}

/** Only claims and snapshots may be the `dataSource`: anything else was always ignored. */
function dropForeignSource(spec: Fields): void {
  const source = asFields(spec['dataSource']);
  if (!source) return;
  const group = text(source['apiGroup']);
  const isClaim = group === '' && source['kind'] === 'PersistentVolumeClaim';
  const isSnapshot = group === 'snapshot.storage.k8s.io' && source['kind'] === 'VolumeSnapshot';
  if (!isClaim && !isSnapshot) delete spec['dataSource'];
}

/** `dataSource` and `dataSourceRef` name the same, unless the latter is in another namespace. */
function mirrorDataSource(spec: Fields): void {
  const source = asFields(spec['dataSource']);
  const reference = asFields(spec['dataSourceRef']);
  if (source && !reference) spec['dataSourceRef'] = { ...source };
  else if (reference && !source && text(reference['namespace']) === '') spec['dataSource'] = { ...reference };
}

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];
const SETTINGS = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

function validateVolume(spec: Fields): StatusCause[] {
  const capacity = fields(spec['capacity']);
  const causes = strings(spec['accessModes']).length === 0 ? [required('spec.accessModes')] : [];
  causes.push(...validateAccessModes(spec['accessModes'], 'spec.accessModes'));
  if (Object.keys(capacity).length === 0) causes.push(required('spec.capacity'));
  if (capacity['storage'] === undefined || Object.keys(capacity).length > 1) {
    const shown = Object.keys(capacity).length === 0 ? null : capacity;
    causes.push(notSupported('spec.capacity', shown, ['storage']));
  }
  for (const [name, amount] of Object.entries(capacity)) {
    causes.push(...positiveQuantity(amount, `spec.capacity[${name}]`));
  }
  causes.push(...oneOf(spec['persistentVolumeReclaimPolicy'], RECLAIM_POLICIES, 'spec.persistentVolumeReclaimPolicy'));
  const selector = asFields(fields(spec['nodeAffinity'])['required']);
  if (selector) causes.push(...validateNodeSelector(selector, 'spec.nodeAffinity.required'));
  else if (asFields(spec['nodeAffinity'])) {
    causes.push(required('spec.nodeAffinity.required', 'must specify required node constraints'));
  }
  causes.push(...volumeSource(spec, selector !== undefined));
  causes.push(...className(spec['storageClassName'], 'spec.storageClassName'));
  const mode = spec['volumeMode'];
  return mode === undefined ? causes : [...causes, ...oneOf(mode, ['Block', 'Filesystem'], 'spec.volumeMode')];
}

function volumeSource(spec: Fields, placed: boolean): StatusCause[] {
  const [first, ...others] = Object.keys(spec).filter((field) => !SETTINGS.has(field) && asFields(spec[field]));
  if (first === undefined) return [required('spec', 'must specify a volume type')];
  const source = fields(spec[first]);
  const causes: StatusCause[] = [];
  if (first === 'hostPath' || first === 'local') {
    const where = text(source['path']);
    if (where === '') causes.push(required(`spec.${first}.path`));
    else if (where.split('/').includes('..')) {
      causes.push(invalid(`spec.${first}.path`, where, "must not contain '..'"));
    }
  }
  if (first === 'nfs') {
    for (const field of ['server', 'path']) if (text(source[field]) === '') causes.push(required(`spec.nfs.${field}`));
  }
  if (first === 'csi') {
    causes.push(...driverName(text(source['driver']), 'spec.csi.driver'));
    if (text(source['volumeHandle']) === '') causes.push(required('spec.csi.volumeHandle'));
  }
  if (first === 'local' && !placed) causes.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  return [...causes, ...others.map((field) => forbidden(`spec.${field}`, 'may not specify more than 1 volume type'))];
}

function volumeUnchanged(next: Fields, live: Fields): StatusCause[] {
  const sources = (spec: Fields) => Object.fromEntries(Object.entries(spec).filter(([field]) => !SETTINGS.has(field)));
  const causes = deepEqual(sources(next), sources(live))
    ? []
    : [forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation\n')];
  causes.push(...immutable('volumeMode', next['volumeMode'], live['volumeMode']));
  if (live['nodeAffinity'] !== undefined && !deepEqual(next['nodeAffinity'], live['nodeAffinity'])) {
    causes.push(invalid('spec.nodeAffinity', next['nodeAffinity'] ?? null, 'field is immutable'));
  }
  return causes;
}

function claimUnchanged(next: KubeObject, live: KubeObject): StatusCause[] {
  const after = readSpec(next);
  const before = readSpec(live);
  const bound = fields(next['status'])['phase'] === 'Bound';
  const storage = (spec: Fields) => fields(fields(spec['resources'])['requests'])['storage'];
  const comparable = (spec: Fields): Fields => ({
    ...spec,
    ...(text(before['volumeName']) === '' && { volumeName: null }),
    ...(before['storageClassName'] === undefined && { storageClassName: null }),
    ...(bound && {
      volumeAttributesClassName: null,
      resources: {
        ...fields(spec['resources']),
        requests: { ...fields(fields(spec['resources'])['requests']), storage: null },
      },
    }),
  });
  const causes = deepEqual(comparable(after), comparable(before)) ? [] : [forbidden('spec', CLAIM_IMMUTABLE)];
  const newSize = parseQuantity(String(storage(after) ?? '0')).nano;
  const capacity = fields(fields(live['status'])['capacity'])['storage'];
  if (
    newSize < parseQuantity(String(storage(before) ?? '0')).nano &&
    newSize <= parseQuantity(String(capacity ?? '0')).nano
  ) {
    causes.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  return [...causes, ...immutable('volumeMode', after['volumeMode'], before['volumeMode'])];
}

function validateStorageClass(object: KubeObject): StatusCause[] {
  const provisioner = text(object['provisioner']);
  const causes =
    provisioner === ''
      ? [required('provisioner')]
      : broken('provisioner', provisioner.toLowerCase(), qualifiedNameErrors(provisioner.toLowerCase()));
  for (const key of Object.keys(stringMap(object['parameters']))) {
    if (key === '') causes.push(invalid('parameters', key, 'field can not be empty.'));
  }
  causes.push(...oneOf(object['reclaimPolicy'], ['Delete', 'Retain'], 'reclaimPolicy'));
  return [...causes, ...oneOf(object['volumeBindingMode'], ['Immediate', 'WaitForFirstConsumer'], 'volumeBindingMode')];
}

function storageClassUnchanged(next: KubeObject, live: KubeObject): StatusCause[] {
  const causes = ['parameters', 'provisioner', 'reclaimPolicy']
    .filter((field) => !deepEqual(next[field], live[field]))
    .map((field) => forbidden(field, `updates to ${field} are forbidden.`));
  return [...causes, ...immutable('volumeBindingMode', next['volumeBindingMode'], live['volumeBindingMode'])];
}

function driverName(name: string, path: string): StatusCause[] {
  if (name === '') return [required(path)];
  const causes =
    name.length > 63
      ? [{ reason: 'FieldValueTooLong', field: path, message: 'Too long: may not be more than 63 bytes' }]
      : [];
  return [...causes, ...broken(path, name.toLowerCase(), dnsSubdomainErrors(name.toLowerCase()))];
}

function validateDriver(spec: Fields): StatusCause[] {
  const policies = ['File', 'None', 'ReadWriteOnceWithFSType'];
  return [
    ...(spec['attachRequired'] === undefined ? [required('spec.attachedRequired')] : []),
    ...oneOf(spec['fsGroupPolicy'], policies, 'spec.fsGroupPolicy'),
    ...tokenRequests(list(spec['tokenRequests'])),
    ...strings(spec['volumeLifecycleModes'])
      .filter((mode) => mode !== 'Persistent' && mode !== 'Ephemeral')
      .map((mode) => notSupported('spec.volumeLifecycleModes', mode, ['Persistent', 'Ephemeral'])),
  ];
}

const SHORTEST_TOKEN = 600;
const LONGEST_TOKEN = 2 ** 32;

function tokenRequests(requests: readonly Fields[]): StatusCause[] {
  const audiences = new Set<string>();
  return requests.flatMap((request, at) => {
    const path = `spec.tokenRequests[${at}]`;
    const audience = text(request['audience']);
    const seconds = request['expirationSeconds'];
    const causes = audiences.has(audience) ? [duplicate(`${path}.audience`, audience)] : [];
    audiences.add(audience);
    if (typeof seconds !== 'number') return causes;
    const where = `${path}.expirationSeconds`;
    if (seconds < SHORTEST_TOKEN) {
      causes.push(invalid(where, seconds, 'may not specify a duration less than 10 minutes'));
    }
    if (seconds > LONGEST_TOKEN) {
      causes.push(invalid(where, seconds, 'may not specify a duration larger than 2^32 seconds'));
    }
    return causes;
  });
}

function driverWarnings(spec: Fields): string[] {
  if (list(spec['tokenRequests']).length === 0 || spec['serviceAccountTokenInSecrets'] !== undefined) return [];
  return [
    'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes',
  ];
}

/** A driver that stays is what it was. Values are shown as the internal Go type, which has no JSON names. */
function driversUnchanged(next: readonly Fields[], live: readonly Fields[]): StatusCause[] {
  return live.flatMap((before) => {
    const after = next.find((one) => one['name'] === before['name']);
    return !after || deepEqual(after, before)
      ? []
      : [invalidStruct('spec.drivers', driverAsGo(after), 'field is immutable')];
  });
}

function driverAsGo(driver: Fields): Fields {
  const allocatable = asFields(driver['allocatable']);
  return {
    Name: text(driver['name']),
    NodeID: text(driver['nodeID']),
    TopologyKeys: driver['topologyKeys'] ?? null,
    Allocatable: allocatable ? { Count: allocatable['count'] ?? null } : null,
  };
}

function validateNodeDrivers(drivers: readonly Fields[]): StatusCause[] {
  const names = drivers.map((driver) => text(driver['name']));
  return drivers.flatMap((driver, at) => [
    ...(names.indexOf(text(driver['name'])) < at ? [duplicate(`spec.drivers[${at}].name`, text(driver['name']))] : []),
    ...driverName(text(driver['name']), `spec.drivers[${at}].name`),
    ...(text(driver['nodeID']) === '' ? [required(`spec.drivers[${at}].nodeID`)] : []),
  ]);
}

function validateCapacity(object: KubeObject): StatusCause[] {
  const name = text(object['storageClassName']);
  return [
    ...labelSelector(object['nodeTopology'], 'nodeTopology'),
    ...broken('storageClassName', name, subdomainName(name, false)),
    ...['capacity', 'maximumVolumeSize'].flatMap((field) =>
      object[field] !== undefined && parseQuantity(String(object[field])).nano < 0n
        ? [invalid(field, object[field], 'must be greater than or equal to 0')]
        : [],
    ),
  ];
}

function validateAttachment(spec: Fields): StatusCause[] {
  const source = fields(spec['source']);
  const attacher = text(spec['attacher']);
  const node = text(spec['nodeName']);
  const both = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName';
  const causes = attacher === '' ? [required('spec.attacher')] : [];
  const inline = asFields(source['inlineVolumeSpec']);
  const name = source['persistentVolumeName'];
  if (!inline && name === undefined) causes.push(required('spec.source', both));
  if (inline && name !== undefined) causes.push(forbidden('spec.source', both));
  causes.push(...broken('spec.nodeName', node, subdomainName(node, false)));
  return [...causes, ...driverName(attacher, 'spec.attacher')];
}
