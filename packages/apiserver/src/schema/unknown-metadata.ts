import { definitionNode } from '../builtin/schemas.ts';
import { child } from '../model/field-error.ts';
import type { SchemaNode } from '../model/schema.ts';
import { visitEmbedded } from './embedded.ts';
import type { JsonMap } from './json.ts';
import { builtinField, hasUnknownFields, scanStrict } from './strict-scan.ts';

const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const START = 'unknown field "'.length;

/** Paths of the fields that ObjectMeta does not have, in the metadata of a custom resource and of the objects inside it. */
export function unknownInMetadata(object: JsonMap, schema: SchemaNode): string[] {
  const found = unknownMetadata(object['metadata'], 'metadata');
  const visit = (inner: JsonMap, path: string) =>
    found.push(...unknownMetadata(inner['metadata'], child(path, 'metadata')));
  visitEmbedded(object, schema, '', visit, child);
  return found;
}

function unknownMetadata(metadata: unknown, path: string): string[] {
  const schema = definitionNode(OBJECT_META);
  if (!hasUnknownFields(metadata, schema, builtinField)) return [];
  const errors = scanStrict(JSON.stringify(metadata), schema, builtinField);
  return errors.map((one) => `${path}.${one.slice(START, -1)}`);
}
