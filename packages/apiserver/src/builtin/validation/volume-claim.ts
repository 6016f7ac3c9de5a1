import type { StatusCause } from '../../model/api-error.ts';
import { forbidden, invalid, notSupported, required } from '../../model/field-error.ts';
import { dnsSubdomainErrors, labelName, subdomainName } from '../names.ts';
import { parseQuantity } from '../quantity.ts';
import { asFields, type Fields, fields, strings, text } from '../values.ts';
import { broken, labelSelector } from './common.ts';

/* Claims of volumes. Upstream: ValidatePersistentVolumeClaimSpec in pkg/apis/core/validation/validation.go. */

/** What volumes can be mounted as. */
export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** All that is wrong with `accessModes`. */
export function validateAccessModes(value: unknown, path: string): StatusCause[] {
  const modes = strings(value);
  const causes = modes
    .filter((mode) => !ACCESS_MODES.includes(mode))
    .map((mode) => notSupported(path, mode, ACCESS_MODES));
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode));
  if (modes.includes('ReadWriteOncePod') && others) {
    causes.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  }
  return causes;
}

/** A quantity above zero. */
export function positiveQuantity(value: unknown, path: string): StatusCause[] {
  const { nano, text: shown } = parseQuantity(String(value));
  return nano > 0n ? [] : [invalid(path, shown, 'must be greater than zero')];
}

/** All that is wrong with the spec of a claim. */
export function validateClaimSpec(spec: Fields, path: string): StatusCause[] {
  const causes =
    strings(spec['accessModes']).length === 0
      ? [required(`${path}.accessModes`, 'at least 1 access mode is required')]
      : [];
  causes.push(...labelSelector(spec['selector'], `${path}.selector`));
  causes.push(...validateAccessModes(spec['accessModes'], `${path}.accessModes`));
  const storage = fields(fields(spec['resources'])['requests'])['storage'];
  const storagePath = `${path}.resources[storage]`;
  causes.push(...(storage === undefined ? [required(storagePath)] : positiveQuantity(storage, storagePath)));
  causes.push(...className(spec['storageClassName'], `${path}.storageClassName`));
  const mode = spec['volumeMode'];
  if (mode !== undefined && mode !== 'Block' && mode !== 'Filesystem') {
    causes.push(notSupported(`${path}.volumeMode`, mode, ['Block', 'Filesystem']));
  }
  for (const field of ['dataSource', 'dataSourceRef']) {
    const source = asFields(spec[field]);
    if (source) causes.push(...validateDataSource(source, `${path}.${field}`));
  }
  causes.push(...sameSources(spec, path));
  return [...causes, ...className(spec['volumeAttributesClassName'], `${path}.volumeAttributesClassName`)];
}

/** The name of a class, where one is given. */
export function className(value: unknown, path: string): StatusCause[] {
  const name = text(value);
  return name === '' ? [] : broken(path, name, subdomainName(name, false));
}

function validateDataSource(source: Fields, path: string): StatusCause[] {
  const causes = ['name', 'kind'].flatMap((field) =>
    text(source[field]) === '' ? [required(`${path}.${field}`)] : [],
  );
  const group = text(source['apiGroup']);
  const kind = text(source['kind']);
  if (group === '' && kind !== 'PersistentVolumeClaim') {
    causes.push(invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
  if (group !== '') causes.push(...broken(`${path}.apiGroup`, group, dnsSubdomainErrors(group)));
  const namespace = text(source['namespace']);
  return namespace === ''
    ? causes
    : [...causes, ...broken(`${path}.namespace`, namespace, labelName(namespace, false))];
}

function sameSources(spec: Fields, path: string): StatusCause[] {
  const source = asFields(spec['dataSource']);
  const reference = asFields(spec['dataSourceRef']);
  if (!source || !reference) return [];
  const shown = `${path}.dataSource`;
  if (text(reference['namespace']) !== '') {
    return [invalid(path, shown, 'may not be specified when dataSourceRef.namespace is specified')];
  }
  const same = ['apiGroup', 'kind', 'name'].every((field) => source[field] === reference[field]);
  return same ? [] : [invalid(path, shown, 'must match dataSourceRef')];
}
