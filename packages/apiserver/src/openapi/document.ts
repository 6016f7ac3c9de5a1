import { kindTypes } from '../builtin/go-types.ts';
import { definitionNames } from '../builtin/schemas.ts';
import { apiVersionOf } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import { customDefinitionName, customDefinitions } from './custom-schema.ts';
import type { SmallDocument } from './discovery-documents.ts';
import { groupVersionName, groupVersionTag } from './names.ts';
import { type DefinitionNames, resourcePaths } from './operations.ts';
import { responses } from './parts.ts';
import { definitionsJson, type Plain } from './schema-json.ts';

const BUILTIN_INFO = { title: 'Kubernetes', version: '1.35' };
const CUSTOM_INFO = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };
const SECURITY =
  ',"securitySchemes":{"BearerToken":{"type":"apiKey","description":"Bearer Token authentication","name":"authorization","in":"header"}}';
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';

/** The path of a group version without the leading slash: `api/v1`, `apis/apps/v1`. */
export function documentPath(group: string, version: string): string {
  return `${group === '' ? 'api' : 'apis'}/${apiVersionOf(group, version)}`;
}

/**
 * The OpenAPI v3 document of one group version as JSON bytes: the schemas of its resources and all that they refer to, and
 * their paths. Built-in types have no descriptions.
 */
export function groupVersionDocument(group: string, version: string, resources: readonly ApiResource[]): Buffer {
  const builtin = resources.some((resource) => resource.source === 'built-in');
  const base = `/${documentPath(group, version)}`;
  const paths = new Map<string, Plain>();
  if (builtin) paths.set(`${base}/`, { get: discoveryOperation(group, version) });
  for (const resource of resources) {
    for (const [path, operations] of resourcePaths(resource, base, names)) paths.set(path, operations);
  }
  const pathsJson = JSON.stringify(Object.fromEntries([...paths].sort(byKey)));
  const info = JSON.stringify(builtin ? BUILTIN_INFO : CUSTOM_INFO);
  const schemas = [...schemasOf(resources, pathsJson)].sort(byKey);
  const schemasJson = schemas.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',');
  const components = `{"schemas":{${schemasJson}}${builtin ? SECURITY : ''}}`;
  return Buffer.from(`{"openapi":"3.0.0","info":${info},"paths":${pathsJson},"components":${components}}`);
}

/** The document of a path that is no group version's, as JSON bytes. */
export function smallDocument({ paths, schemas }: SmallDocument): Buffer {
  const components = schemas ? `{"schemas":${JSON.stringify(schemas)}${SECURITY}}` : `{${SECURITY.slice(1)}}`;
  const head = `"openapi":"3.0.0","info":${JSON.stringify(BUILTIN_INFO)}`;
  return Buffer.from(`{${head},"paths":${JSON.stringify(paths)},"components":${components}}`);
}

/** All definitions that the paths name, and what those refer to. */
function schemasOf(resources: readonly ApiResource[], pathsJson: string): Map<string, string> {
  const references = new Set<string>();
  const custom = new Map<string, string>();
  for (const resource of resources) {
    if (resource.source === 'built-in') {
      if (resource.verbs.includes('watch')) references.add(`${META}.WatchEvent`);
      continue;
    }
    for (const [name, json] of customDefinitions(resource, references)) custom.set(name, json);
  }
  for (const [, name = ''] of pathsJson.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (!custom.has(name)) references.add(name);
  }
  return new Map([...definitionsJson(references), ...custom]);
}

function discoveryOperation(group: string, version: string): Plain {
  return {
    tags: [groupVersionTag(group, version)],
    operationId: `get${groupVersionName(group, version)}APIResources`,
    responses: responses({ source: 'built-in' }, `${META}.APIResourceList`, ['200']),
  };
}

let lists: ReadonlySet<string> | undefined;

const names: DefinitionNames = {
  of(kind) {
    const { group, version } = kind;
    if ('source' in kind && kind.source === 'crd') return customDefinitionName(kind as ApiResource);
    return kindTypes().get(`${group}/${version}/${kind.kind}`);
  },
  list(resource) {
    if (resource.source === 'crd') return customDefinitionName({ ...resource, kind: resource.listKind });
    lists ??= new Set(definitionNames());
    const name = `${kindTypes().get(`${resource.group}/${resource.version}/${resource.kind}`)}List`;
    return lists.has(name) ? name : undefined;
  },
};

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
