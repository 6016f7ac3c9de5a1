import { definitionNode } from '../builtin/schemas.ts';
import { conflict, invalid, notFound } from '../model/errors.ts';
import { invalid as invalidField } from '../model/field-error.ts';
import type { KubeObject } from '../model/object.ts';
import type { ApiResource, ApiSubresource } from '../model/resource.ts';
import type { DecodedType } from '../schema/decode.ts';
import { copyJson, isMap, type JsonMap } from '../schema/json.ts';
import type { Answer, Caller, PatchBody, Target, WriteAnswer, WriteOptions } from './operations.ts';
import { answerOf, findStored, managerName, oneToVersion, type PipelineParts, timestamp } from './parts.ts';
import { patched } from './patch.ts';
import { selectorText } from './selector-text.ts';
import { type Change, updateObject } from './update.ts';

/* The `scale` subresource: a Scale (autoscaling/v1) as a view of an object's number of replicas. */

type ScalePaths = NonNullable<ApiSubresource['scale']>;

/** The type of a Scale's body. */
export function scaleType(): DecodedType {
  const schema = definitionNode('io.k8s.api.autoscaling.v1.Scale');
  return { group: 'autoscaling', version: 'v1', kind: 'Scale', source: 'built-in', schema };
}

/** The Scale of an object. */
export function scaleOf(resource: ApiResource, object: KubeObject): KubeObject {
  const paths = pathsOf(resource);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = numberAt(object, paths.specReplicas);
  const selector = paths.selector === undefined ? '' : selectorText(valueAt(object, paths.selector));
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(object, paths.statusReplicas), ...(selector !== '' && { selector }) },
  };
}

/** GET of a Scale. Throws 404. */
export async function getScale(parts: PipelineParts, target: Target, name: string): Promise<Answer> {
  const stored = findStored(parts, target, name);
  if (!stored) throw notFound(target.resource, name);
  return answerOf(scaleOf(target.resource, (await oneToVersion(target.resource, stored)).object));
}

/** PUT of a Scale. */
export function replaceScale(
  parts: PipelineParts,
  target: Target,
  name: string,
  body: KubeObject,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  return changeScale(parts, target, name, () => body, options, caller, 'UpdateOptions');
}

/** PATCH of a Scale. */
export function patchScale(
  parts: PipelineParts,
  target: Target,
  name: string,
  body: PatchBody,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  const mode = options.fieldValidation ?? 'Warn';
  const change = (scale: KubeObject) => patched(scale, body, scaleType(), mode, caller);
  return changeScale(parts, target, name, change, options, caller, 'PatchOptions');
}

async function changeScale(
  parts: PipelineParts,
  target: Target,
  name: string,
  next: (scale: KubeObject) => KubeObject,
  options: WriteOptions,
  caller: Caller,
  optionsKind: Change['optionsKind'],
): Promise<WriteAnswer> {
  const { resource } = target;
  const manager = managerName(options.fieldManager, caller);
  const change: Change = {
    next(found) {
      // A Scale never creates: `createsMissing` is false, so there is a live object.
      const live = found as KubeObject;
      const scale = next(scaleOf(resource, live));
      checkScale(resource, scale, live);
      const changed = withReplicas(resource, live, scale);
      const write = { resource, subresource: 'scale', live, manager, now: timestamp(parts) };
      return parts.fieldManagers.update(write, changed);
    },
    shown: (object) => scaleOf(resource, object),
    createsMissing: false,
    optionsKind,
  };
  const answer = await updateObject(parts, { ...target, subresource: 'scale' }, name, change, options, caller);
  return { ...answerOf(scaleOf(resource, answer.object)), created: false };
}

function checkScale(resource: ApiResource, scale: KubeObject, live: KubeObject): void {
  const { name = '', uid = '' } = live.metadata;
  const asked = replicasOf(scale);
  if (asked < 0) {
    const cause = invalidField('spec.replicas', asked, 'must be greater than or equal to 0');
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [cause]);
  }
  const wanted = scale.metadata.uid ?? '';
  if (wanted === '' || wanted === uid) return;
  const of = { group: resource.group, resource: `${resource.resource}/scale` };
  throw conflict(of, name, `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${uid}`);
}

function withReplicas(resource: ApiResource, live: KubeObject, scale: KubeObject): KubeObject {
  const next = copyJson(live);
  const names = pathsOf(resource).specReplicas.split('.');
  const last = names.pop() ?? '';
  let parent: JsonMap = next;
  for (const name of names) {
    const child = parent[name];
    const map: JsonMap = isMap(child) ? child : {};
    parent[name] = map;
    parent = map;
  }
  parent[last] = replicasOf(scale);
  const { resourceVersion } = scale.metadata;
  if (resourceVersion === undefined) delete next.metadata.resourceVersion;
  else next.metadata.resourceVersion = resourceVersion;
  return next;
}

function pathsOf(resource: ApiResource): ScalePaths {
  const paths = resource.subresources.find((one) => one.name === 'scale')?.scale;
  if (!paths) throw new Error(`${resource.resource} has no scale`);
  return paths;
}

function replicasOf(scale: KubeObject): number {
  const spec = scale['spec'];
  const replicas = isMap(spec) ? spec['replicas'] : undefined;
  return typeof replicas === 'number' ? replicas : 0;
}

function valueAt(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  for (const name of path.replace(/^\./, '').split('.')) value = isMap(value) ? value[name] : undefined;
  return value;
}

function numberAt(object: KubeObject, path: string): number {
  const value = valueAt(object, path);
  return typeof value === 'number' ? value : 0;
}
