import { goJson } from '../model/go-format.ts';
import type { KubeObject } from '../model/object.ts';
import { isMap } from '../schema/json.ts';
import { compareTyped } from './compare.ts';
import type { FieldSet } from './field-set.ts';
import { toFieldSet } from './to-field-set.ts';
import { validateTyped } from './validate.ts';
import type { ResourceVersions } from './versions.ts';

/*
 * The annotation in which kubectl keeps what client-side apply last sent. kubectl's server-side apply may take over what
 * it says, and keeps it up to date. Upstream: managedfields/internal lastappliedmanager.go, lastappliedupdater.go.
 */

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Annotations of an object are at most this long, names and values together (ValidateAnnotationsSize). */
const MAX_ANNOTATIONS_LENGTH = 256 * 1024;

/**
 * The fields that client-side apply set and nobody has changed since. Undefined where the annotation is absent, is not
 * of this version, or does not fit the schema.
 */
export function allowedByLastApplied(live: KubeObject, versions: ResourceVersions): FieldSet | undefined {
  const text = annotationsOf(live)?.[LAST_APPLIED];
  if (text === undefined || text === '') return undefined;
  try {
    const config = JSON.parse(text) as unknown;
    if (!isMap(config) || config['apiVersion'] !== versions.apiVersion) return undefined;
    const { atom } = versions.typed(live);
    validateTyped(atom, config, false);
    const { added, modified, removed } = compareTyped(atom, config, live);
    return toFieldSet(atom, config).difference(modified).difference(added).difference(removed);
  } catch {
    return undefined;
  }
}

/** Writes the applied configuration into the annotation where there is one. Changes `object`. */
export function syncLastApplied(object: KubeObject, applied: KubeObject): void {
  const annotations = annotationsOf(object);
  if ((annotations?.[LAST_APPLIED] ?? '') === '') return;
  const updated = { ...annotations, [LAST_APPLIED]: `${goJson(withoutLastApplied(applied))}\n` };
  const length = Object.entries(updated).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (length > MAX_ANNOTATIONS_LENGTH) Reflect.deleteProperty(updated, LAST_APPLIED);
  object.metadata.annotations = updated;
}

function withoutLastApplied(applied: KubeObject): KubeObject {
  if (applied.metadata.annotations === undefined) return applied;
  const { annotations: _before, ...metadata } = applied.metadata;
  const before = annotationsOf(applied);
  if (!before) return { ...applied, metadata };
  const { [LAST_APPLIED]: _config, ...annotations } = before;
  return { ...applied, metadata: { ...metadata, annotations } };
}

/** The annotations, null as the empty text; undefined where there are none. */
function annotationsOf({ metadata }: KubeObject): Record<string, string> | undefined {
  const annotations: unknown = metadata.annotations;
  if (!isMap(annotations)) return undefined;
  return Object.fromEntries(Object.entries(annotations).map(([name, value]) => [name, String(value ?? '')]));
}
