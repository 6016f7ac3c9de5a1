import { restoreProblem } from '../builtin/restore.ts';
import type { ApiError } from '../model/api-error.ts';
import { invalid } from '../model/errors.ts';
import { invalid as invalidField } from '../model/field-error.ts';
import { compareCodePoints, goQuote, goValue } from '../model/go-format.ts';
import { apiVersionOf, type JsonObject, type KubeObject } from '../model/object.ts';
import { applyJsonPatch, jsonPatchStrictErrors } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { applyStrategicPatch } from '../patch/strategic-patch.ts';
import { type DecodedType, typeProblem, unknownFields } from '../schema/decode.ts';
import { isMap, type JsonMap, sameJson } from '../schema/json.ts';
import type { Caller, FieldValidation, PatchBody, Target, WriteAnswer, WriteOptions } from './operations.ts';
import { managerName, type PipelineParts, timestamp } from './parts.ts';
import { type Change, updateObject } from './update.ts';

/** PATCH of one of the three types that only change what is there. */
export function patchObject(
  parts: PipelineParts,
  target: Target,
  name: string,
  body: PatchBody,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  const { resource, subresource } = target;
  const manager = managerName(options.fieldManager, caller);
  const change: Change = {
    next(live) {
      // Patches never create: `createsMissing` is false, so there is a live object.
      const next = patched(live as KubeObject, body, resource, options.fieldValidation ?? 'Warn', caller);
      resource.strategy.defaults(next);
      return parts.fieldManagers.update({ resource, subresource, live, manager, now: timestamp(parts) }, next);
    },
    createsMissing: false,
    optionsKind: 'PatchOptions',
  };
  return updateObject(parts, target, name, change, options, caller);
}

/**
 * A patched copy of an object, checked to be one of its type still. Throws what the patch functions throw, and 422 where the
 * result does not fit its type (handlers patch.go).
 */
export function patched(
  live: KubeObject,
  body: PatchBody,
  type: DecodedType,
  mode: FieldValidation,
  caller: Pick<Caller, 'warn'>,
): KubeObject {
  const { result, shown } = applyPatch(live, body, type);
  if (!isMap(result)) throw unfit(shown, 'json: cannot unmarshal array into Go value of type map[string]interface {}');
  if (body.type !== 'strategic') checkKind(result, type, shown);
  const problem = body.type === 'strategic' ? restoreProblem(result, type) : typeProblem(result, type);
  if (problem !== undefined) throw unfit(shown, problem);
  const strict = mode === 'Ignore' ? [] : strictErrors(body, result, type);
  if (mode === 'Strict' && strict.length > 0) throw unfit(shown, `strict decoding error: ${strict.join(', ')}`);
  for (const text of strict) caller.warn(text);
  return result as KubeObject;
}

function applyPatch(live: KubeObject, body: PatchBody, type: DecodedType): { result: unknown; shown: () => string } {
  const document = live as unknown as JsonObject;
  if (body.type === 'strategic') {
    const { object, patch } = applyStrategicPatch(document, body.patch, type.schema);
    return { result: object, shown: () => goValue(patch) };
  }
  const result = body.type === 'json' ? applyJsonPatch(document, body.patch) : applyMergePatch(document, body.patch);
  return { result, shown: () => shownDocument(result, live) };
}

/** A patch may not make another kind of an object. Strategic ones cannot: they are decoded into the type at hand. */
function checkKind(result: JsonMap, type: DecodedType, shown: () => string): void {
  const { apiVersion, kind } = result;
  if (apiVersion === apiVersionOf(type.group, type.version) && kind === type.kind) return;
  const what = `no kind ${goQuote(String(kind ?? ''))} is registered for version ${goQuote(String(apiVersion ?? ''))}`;
  throw unfit(shown, `${what} in scheme "pkg/runtime/scheme.go:111"`);
}

/** The patched document as messages show it: objects that a patch touched are written in order of their fields. */
function shownDocument(result: unknown, live: unknown): string {
  return JSON.stringify(inOrder(result, live)).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function inOrder(value: unknown, live: unknown): unknown {
  if (!isMap(value) || sameJson(value, live)) return value;
  const before = isMap(live) ? live : {};
  return Object.fromEntries(
    Object.keys(value)
      .sort(compareCodePoints)
      .map((name) => [name, inOrder(value[name], before[name])]),
  );
}

function strictErrors(body: PatchBody, result: JsonMap, type: DecodedType): string[] {
  const own = body.type === 'json' ? jsonPatchStrictErrors(body.patch) : [];
  return [...own, ...(body.strictErrors ?? []), ...unknownFields(result, type)];
}

/** The kind of this error is empty upstream. */
function unfit(shown: () => string, problem: string): ApiError {
  return invalid({ group: '', kind: '' }, '', [invalidField('patch', shown(), problem)]);
}
