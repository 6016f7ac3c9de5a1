import { ApiError } from '../model/api-error.ts';
import { badRequest, unsupportedMediaType } from '../model/errors.ts';
import type { KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import type { FieldValidation, PatchBody } from '../resources/operations.ts';
import { jsonSyntaxError } from '../schema/go-json-syntax.ts';
import { isMap } from '../schema/json.ts';
import { anyField, scanStrict } from '../schema/strict-scan.ts';
import { contentType } from './body.ts';
import type { Exchange } from './exchange.ts';
import { readYaml } from './yaml.ts';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC_PATCH = 'application/strategic-merge-patch+json';
const APPLY_PATCH = 'application/apply-patch+yaml';

/** A patch as it was sent. */
export type ReadPatch =
  | { readonly type: 'apply'; readonly configuration: KubeObject; readonly duplicates: readonly string[] }
  | PatchBody;

/** Whether the body is a configuration for server-side apply. */
export function isApply(exchange: Exchange): boolean {
  return contentType(exchange) === APPLY_PATCH;
}

/** The media type of a patch, provided that the resource takes it. Throws 415: there is no strategic merge of custom ones. */
export function patchType(exchange: Exchange, resource: Pick<ApiResource, 'source'>): string {
  const types = [JSON_PATCH, MERGE_PATCH, ...(resource.source === 'crd' ? [] : [STRATEGIC_PATCH]), APPLY_PATCH];
  const type = contentType(exchange);
  if (types.includes(type)) return type;
  if (resource.source === 'crd') throw unsupportedMediaType(types);
  throw new ApiError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
}

/** Decodes a patch of a media type that `patchType` returned. Throws 400. */
export async function readPatch(type: string, bytes: Buffer): Promise<ReadPatch> {
  if (type === APPLY_PATCH) return readConfiguration(bytes);
  const text = bytes.toString();
  const patch = parseJson(text, type);
  const kind = type === JSON_PATCH ? 'json' : type === MERGE_PATCH ? 'merge' : 'strategic';
  // A JSON patch's operations are checked with the patch; their values are no fields of the object.
  const strictErrors = kind === 'json' ? [] : scanStrict(text, 'any', anyField);
  return { type: kind, patch, strictErrors };
}

function parseJson(text: string, type: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const problem = jsonSyntaxError(text);
    throw badRequest(type === STRATEGIC_PATCH ? problem : `error decoding patch: ${problem}`);
  }
}

async function readConfiguration(bytes: Buffer): Promise<ReadPatch> {
  const { value, duplicates } = await readYaml(bytes.toString(), (problem) =>
    badRequest(`error decoding YAML: error converting YAML to JSON: ${problem}`),
  );
  if (!isMap(value)) {
    const found = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
    const problem = `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`;
    throw badRequest(`error decoding YAML: error unmarshaling JSON: while decoding JSON: ${problem}`);
  }
  return { type: 'apply', configuration: value as KubeObject, duplicates };
}

/** Keys that a configuration says twice: refused by strict field validation, otherwise a warning each. */
export function checkDuplicates(
  duplicates: readonly string[],
  mode: FieldValidation,
  warn: (text: string) => void,
): void {
  if (duplicates.length === 0 || mode === 'Ignore') return;
  if (mode === 'Strict') {
    const lines = duplicates.map((one) => `\n  ${one}`).join('');
    throw badRequest(`error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:${lines}`);
  }
  for (const one of duplicates) warn(one);
}
