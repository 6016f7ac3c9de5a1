import { validateObjectMeta } from '../builtin/metadata.ts';
import { dns1035LabelErrors, pathSegmentName } from '../builtin/names.ts';
import { definitionNode } from '../builtin/schemas.ts';
import type { StatusCause } from '../model/api-error.ts';
import { child, invalid, required } from '../model/field-error.ts';
import type { ObjectMeta } from '../model/object.ts';
import type { SchemaNode } from '../model/schema.ts';
import { visitEmbedded } from '../schema/embedded.ts';
import { goTypeMismatch } from '../schema/go-types.ts';
import { isMap } from '../schema/json.ts';

/* Whole objects inside custom resources (x-kubernetes-embedded-resource): apiextensions-apiserver schema/objectmeta. */

/** The schema of `metadata`. */
export function objectMetaSchema(): SchemaNode {
  return definitionNode('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
}

/** The first embedded object whose apiVersion, kind or metadata has a wrong JSON type: it cannot be decoded at all. */
export function embeddedTypeProblem(value: unknown, schema: SchemaNode): StatusCause | undefined {
  const found: StatusCause[] = [];
  visitEmbedded(value, schema, '', (object, path) => {
    for (const name of ['apiVersion', 'kind']) {
      if (object[name] !== undefined && typeof object[name] !== 'string')
        found.push(invalid(child(path, name), object[name], 'must be a string'));
    }
    const problem = goTypeMismatch(object['metadata'] ?? null, objectMetaSchema());
    if (problem !== undefined) found.push(invalid(child(path, 'metadata'), object['metadata'], problem));
  });
  return found[0];
}

/** Removes, in place, fields that metadata does not have from that of embedded objects, and empty creation times. */
export function pruneEmbeddedMetadata(value: unknown, schema: SchemaNode): void {
  visitEmbedded(value, schema, '', (object) => pruneMetadata(object['metadata']));
}

/** Removes, in place, fields that metadata does not have. */
export function pruneMetadata(metadata: unknown): void {
  const known = objectMetaSchema().properties ?? {};
  if (!isMap(metadata)) return;
  for (const name of Object.keys(metadata))
    if (!Object.hasOwn(known, name) || metadata[name] === null) delete metadata[name];
}

/** What is wrong with embedded objects: apiVersion and kind are needed, metadata follows the common rules. */
export function validateEmbedded(value: unknown, schema: SchemaNode): StatusCause[] {
  const causes: StatusCause[] = [];
  visitEmbedded(value, schema, '', (object, path) => {
    causes.push(...validateApiVersion(object['apiVersion'], child(path, 'apiVersion')));
    causes.push(...validateKind(object['kind'], child(path, 'kind')));
    if (!isMap(object['metadata'])) return;
    const metadata = object['metadata'] as ObjectMeta;
    const named = (metadata.name ?? '') === '' ? { ...metadata, name: 'name' } : metadata;
    causes.push(
      ...validateObjectMeta(named, (metadata.namespace ?? '') !== '', pathSegmentName, child(path, 'metadata')),
    );
  });
  return causes;
}

function validateApiVersion(value: unknown, path: string): StatusCause[] {
  if (value === undefined) return [required(path)];
  if (typeof value !== 'string') return [invalid(path, value, 'must be a string')];
  if (value === '') return [invalid(path, value, 'must not be empty')];
  return value.split('/').length > 2 ? [invalid(path, value, `unexpected GroupVersion string: ${value}`)] : [];
}

function validateKind(value: unknown, path: string): StatusCause[] {
  if (value === undefined) return [required(path)];
  if (typeof value !== 'string') return [invalid(path, value, 'must be a string')];
  if (value === '') return [invalid(path, value, 'must not be empty')];
  const errors = dns1035LabelErrors(value.toLowerCase());
  return errors.length === 0
    ? []
    : [invalid(path, value, `may have mixed case, but should otherwise match: ${errors.join(',')}`)];
}
