import { parentManagedFields, type ReplicasPaths, scaleManagedFields } from '../apply/scale-managers.ts';
import { genericStrategy } from '../builtin/generic-strategy.ts';
import { definitionNode } from '../builtin/schemas.ts';
import { goDecode } from '../builtin/typed.ts';
import { badRequest, conflict, internal, invalid, notFound } from '../model/errors.ts';
import { invalid as invalidField } from '../model/field-error.ts';
import { apiVersionOf, type KubeObject } from '../model/object.ts';
import type { ApiResource, ApiSubresource } from '../model/resource.ts';
import type { DecodedType } from '../schema/decode.ts';
import { copyJson, isMap, type JsonMap } from '../schema/json.ts';
import type { ManagedWrite } from './field-managers.ts';
import { withMetadata } from './metadata.ts';
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
  const { object } = await oneToVersion(target.resource, stored);
  if (isUnset(target.resource, object)) {
    throw internal(`the spec replicas field ${quotedPath(target.resource)} does not exist`);
  }
  return answerOf(scaleOf(target.resource, object));
}

/** What the Scale of a custom resource that says no replicas has for a number while it is changed; as upstream. */
const UNSET_REPLICAS = -2147483648;

/** The path as a CRD has to write it. */
function quotedPath(resource: ApiResource): string {
  return JSON.stringify(`.${pathsOf(resource).specReplicas.replace(/^\./, '')}`);
}

function isUnset(resource: ApiResource, object: KubeObject): boolean {
  return resource.source !== 'built-in' && typeof valueAt(object, pathsOf(resource).specReplicas) !== 'number';
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
  const next = (write: ManagedWrite) => parts.fieldManagers.update(write, completed(copyJson(body)));
  return changeScale(parts, target, name, { next, optionsKind: 'UpdateOptions' }, options, caller);
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
  const next = (write: ManagedWrite) =>
    parts.fieldManagers.update(write, completed(patched(write.live as KubeObject, body, scaleType(), mode, caller)));
  return changeScale(parts, target, name, { next, optionsKind: 'PatchOptions' }, options, caller);
}

/** Server-side apply of a Scale. */
export function applyScale(
  parts: PipelineParts,
  target: Target,
  name: string,
  configuration: KubeObject,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  const next = (write: ManagedWrite) => parts.fieldManagers.apply(write, configuration, options.force ?? false);
  return changeScale(parts, target, name, { next, optionsKind: 'PatchOptions' }, options, caller);
}

/** How a Scale changes: the new one with its managed fields, from a write whose `live` is the present one. */
interface ScaleChange {
  next(write: ManagedWrite): KubeObject;
  readonly optionsKind: Change['optionsKind'];
}

async function changeScale(
  parts: PipelineParts,
  target: Target,
  name: string,
  { next, optionsKind }: ScaleChange,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  const { resource } = target;
  const manager = managerName(options.fieldManager, caller);
  const paths = replicasPaths(parts, resource);
  const change: Change = {
    next(found) {
      // A Scale never creates: `createsMissing` is false, so there is a live object.
      const live = found as KubeObject;
      const before = scaleOf(resource, live);
      if (isUnset(resource, live)) before['spec'] = { replicas: UNSET_REPLICAS };
      const managedFields = scaleManagedFields(live.metadata.managedFields, paths);
      if (managedFields.length > 0) before.metadata.managedFields = managedFields;
      const write = { subresource: 'scale', live: before, manager, now: timestamp(parts) };
      const scale = next({ ...write, resource: scaleResource(resource) });
      checkScale(resource, scale, live);
      return withReplicas(resource, live, scale, paths);
    },
    shown: (object) => scaleOf(resource, object),
    createsMissing: false,
    optionsKind,
  };
  const answer = await updateObject(parts, { ...target, subresource: 'scale' }, name, change, options, caller);
  return { ...answerOf(scaleOf(resource, answer.object)), created: false };
}

/** A Scale as a type of its own, for managed fields. */
function scaleResource(resource: ApiResource): ApiResource {
  const { group, version, kind, schema } = scaleType();
  const { convert: _convert, ...rest } = resource;
  return { ...rest, group, version, kind, schema, source: 'built-in', strategy: SCALE_STRATEGY };
}

/** No replicas are written as none, as everywhere in Go. */
const SCALE_STRATEGY = genericStrategy({
  namespaced: true,
  defaults: (next) => void goDecode(next, { group: 'autoscaling', version: 'v1', kind: 'Scale' }),
});

function completed(scale: KubeObject): KubeObject {
  SCALE_STRATEGY.defaults(scale);
  return withMetadata(scale);
}

/** Where the replicas are, in every version of the resource. */
function replicasPaths(parts: Pick<PipelineParts, 'registry'>, { group, resource }: ApiResource): ReplicasPaths {
  const versions = parts.registry.all().filter((one) => one.group === group && one.resource === resource);
  return new Map(
    versions.map((one) => {
      const scale = one.subresources.find(({ name }) => name === 'scale')?.scale;
      return [apiVersionOf(group, one.version), scale?.specReplicas.replace(/^\./, '').split('.')];
    }),
  );
}

function checkScale(resource: ApiResource, scale: KubeObject, live: KubeObject): void {
  const { name = '', uid = '' } = live.metadata;
  const asked = replicasOf(scale);
  if (asked === UNSET_REPLICAS) {
    throw badRequest(`the spec replicas field ${quotedPath(resource)} cannot be empty`);
  }
  // What a custom resource's own rules say of the number comes later.
  if (asked < 0 && resource.source === 'built-in') {
    const cause = invalidField('spec.replicas', asked, 'must be greater than or equal to 0');
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, [cause]);
  }
  const wanted = scale.metadata.uid ?? '';
  if (wanted === '' || wanted === uid) return;
  const of = { group: resource.group, resource: `${resource.resource}/scale` };
  throw conflict(of, name, `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${uid}`);
}

function withReplicas(resource: ApiResource, live: KubeObject, scale: KubeObject, paths: ReplicasPaths): KubeObject {
  const next = copyJson(live);
  const names = pathsOf(resource).specReplicas.replace(/^\./, '').split('.');
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
  if (resourceVersion !== undefined) next.metadata.resourceVersion = resourceVersion;
  else if (resource.source === 'built-in') delete next.metadata.resourceVersion;
  const apiVersion = apiVersionOf(resource.group, resource.version);
  const managers = parentManagedFields(live.metadata.managedFields, scale.metadata.managedFields, apiVersion, paths);
  if (managers.length > 0) next.metadata.managedFields = managers;
  else delete next.metadata.managedFields;
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
