import { ApiError, type StatusCause } from '../model/api-error.ts';
import { applyConflict, badRequest } from '../model/errors.ts';
import { compareCodePoints, goQuote } from '../model/go-format.ts';
import { apiVersionOf, type KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import { copyJson } from '../schema/json.ts';
import { allowedByLastApplied, syncLastApplied } from './last-applied.ts';
import {
  decodeManaged,
  emptyManaged,
  encodeManaged,
  type Managed,
  managerId,
  parseManagerId,
} from './managed-fields.ts';
import { pathText } from './path-element.ts';
import { emptyObject, type ManagedWrite, stripMetadata, trackUpdate, withManagedFields } from './update.ts';
import { applyConfiguration, type Conflict, ConflictError } from './updater.ts';
import { SchemaMismatch, validateTyped } from './validate.ts';
import { kindText, type ManagedType, ResourceVersions } from './versions.ts';

/* Server-side apply. Upstream: apimachinery util/managedfields, the chain that internal.NewDefaultFieldManager builds. */

/** An apply. */
export interface ApplyWrite<Type extends ManagedType = ApiResource> extends ManagedWrite<Type> {
  /** The configuration, as the client sent it. Read-only. */
  readonly applied: KubeObject;
  readonly force: boolean;
  /**
   * Turns the merged object into one of its type: for built-in types what Go's decoding does, and the defaults of the
   * version. May change its argument, which shares parts with nothing. Not called where nothing changes.
   */
  readonly complete?: ((merged: KubeObject) => KubeObject) | undefined;
}

/** The manager whose applies take part in kubectl's migration from client-side apply. */
const KUBECTL = 'kubectl';
/** Owns what was there before managed fields were. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

/**
 * The object that an apply makes, with its managedFields; a copy as far as it differs from the live one, so that a
 * caller can tell by comparing whether there is anything to write. Throws ApiError: 409 where other managers own what
 * would change, 400 for another type's configuration or one with managedFields, 500 for one that does not fit the schema.
 */
export function applyObject(write: ApplyWrite<ManagedType>): KubeObject {
  const { resource, applied, manager } = write;
  checkKind(write);
  const live = write.live ?? emptyObject(write);
  const versions = new ResourceVersions(resource, write.subresource, write.convert);
  const before = firstManaged(write, live, versions);
  const bareLive = withManagedFields(live, []);
  let result: { readonly object: KubeObject | undefined; readonly managed: Managed };
  try {
    result = applyOnce(write, bareLive, before, versions, write.force);
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    const conflicts = manager === KUBECTL ? remainingConflicts(error.conflicts, bareLive, versions) : error.conflicts;
    if (conflicts.length > 0) throw conflictError(conflicts);
    result = applyOnce(write, bareLive, before, versions, true);
  }
  const object = result.object ?? copyJson(bareLive);
  if (manager === KUBECTL) syncLastApplied(object, applied);
  return withManagedFields(object, encodeManaged(result.managed));
}

function checkKind({ resource, applied }: ApplyWrite<ManagedType>): void {
  const { group, version, kind } = resource;
  if (applied.apiVersion !== apiVersionOf(group, version) || applied.kind !== kind) {
    throw badRequest(`invalid object type: ${kindText(applied)}`);
  }
}

/** The managed fields of the live object; where it has none, somebody owned all of it before. */
function firstManaged(write: ApplyWrite<ManagedType>, live: KubeObject, versions: ResourceVersions): Managed {
  const managed = decodeOrFail(live);
  if (managed.managers.size > 0 || !write.live) return managed;
  const first = { ...write, manager: BEFORE_FIRST_APPLY };
  try {
    return trackUpdate(emptyObject(write), withManagedFields(live, []), emptyManaged(), first, versions);
  } catch (error) {
    throw serverError(
      error,
      `failed to create manager for existing fields: failed to convert new object (${names(live)}) to smd typed: `,
    );
  }
}

function decodeOrFail(live: KubeObject): Managed {
  try {
    return decodeManaged(live.metadata.managedFields);
  } catch (error) {
    throw new ApiError(500, '', `failed to decode managed fields: ${(error as Error).message}`);
  }
}

function applyOnce(
  write: ApplyWrite<ManagedType>,
  live: KubeObject,
  before: Managed,
  versions: ResourceVersions,
  force: boolean,
): { readonly object: KubeObject | undefined; readonly managed: Managed } {
  const { applied } = write;
  if (applied.metadata.managedFields !== undefined && applied.metadata.managedFields !== null) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const config = versions.typed(applied);
  const typedLive = versions.typed(live);
  check(() => validateTyped(config.atom, applied, false), `failed to create typed patch object (${names(applied)}): `);
  check(() => validateTyped(typedLive.atom, live, true), `failed to create typed live object (${names(live)}): `);
  const { manager, subresource = '' } = write;
  const id = managerId({ manager, operation: 'Apply', apiVersion: versions.apiVersion, subresource });
  const { object, managers } = check(
    () => applyConfiguration(typedLive, config, before.managers, id, force, versions),
    '',
  );
  const managed = { managers, times: new Map(before.times) };
  stripMetadata(managed, id, before.managers.get(id)?.set);
  if (!object) return { object, managed };
  managed.times.set(id, write.now);
  return { object: completed(write, copyJson(object)), managed };
}

/** Go decodes a configuration's numbers before it knows their type, so a wrong one is found only here, and is a 500. */
function completed({ complete, applied }: ApplyWrite<ManagedType>, merged: KubeObject): KubeObject {
  if (!complete) return merged;
  try {
    return complete(merged);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 400) throw error;
    const [, message = ''] = /cannot be handled as a [^:]*: (.*)$/s.exec(error.message) ?? [];
    const [, type] = /cannot unmarshal number .* of type (\S+)$/.exec(message) ?? [];
    const reason = type === undefined ? message : `cannot convert float64 to ${type}`;
    const where = `failed to convert new object (${names(applied)}) to proper version`;
    throw new ApiError(500, '', `${where}: unable to convert unstructured object to ${kindText(applied)}: ${reason}`);
  }
}

/** What `run` returns; where an object does not fit its schema, a 500 whose message starts with `prefix`. */
function check<Result>(run: () => Result, prefix: string): Result {
  try {
    return run();
  } catch (error) {
    throw serverError(error, prefix);
  }
}

/** The 500 of an object that does not fit its schema; other errors as they are. */
function serverError(error: unknown, prefix: string): unknown {
  return error instanceof SchemaMismatch ? new ApiError(500, '', prefix + error.message) : error;
}

/** `namespace/name; group/version, Kind=kind`. */
function names(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}; ${kindText(object)}`;
}

/** The conflicts that kubectl's client-side apply did not cause itself. */
function remainingConflicts(
  conflicts: readonly Conflict[],
  live: KubeObject,
  versions: ResourceVersions,
): readonly Conflict[] {
  const allowed = allowedByLastApplied(live, versions);
  return allowed ? conflicts.filter(({ path }) => !allowed.has(path)) : conflicts;
}

/** 409 with one cause per field (managedfields/internal/conflict.go). */
function conflictError(conflicts: readonly Conflict[]): ApiError {
  const causes = conflicts.map(
    ({ manager, path }): StatusCause => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${managerText(manager)}`,
      field: pathText(path),
    }),
  );
  return applyConflict(causes, conflictMessage(conflicts));
}

function conflictMessage(conflicts: readonly Conflict[]): string {
  const [only] = conflicts;
  if (only && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${managerText(only.manager)}: ${pathText(only.path)}`;
  }
  const byManager = Map.groupBy(conflicts, ({ manager }) => manager);
  const lines = [...byManager]
    .sort(([a], [b]) => compareCodePoints(a, b))
    .flatMap(([manager, its]) => [
      `conflicts with ${managerText(manager)}:`,
      ...its.map(({ path }) => `- ${pathText(path)}`),
    ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function managerText(id: string): string {
  const { manager, operation, apiVersion, subresource } = parseManagerId(id);
  const name = subresource === '' ? goQuote(manager) : `${goQuote(manager)} with subresource ${goQuote(subresource)}`;
  return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}
