import { badRequest, unsupportedMediaType } from '../model/errors.ts';
import { goQuote } from '../model/go-format.ts';
import type { KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import type { FieldValidation, PatchBody } from '../resources/operations.ts';
import { jsonSyntaxError } from '../schema/go-json-syntax.ts';
import { isMap } from '../schema/json.ts';
import { anyField, scanStrict } from '../schema/strict-scan.ts';
import { contentType } from './body.ts';
import type { Exchange } from './exchange.ts';

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
  if (!types.includes(type)) throw unsupportedMediaType(types);
  return type;
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
  const text = bytes.toString();
  const json = tryJson(text);
  if (isMap(json) && scanStrict(text, 'any', anyField).length === 0) {
    return { type: 'apply', configuration: json as KubeObject, duplicates: [] };
  }
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { version: '1.1', merge: true, prettyErrors: false });
  const duplicates: string[] = [];
  for (const { code, pos } of document.errors) {
    const line = text.slice(0, pos[0]).split('\n').length;
    if (code !== 'DUPLICATE_KEY') throw badRequest(`error decoding YAML: yaml: line ${line}: ${code}`);
    const key = /^\s*(?:"([^"]*)"|'([^']*)'|([^\s:]+))/.exec(text.slice(pos[0]))?.slice(1).find(Boolean) ?? '';
    duplicates.push(`line ${line}: key ${goQuote(key)} already set in map`);
  }
  const configuration: unknown = isMap(json) ? json : document.toJS({ maxAliasCount: 100 });
  if (!isMap(configuration)) {
    throw badRequest(
      'error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value of type map[string]interface {}',
    );
  }
  return { type: 'apply', configuration: configuration as KubeObject, duplicates };
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

/** Most clients send JSON, which is YAML too and read much faster. */
function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
