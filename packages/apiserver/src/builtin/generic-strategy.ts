import type { StatusCause } from '../model/api-error.ts';
import type { KubeObject } from '../model/object.ts';
import type { Strategy, StrategyContext } from '../model/resource.ts';
import { validateKubeFinalizers, validateObjectMeta, validateObjectMetaUpdate } from './metadata.ts';
import { type NameRule, pathSegmentName } from './names.ts';
import { deepEqual, type Fields } from './values.ts';

/** What a type adds to the generic strategy. Everything is optional but `namespaced`. */
export interface StrategyParts {
  readonly namespaced: boolean;
  /** Rule of the type's own validation of names; every name must fit into a path. */
  readonly nameRule?: NameRule;
  /** `generateName` is held to the common rules only (ValidateObjectMetaWithOpts). */
  readonly generateNameIsFree?: boolean;
  /** Finalizers must be qualified names or known to Kubernetes: most built-in types. */
  readonly kubeFinalizers?: boolean;
  /** The rules of metadata for new objects are applied to changed ones, too. */
  readonly revalidatesMeta?: boolean;
  /** The type's own rules do not look at what a change does to metadata; the common ones do. */
  readonly ignoresMetaChange?: boolean;
  /** There is a `/status` endpoint: the object's own endpoint ignores `status`, `/status` ignores all else. */
  readonly status?: boolean;
  /** What `status` is reset to on creation; absent where it is left out. */
  readonly emptyStatus?: () => unknown;
  /** `/status` does not write labels, annotations, finalizers and owners either (ResetObjectMetaForStatus). */
  readonly statusKeepsMeta?: boolean;
  /** The object's own endpoint writes `status` as it is sent, though there is `/status`. */
  readonly writesStatus?: boolean;
  /** What `/status` sets beyond what it is sent. */
  readonly prepareStatus?: (next: KubeObject, live: KubeObject, context: StrategyContext) => void;
  /** A new object keeps the status it is sent with. */
  readonly keepsStatus?: boolean;
  /** The server counts changes in `metadata.generation`. It is not set at all for types that do not (ConfigMap). */
  readonly generation?: boolean | ((next: KubeObject, live: KubeObject) => boolean);
  /** Writes `spec`, ... of the version. */
  readonly defaults?: (next: KubeObject) => void;
  /** After status was reset. */
  readonly prepareForCreate?: (next: KubeObject, context: StrategyContext) => void;
  /** For the object's own endpoint, after status was put back. */
  readonly prepareForUpdate?: (next: KubeObject, live: KubeObject, context: StrategyContext) => void;
  /** Rules beyond those of metadata, for new objects. */
  readonly validate?: (next: KubeObject, context: StrategyContext) => StatusCause[];
  /** Rules beyond those of metadata, for changes; by default those for new objects. */
  readonly validateUpdate?: (next: KubeObject, live: KubeObject, context: StrategyContext) => StatusCause[];
  /** Rules for `/status`; by default none. */
  readonly validateStatusUpdate?: (next: KubeObject, live: KubeObject, context: StrategyContext) => StatusCause[];
  /** Other subresources that write the object (`ephemeralcontainers`, `approval`, `finalize`). */
  readonly subresources?: Readonly<Record<string, SubresourceParts>>;
  readonly warnings?: (next: KubeObject, live: KubeObject | undefined) => string[];
  readonly fieldValues?: (object: KubeObject) => Record<string, string>;
  readonly createOnUpdate?: boolean;
  /** False where updates must say a resourceVersion. */
  readonly unconditionalUpdate?: boolean;
  readonly gracePeriodSeconds?: (object: KubeObject) => number;
  /** Top-level fields that writes to the object reset, where it is not `status`. */
  readonly resetFields?: (subresource: string | undefined) => readonly (readonly string[])[];
}

/** How a subresource that writes the object itself changes and checks it. */
export interface SubresourceParts {
  prepareForUpdate(next: KubeObject, live: KubeObject, context: StrategyContext): void;
  validateUpdate?(next: KubeObject, live: KubeObject, context: StrategyContext): StatusCause[];
}

const STATUS_RESET = [['status']] as const;
const SPEC_RESET = [['spec']] as const;
const META_RESET = [['spec'], ['metadata']] as const;

/**
 * The strategy of any type: metadata is validated (so callers need not), status is kept apart, and the parts are asked for
 * the rest. Upstream: apiserver pkg/registry/rest (create.go, update.go) and each type's strategy.go.
 */
export function genericStrategy(parts: StrategyParts): Strategy {
  const nameRule = parts.nameRule ?? pathSegmentName;
  const counts = parts.generation !== undefined && parts.generation !== false;
  return {
    defaults: (next) => parts.defaults?.(next),
    prepareForCreate(next, context) {
      if (parts.status && !parts.keepsStatus) resetStatus(next, parts.emptyStatus?.());
      if (counts) next.metadata.generation = 1;
      parts.prepareForCreate?.(next, context);
    },
    prepareForUpdate: (next, live, context) => prepareForUpdate(parts, next, live, context),
    validate: (next, context) => validateNew(parts, nameRule, next, context),
    validateUpdate: (next, live, context) => validateUpdated(parts, nameRule, next, live, context),
    warnings: (next, live) => parts.warnings?.(next, live) ?? [],
    generationChanges(next, live) {
      if (typeof parts.generation === 'function') return parts.generation(next, live);
      return counts && differsBeyondStatus(next, live);
    },
    resetFields: (subresource) => parts.resetFields?.(subresource) ?? resetFields(parts, subresource),
    fieldValues: (object) => parts.fieldValues?.(object) ?? {},
    createOnUpdate: parts.createOnUpdate ?? false,
    unconditionalUpdate: parts.unconditionalUpdate ?? true,
    ...(parts.gracePeriodSeconds && { gracePeriodSeconds: parts.gracePeriodSeconds }),
  };
}

/** The type's own rules go first; the common ones would repeat what they said, so they only run after they passed. */
function validateNew(
  parts: StrategyParts,
  nameRule: NameRule,
  next: KubeObject,
  context: StrategyContext,
): StatusCause[] {
  const meta = parts.generateNameIsFree ? { ...next.metadata, generateName: '' } : next.metadata;
  const own = [
    ...validateObjectMeta(meta, parts.namespaced, nameRule),
    ...(parts.kubeFinalizers ? validateKubeFinalizers(next.metadata.finalizers ?? []) : []),
    ...(parts.validate?.(next, context) ?? []),
  ];
  return own.length > 0 || nameRule === pathSegmentName
    ? own
    : validateObjectMeta(next.metadata, parts.namespaced, pathSegmentName);
}

/**
 * The common rules and those of most types both look at the change, and both tell; a type that applies its rules for new
 * objects to changed ones tells once more.
 */
function validateUpdated(
  parts: StrategyParts,
  nameRule: NameRule,
  next: KubeObject,
  live: KubeObject,
  context: StrategyContext,
): StatusCause[] {
  const change = validateObjectMetaUpdate(next.metadata, live.metadata);
  const kube = parts.kubeFinalizers ? validateKubeFinalizers(next.metadata.finalizers ?? []) : [];
  const again = parts.revalidatesMeta && context.subresource === undefined;
  return [
    ...validateObjectMeta(next.metadata, parts.namespaced, pathSegmentName),
    ...change,
    ...(parts.ignoresMetaChange ? [] : change),
    ...kube,
    ...(again ? [...validateObjectMeta(next.metadata, parts.namespaced, nameRule), ...kube] : []),
    ...validateChange(parts, next, live, context),
  ];
}

function resetStatus(next: KubeObject, empty: unknown): void {
  if (empty === undefined) delete next['status'];
  else next['status'] = empty;
}

function prepareForUpdate(parts: StrategyParts, next: KubeObject, live: KubeObject, context: StrategyContext): void {
  const { subresource } = context;
  if (subresource === undefined) {
    if (parts.status && !parts.writesStatus) copyField(next, live, 'status');
    parts.prepareForUpdate?.(next, live, context);
    return;
  }
  const special = parts.subresources?.[subresource];
  if (special) special.prepareForUpdate(next, live, context);
  else if (subresource === 'status') {
    keepAllButStatus(next, live);
    if (parts.statusKeepsMeta) keepMeta(next, live);
    parts.prepareStatus?.(next, live, context);
  }
}

/** Puts back everything but `status`; metadata stays as sent where upstream lets it (labels, annotations, finalizers). */
function keepAllButStatus(next: KubeObject, live: KubeObject): void {
  for (const field of new Set([...Object.keys(next), ...Object.keys(live)])) {
    if (field !== 'status' && field !== 'metadata') copyField(next, live, field);
  }
}

const KEPT_META = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

function keepMeta(next: KubeObject, live: KubeObject): void {
  for (const field of KEPT_META) copyField(next.metadata as Fields, live.metadata as Fields, field);
}

/** Sets a field to what it is in another object, or removes it. The value is shared: replace it, never change it. */
export function copyField(target: Fields, source: Fields, field: string): void {
  if (source[field] === undefined) delete target[field];
  else target[field] = source[field];
}

function validateChange(
  parts: StrategyParts,
  next: KubeObject,
  live: KubeObject,
  context: StrategyContext,
): StatusCause[] {
  const { subresource } = context;
  if (subresource === undefined) {
    return parts.validateUpdate?.(next, live, context) ?? parts.validate?.(next, context) ?? [];
  }
  const special = parts.subresources?.[subresource];
  if (special) return special.validateUpdate?.(next, live, context) ?? [];
  return subresource === 'status' ? (parts.validateStatusUpdate?.(next, live, context) ?? []) : [];
}

function differsBeyondStatus(next: KubeObject, live: KubeObject): boolean {
  for (const field of new Set([...Object.keys(next), ...Object.keys(live)])) {
    if (field === 'metadata' || field === 'status' || field === 'apiVersion' || field === 'kind') continue;
    if (!deepEqual(next[field], live[field])) return true;
  }
  return false;
}

function resetFields(parts: StrategyParts, subresource: string | undefined): readonly (readonly string[])[] {
  if (!parts.status) return [];
  if (subresource !== 'status') return STATUS_RESET;
  return parts.statusKeepsMeta ? META_RESET : SPEC_RESET;
}
