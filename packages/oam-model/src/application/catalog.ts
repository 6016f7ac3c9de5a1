import { groupOf, type KubernetesObject } from '@capstan/base';
import type { DefinitionCatalog } from '../catalog.ts';
import { oamCustomResourceDefinitions } from '../crds/index.ts';
import type { SourceDocument } from '../files/documents.ts';
import { isJsonObject } from '../json.ts';
import { type Definition, OAM_GROUP } from '../kinds/index.ts';
import { applySchemaDefaults } from '../schema/defaults.ts';
import type { CustomResourceDefinition } from '../schema/types.ts';
import { validateAgainstSchema } from '../schema/validate.ts';
import type { ApplicationValidationInput } from './context.ts';

const oamCrds = oamCustomResourceDefinitions();
const oamSchemas = new Map(
  oamCrds.map(({ spec }) => [spec.names.kind, spec.versions[0]?.schema?.openAPIV3Schema] as const),
);

/**
 * What applications are checked against: the Definitions and CRDs of the files, then those that are given, and the CRDs
 * of OAM. What is broken in the files is left out: its own problems are reported where it stands.
 */
export function catalogOf({ documents, definitions, crds }: ApplicationValidationInput): DefinitionCatalog {
  const ofFiles = documents.map(({ object }) => object);
  return {
    definitions: merged(ofFiles.filter(isDefinition), definitions),
    crds: merged(merged(ofFiles.filter(isCrd), crds), oamCrds),
  };
}

/** The document with its object as the API server would keep it: without nulls where the schema of OAM allows none. */
export function asStored(document: SourceDocument): SourceDocument {
  const { object } = document;
  const schema = groupOf(object.apiVersion) === OAM_GROUP ? oamSchemas.get(object.kind) : undefined;
  return schema ? { ...document, object: applySchemaDefaults(object, schema) } : document;
}

/** The CRD of a kind of `core.oam.dev`. */
export function oamCrdOf(kind: string): CustomResourceDefinition | undefined {
  return oamCrds.find(({ spec }) => spec.names.kind === kind);
}

/** The kinds of `core.oam.dev`. */
export function oamKinds(): string[] {
  return oamCrds.map(({ spec }) => spec.names.kind);
}

/** The objects of the first list, and of the second those that the first does not have. */
function merged<T extends KubernetesObject>(first: readonly T[], second: readonly T[]): T[] {
  const identity = ({ kind, metadata }: T) => `${kind}/${metadata.name}`;
  const known = new Set(first.map(identity));
  return [...first, ...second.filter((object) => !known.has(identity(object)))];
}

function isDefinition(object: KubernetesObject): object is Definition {
  if (!/^(Workload|Trait|Scope)Definition$/.test(object.kind)) return false;
  const schema = oamSchemas.get(object.kind);
  return schema !== undefined && validateAgainstSchema(object, schema).length === 0;
}

/** True for a CRD that can be read, with schemas that can be compiled. */
function isCrd(object: KubernetesObject): object is CustomResourceDefinition {
  const spec = object['spec'];
  if (object.kind !== 'CustomResourceDefinition' || !isJsonObject(spec) || !isJsonObject(spec['names'])) return false;
  const { kind, plural } = spec['names'];
  if ([spec['group'], kind, plural].some((each) => typeof each !== 'string')) return false;
  return Array.isArray(spec['versions']) && spec['versions'].every(isVersion);
}

function isVersion(version: unknown): boolean {
  if (!isJsonObject(version) || typeof version['name'] !== 'string') return false;
  const { schema } = version;
  if (schema === undefined) return true;
  if (!isJsonObject(schema) || !isJsonObject(schema['openAPIV3Schema'])) return false;
  try {
    validateAgainstSchema({}, schema['openAPIV3Schema']);
    return true;
  } catch {
    // No structural schema: the API server refuses such a CRD, and explains it better.
    return false;
  }
}
