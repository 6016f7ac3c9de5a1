import type { StatusCause } from '../../model/api-error.ts';
import { invalid, notSupported, required } from '../../model/field-error.ts';
import { configMapKeyErrors, envVarNameErrors, qualifiedNameErrors, subdomainName } from '../names.ts';
import { asFields, type Fields, fields, list, text } from '../values.ts';
import { broken } from './common.ts';

/* Environment variables of containers. Upstream: ValidateEnv, ValidateEnvFrom in pkg/apis/core/validation/validation.go. */

const DOWNWARD_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const RESOURCES = ['cpu', 'ephemeral-storage', 'memory'];
const RESOURCE_FIELDS = ['limits', 'requests'].flatMap((side) => RESOURCES.map((name) => `${side}.${name}`));
const NO_SOURCE =
  'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';

/** All that is wrong with `env`. */
export function validateEnv(variables: unknown, path: string): StatusCause[] {
  return list(variables).flatMap((variable, at) => {
    const name = text(variable['name']);
    const namePath = `${path}[${at}].name`;
    const causes = name === '' ? [required(namePath)] : broken(namePath, name, envVarNameErrors(name));
    const source = asFields(variable['valueFrom']);
    return source
      ? [...causes, ...validateSource(source, text(variable['value']), `${path}[${at}].valueFrom`)]
      : causes;
  });
}

function validateSource(source: Fields, value: string, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  let sources = 0;
  const check = (field: string, rule: (reference: Fields, at: string) => StatusCause[]) => {
    const reference = asFields(source[field]);
    if (!reference) return;
    sources += 1;
    causes.push(...rule(reference, `${path}.${field}`));
  };
  check('fieldRef', (reference, at) => validateFieldRef(reference, DOWNWARD_PATHS, at));
  check('resourceFieldRef', (reference, at) => validateResourceFieldRef(reference, at, false));
  check('configMapKeyRef', keyRef);
  check('secretKeyRef', keyRef);
  check('fileKeyRef', (reference, at) =>
    ['volumeName', 'path', 'key'].flatMap((field) =>
      text(reference[field]) === '' ? [required(`${at}.${field}`)] : [],
    ),
  );
  if (sources === 0) causes.push(invalid(path, '', NO_SOURCE));
  else if (value !== '') causes.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  else if (sources > 1) causes.push(invalid(path, '', 'may not have more than one field specified at a time'));
  return causes;
}

/** A field of the Pod that the downward API gives; `allowed` are the paths without a subscript. */
export function validateFieldRef(reference: Fields, allowed: readonly string[], path: string): StatusCause[] {
  if (text(reference['apiVersion']) === '') return [required(`${path}.apiVersion`)];
  const fieldPath = text(reference['fieldPath']);
  if (fieldPath === '') return [required(`${path}.fieldPath`)];
  const subscript = /^(.+)\['([^']*)'\]$/.exec(fieldPath);
  const base = subscript?.[1] ?? fieldPath;
  if (!isConvertible(base, reference['apiVersion'], subscript !== null)) {
    const why =
      reference['apiVersion'] === 'v1'
        ? `field label not supported: ${base}`
        : `unsupported pod version: ${text(reference['apiVersion'])}`;
    return [invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`)];
  }
  if (subscript) {
    const key = subscript[2] ?? '';
    return broken(path, key, qualifiedNameErrors(base === 'metadata.annotations' ? key.toLowerCase() : key));
  }
  return allowed.includes(base) ? [] : [notSupported(`${path}.fieldPath`, base, allowed)];
}

const CONVERTIBLE = new Set([
  ...DOWNWARD_PATHS,
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
  'spec.host',
]);

function isConvertible(path: string, version: unknown, subscripted: boolean): boolean {
  if (version !== 'v1') return false;
  return subscripted ? path === 'metadata.annotations' || path === 'metadata.labels' : CONVERTIBLE.has(path);
}

/** An amount of a container's resources; in a volume the container must be named. */
export function validateResourceFieldRef(reference: Fields, path: string, inVolume: boolean): StatusCause[] {
  const resource = text(reference['resource']);
  if (inVolume && text(reference['containerName']) === '') return [required(`${path}.containerName`)];
  if (resource === '') return [required(`${path}.resource`)];
  if (RESOURCE_FIELDS.includes(resource) || /^(limits|requests)\.hugepages-/.test(resource)) return [];
  return [notSupported(`${path}.resource`, resource, RESOURCE_FIELDS)];
}

function keyRef(reference: Fields, path: string): StatusCause[] {
  const name = text(reference['name']);
  const causes = broken(`${path}.name`, name, subdomainName(name, false));
  const key = text(reference['key']);
  return [...causes, ...(key === '' ? [required(`${path}.key`)] : broken(`${path}.key`, key, configMapKeyErrors(key)))];
}

/** All that is wrong with `envFrom`. */
export function validateEnvFrom(sources: unknown, path: string): StatusCause[] {
  return list(sources).flatMap((source, at) => {
    const prefix = text(source['prefix']);
    const causes = prefix === '' ? [] : broken(`${path}[${at}].prefix`, prefix, envVarNameErrors(prefix));
    const given = ['configMapRef', 'secretRef'].filter((field) => asFields(source[field]));
    for (const field of given) {
      const name = text(fields(source[field])['name']);
      const namePath = `${path}[${at}].${field}.name`;
      if (name === '') causes.push(required(namePath));
      else causes.push(...broken(namePath, name, subdomainName(name, true)));
    }
    if (given.length === 0) causes.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (given.length > 1) causes.push(invalid(path, '', 'may not have more than one field specified at a time'));
    return causes;
  });
}
