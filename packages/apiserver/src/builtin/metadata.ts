import type { StatusCause } from '../model/api-error.ts';
import { forbidden, invalid, required, tooLong } from '../model/field-error.ts';
import { compareCodePoints, goQuote } from '../model/go-format.ts';
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference } from '../model/object.ts';
import { parseApiVersion } from '../model/object.ts';
import { labelName, labelValueErrors, type NameRule, qualifiedNameErrors } from './names.ts';
import { deepEqual } from './values.ts';

/*
 * Rules of metadata that hold for every type. Upstream: apimachinery pkg/api/validation/objectmeta.go and
 * pkg/apis/meta/v1/validation.
 */

const ANNOTATIONS_LIMIT = 256 * 1024;
const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/** The sentence for a field that may not change. */
export const IMMUTABLE = 'field is immutable';

/** All that is wrong with the metadata of an object whose name has already been generated. */
export function validateObjectMeta(
  meta: ObjectMeta,
  namespaced: boolean,
  nameRule: NameRule,
  path = 'metadata',
): StatusCause[] {
  return [
    ...validateNames(meta, nameRule, path),
    ...validateNamespace(meta.namespace ?? '', namespaced, `${path}.namespace`),
    ...((meta.generation ?? 0) < 0
      ? [invalid(`${path}.generation`, meta.generation, 'must be greater than or equal to 0')]
      : []),
    ...validateLabels(meta.labels, `${path}.labels`),
    ...validateAnnotations(meta.annotations, `${path}.annotations`),
    ...validateOwnerReferences(meta.ownerReferences ?? [], `${path}.ownerReferences`),
    ...validateFinalizers(meta.finalizers ?? [], `${path}.finalizers`),
    ...validateManagedFields(meta.managedFields ?? [], `${path}.managedFields`),
  ];
}

function validateNames(meta: ObjectMeta, nameRule: NameRule, path: string): StatusCause[] {
  const { name = '', generateName = '' } = meta;
  const causes =
    generateName === ''
      ? []
      : nameRule(generateName, true).map((error) => invalid(`${path}.generateName`, generateName, error));
  if (name === '') return [...causes, required(`${path}.name`, 'name or generateName is required')];
  return [...causes, ...nameRule(name, false).map((error) => invalid(`${path}.name`, name, error))];
}

function validateNamespace(namespace: string, namespaced: boolean, path: string): StatusCause[] {
  if (!namespaced) return namespace === '' ? [] : [forbidden(path, 'not allowed on this type')];
  if (namespace === '') return [required(path)];
  return labelName(namespace, false).map((error) => invalid(path, namespace, error));
}

/** What is wrong with labels. In order of keys, where Go's order is random. */
export function validateLabels(labels: Readonly<Record<string, string>> | undefined, path: string): StatusCause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedNameErrors(key).map((error) => invalid(path, key, error)),
    ...labelValueErrors(value).map((error) => invalid(path, value, error)),
  ]);
}

/** What is wrong with annotations: their keys and their size in all. */
export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
): StatusCause[] {
  const causes: StatusCause[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    causes.push(...qualifiedNameErrors(key.toLowerCase()).map((error) => invalid(path, key, error)));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > ANNOTATIONS_LIMIT) causes.push(tooLong(path, ANNOTATIONS_LIMIT));
  return causes;
}

function validateOwnerReferences(owners: readonly OwnerReference[], path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  let controller = '';
  for (const owner of owners) {
    causes.push(...validateOwnerReference(owner, path));
    if (owner.controller !== true) continue;
    const current = `${owner.kind}/${owner.name}`;
    if (controller === '') controller = current;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${current}`;
      const message = `Invalid value: ${ownersAsGo(owners)}: ${detail}`;
      causes.push({ reason: 'FieldValueInvalid', message, field: path });
    }
  }
  return causes;
}

/** Owners as messages show them: with their fields in the order in which upstream declares them. */
function ownersAsGo(owners: readonly OwnerReference[]): string {
  const ordered = owners.map(({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }) => {
    return { apiVersion, kind, name, uid, controller, blockOwnerDeletion };
  });
  return JSON.stringify(ordered);
}

function validateOwnerReference(owner: OwnerReference, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const { group, version } = parseApiVersion(owner.apiVersion ?? '');
  if (version === '') causes.push(invalid(`${path}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty'));
  for (const field of ['kind', 'name', 'uid'] as const) {
    if ((owner[field] ?? '') === '') causes.push(invalid(`${path}.${field}`, '', 'must not be empty'));
  }
  if (group === '' && version === 'v1' && owner.kind === 'Event') {
    causes.push(invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner'));
  }
  return causes;
}

function validateFinalizers(finalizers: readonly string[], path: string): StatusCause[] {
  const causes = finalizers.flatMap((name) => qualifiedNameErrors(name).map((error) => invalid(path, name, error)));
  if (finalizers.includes(ORPHAN) && finalizers.includes(FOREGROUND)) {
    causes.push(invalid(path, finalizers, `finalizer ${ORPHAN} and ${FOREGROUND} cannot be both set`));
  }
  return causes;
}

const STANDARD_FINALIZERS = ['kubernetes', ORPHAN, FOREGROUND];

/** What is wrong with finalizers of Kubernetes' own types: without a domain only a few are known. */
export function validateKubeFinalizers(finalizers: readonly string[], path = 'metadata.finalizers'): StatusCause[] {
  const detail = 'name is neither a standard finalizer name nor is it fully qualified';
  return finalizers.flatMap((name, at) =>
    name.includes('/') || STANDARD_FINALIZERS.includes(name) ? [] : [invalid(`${path}[${at}]`, name, detail)],
  );
}

function validateManagedFields(entries: readonly ManagedFieldsEntry[], path: string): StatusCause[] {
  return entries.flatMap((entry, position) => {
    const at = `${path}[${position}]`;
    const causes: StatusCause[] = [];
    if (entry.operation !== 'Apply' && entry.operation !== 'Update') {
      causes.push(invalid(`${at}.operation`, entry.operation ?? '', 'must be `Apply` or `Update`'));
    }
    if ((entry.fieldsType ?? 'FieldsV1') !== 'FieldsV1') {
      causes.push(invalid(`${at}.fieldsType`, entry.fieldsType, 'must be `FieldsV1`'));
    }
    causes.push(...validateFieldManager(entry.manager ?? '', `${at}.manager`));
    if (Buffer.byteLength(entry.subresource ?? '') > 256) causes.push(tooLong(`${at}.subresource`, 256));
    return causes;
  });
}

/** What is wrong with the name of a field manager: at most 128 bytes, all printable. */
export function validateFieldManager(manager: string, path: string): StatusCause[] {
  const causes = Buffer.byteLength(manager) > 128 ? [tooLong(path, 128)] : [];
  let position = 0;
  for (const character of manager) {
    // goQuote escapes what Go does not print.
    if (character !== '"' && character !== '\\' && goQuote(character) !== `"${character}"`) {
      const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
      causes.push(invalid(path, manager, `invalid character U+${code} (at position ${position})`));
    }
    position += Buffer.byteLength(character);
  }
  return causes;
}

/** What is wrong with a change of metadata, beyond what `validateObjectMeta` finds. */
export function validateObjectMetaUpdate(next: ObjectMeta, live: ObjectMeta, path = 'metadata'): StatusCause[] {
  const causes: StatusCause[] = [];
  if (live.deletionTimestamp !== undefined) {
    const known = new Set(live.finalizers ?? []);
    const added = [...new Set(next.finalizers ?? [])].filter((name) => !known.has(name)).sort(compareCodePoints);
    if (added.length > 0) {
      const found = `[]string{${added.map(goQuote).join(', ')}}`;
      const detail = `no new finalizers can be added if the object is being deleted, found new finalizers ${found}`;
      causes.push(forbidden(`${path}.finalizers`, detail));
    }
  }
  if ((next.resourceVersion ?? '') === '') {
    causes.push(invalid(`${path}.resourceVersion`, '', 'must be specified for an update'));
  }
  if ((next.generation ?? 0) < (live.generation ?? 0)) {
    causes.push(invalid(`${path}.generation`, next.generation ?? 0, 'must not be decremented'));
  }
  for (const field of ['name', 'namespace', 'uid'] as const) {
    causes.push(...immutable(`${path}.${field}`, next[field] ?? '', live[field] ?? ''));
  }
  for (const field of ['creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    causes.push(...immutable(`${path}.${field}`, next[field], live[field]));
  }
  return [
    ...causes,
    ...validateLabels(next.labels, `${path}.labels`),
    ...validateAnnotations(next.annotations, `${path}.annotations`),
    ...validateOwnerReferences(next.ownerReferences ?? [], `${path}.ownerReferences`),
    ...validateManagedFields(next.managedFields ?? [], `${path}.managedFields`),
  ];
}

/** A cause where a field that may not change has changed. Absent, null and empty are equal, as in Go's semantic equality. */
export function immutable(path: string, next: unknown, live: unknown): StatusCause[] {
  return deepEqual(next, live) ? [] : [invalid(path, next ?? null, IMMUTABLE)];
}
