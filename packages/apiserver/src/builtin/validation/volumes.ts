import type { StatusCause } from '../../model/api-error.ts';
import { duplicate, forbidden, invalid, notSupported, required } from '../../model/field-error.ts';
import { configMapKeyErrors, subdomainName } from '../names.ts';
import { parseQuantity } from '../quantity.ts';
import { asFields, type Fields, fields, list, text } from '../values.ts';
import { broken, dnsLabel, localDescendingPath, noBacksteps } from './common.ts';
import { validateFieldRef, validateResourceFieldRef } from './environment.ts';
import { validateClaimSpec } from './volume-claim.ts';

/* Volumes of Pods. Upstream: ValidateVolumes, validateVolumeSource in pkg/apis/core/validation/validation.go. */

const VOLUME_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
const PROJECTIONS = [
  'secret',
  'configMap',
  'downwardAPI',
  'serviceAccountToken',
  'clusterTrustBundle',
  'podCertificate',
];

type Rule = (source: Fields, path: string) => StatusCause[];

function needs(...names: readonly string[]): Rule {
  return (source, path) => names.flatMap((name) => (text(source[name]) === '' ? [required(`${path}.${name}`)] : []));
}

// In the order in which they are looked at: all but the first one given are forbidden.
const SOURCES: Readonly<Record<string, Rule>> = {
  emptyDir: (source, path) =>
    source['sizeLimit'] !== undefined && parseQuantity(String(source['sizeLimit'])).nano < 0n
      ? [forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
      : [],
  hostPath,
  gitRepo: needs('repository'),
  gcePersistentDisk: (source, path) => needs('pdName')(source, path.replace('gcePersistentDisk', 'persistentDisk')),
  awsElasticBlockStore: needs('volumeID'),
  secret: (source, path) => keyVolume(source, 'secretName', path),
  nfs: (source, path) => [
    ...needs('server', 'path')(source, path),
    ...(!text(source['path']).startsWith('/')
      ? [invalid(`${path}.path`, text(source['path']), 'must be an absolute path')]
      : []),
  ],
  iscsi: needs('targetPortal', 'iqn'),
  glusterfs: needs('endpoints', 'path'),
  flocker: () => [],
  persistentVolumeClaim: needs('claimName'),
  rbd: needs('image'),
  cinder: needs('volumeID'),
  cephfs: () => [],
  quobyte: needs('registry', 'volume'),
  downwardAPI: (source, path) => [
    ...mode(source['defaultMode'], `${path}.defaultMode`),
    ...downwardItems(source, path),
  ],
  fc: () => [],
  flexVolume: needs('driver'),
  configMap: (source, path) => keyVolume(source, 'name', path),
  azureFile: needs('secretName', 'shareName'),
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk: needs('diskName', 'diskURI'),
  storageos: () => [],
  projected,
  scaleIO: needs('gateway', 'system', 'volumeName'),
  csi: needs('driver'),
  ephemeral: (source, path) => {
    const template = asFields(source['volumeClaimTemplate']);
    if (!template) return [required(`${path}.volumeClaimTemplate`)];
    return validateClaimSpec(fields(template['spec']), `${path}.volumeClaimTemplate.spec`);
  },
  image: () => [],
};

const FORBIDDEN_NAMES: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' };

/** All that is wrong with `volumes`, and the valid ones by name. */
export function validateVolumes(
  volumes: readonly Fields[],
  path: string,
): [ReadonlyMap<string, Fields>, StatusCause[]] {
  const valid = new Map<string, Fields>();
  const causes: StatusCause[] = [];
  for (const [at, volume] of volumes.entries()) {
    const where = `${path}[${at}]`;
    const name = text(volume['name']);
    const own = validateSource(volume, where);
    own.push(...(name === '' ? [required(`${where}.name`)] : dnsLabel(name, `${where}.name`)));
    if (valid.has(name)) own.push(duplicate(`${where}.name`, name));
    if (own.length === 0) valid.set(name, volume);
    causes.push(...own);
  }
  return [valid, causes];
}

function validateSource(volume: Fields, path: string): StatusCause[] {
  const given = Object.keys(SOURCES).filter((field) => asFields(volume[field]));
  const [first, ...others] = given;
  if (first === undefined) return [required(path, 'must specify a volume type')];
  return [
    ...(SOURCES[first]?.(fields(volume[first]), `${path}.${first}`) ?? []),
    ...others.map((field) =>
      forbidden(`${path}.${FORBIDDEN_NAMES[field] ?? field}`, 'may not specify more than 1 volume type'),
    ),
  ];
}

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

function hostPath(source: Fields, path: string): StatusCause[] {
  const value = text(source['path']);
  if (value === '') return [required(`${path}.path`)];
  const type = text(source['type']);
  return [
    ...noBacksteps(value, `${path}.path`),
    ...(HOST_PATH_TYPES.includes(type) ? [] : [notSupported(`${path}.type`, type, HOST_PATH_TYPES)]),
  ];
}

function mode(value: unknown, path: string): StatusCause[] {
  if (typeof value !== 'number' || (value >= 0 && value <= 0o777)) return [];
  return [invalid(path, value, 'must be a number between 0 and 0777 (octal), both inclusive')];
}

function keyVolume(source: Fields, nameField: string, path: string): StatusCause[] {
  const causes = text(source[nameField]) === '' ? [required(`${path}.${nameField}`)] : [];
  return [...causes, ...mode(source['defaultMode'], `${path}.defaultMode`), ...keysToPaths(source, `${path}.items`)];
}

function keysToPaths(source: Fields, path: string): StatusCause[] {
  return list(source['items']).flatMap((item, at) => {
    const causes =
      text(item['key']) === ''
        ? [required(`${path}[${at}].key`)]
        : broken(`${path}[${at}].key`, item['key'], configMapKeyErrors(text(item['key'])));
    const target = text(item['path']);
    if (target === '') causes.push(required(`${path}[${at}].path`));
    else causes.push(...nonReservedPath(target, `${path}[${at}].path`));
    return [...causes, ...mode(item['mode'], `${path}[${at}].mode`)];
  });
}

function nonReservedPath(value: string, path: string): StatusCause[] {
  const causes = localDescendingPath(value, path);
  if (value.startsWith('..') && !value.startsWith('../')) causes.push(invalid(path, value, "must not start with '..'"));
  return causes;
}

function downwardItems(source: Fields, path: string): StatusCause[] {
  return list(source['items']).flatMap((item) => {
    const target = text(item['path']);
    const causes = target === '' ? [required(`${path}.path`)] : nonReservedPath(target, `${path}.path`);
    const fieldRef = asFields(item['fieldRef']);
    const resourceRef = asFields(item['resourceFieldRef']);
    if (fieldRef) {
      causes.push(...validateFieldRef(fieldRef, VOLUME_FIELDS, `${path}.fieldRef`));
      if (resourceRef)
        causes.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
    } else if (resourceRef) causes.push(...validateResourceFieldRef(resourceRef, `${path}.resourceFieldRef`, true));
    else causes.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
    return [...causes, ...mode(item['mode'], `${path}.mode`)];
  });
}

function projected(source: Fields, path: string): StatusCause[] {
  const causes = mode(source['defaultMode'], `${path}.defaultMode`);
  for (const [at, projection] of list(source['sources']).entries()) {
    const where = `${path}.sources[${at}]`;
    const given = PROJECTIONS.filter((field) => asFields(projection[field]));
    const [first, ...others] = given;
    if (first !== undefined) {
      causes.push(...validateProjection(first, fields(projection[first]), `${where}.${first}`, path));
    }
    for (const field of others) causes.push(forbidden(`${where}.${field}`, 'may not specify more than 1 volume type'));
  }
  return causes;
}

function validateProjection(kind: string, source: Fields, path: string, volumePath: string): StatusCause[] {
  switch (kind) {
    case 'secret':
    case 'configMap':
      return [
        ...(text(source['name']) === '' ? [required(`${path}.name`)] : []),
        ...keysToPaths(source, `${path}.items`),
      ];
    case 'downwardAPI':
      return downwardItems(source, path);
    case 'serviceAccountToken':
      return serviceAccountToken(source, path, volumePath);
    default:
      return text(source['name']) === ''
        ? []
        : broken(`${path}.name`, source['name'], subdomainName(text(source['name']), false));
  }
}

function serviceAccountToken(source: Fields, path: string, volumePath: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const seconds = Number(source['expirationSeconds'] ?? 0);
  if (seconds < 600)
    causes.push(invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes'));
  if (seconds > 2 ** 32)
    causes.push(invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds'));
  const target = text(source['path']);
  return [
    ...causes,
    ...(target === '' ? [required(`${volumePath}.path`)] : nonReservedPath(target, `${volumePath}.path`)),
  ];
}
