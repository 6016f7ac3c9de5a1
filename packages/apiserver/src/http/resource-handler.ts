import { badRequest } from '../model/errors.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import type { UserInfo } from '../model/request.ts';
import type { ApiResource, ApiSubresource, Verb } from '../model/resource.ts';
import type { Caller, Operations, Target, WriteAnswer } from '../resources/operations.ts';
import { goBoolean, readListParameters } from '../watch/list-options.ts';
import { reachResourceVersion } from '../watch/reached.ts';
import { bodyTypes, decodeObject, readBody } from './body.ts';
import { bodyTypeOf } from './body-type.ts';
import { readDeleteOptions } from './delete-options.ts';
import { checkedEndpoint } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import { checkDuplicates, isApply, patchType, readPatch } from './patch-body.ts';
import { writeOptions } from './query.ts';
import type { RequestInfo } from './request-info.ts';
import { sendDocument } from './respond.ts';
import { sendList, sendObject, type View, viewOf } from './view.ts';
import { serveWatch, type WatchParts } from './watch-handler.ts';

/** What the handlers of resources work with. */
export interface ResourceParts extends WatchParts {
  readonly operations: Operations;
  readonly registry: ResourceRegistry;
}

/** One request for a resource. */
interface ResourceRequest {
  readonly exchange: Exchange;
  readonly info: RequestInfo;
  readonly target: Target;
  readonly caller: Caller;
  readonly view: View;
  readonly subresource: ApiSubresource | undefined;
}

/** Answers a request for a resource that exists. Throws `ApiError`s. */
export function handleResource(
  parts: ResourceParts,
  exchange: Exchange,
  info: RequestInfo,
  resource: ApiResource,
  user: UserInfo,
): Promise<void> | void {
  const { verb, subresource } = checkedEndpoint(exchange, info, resource);
  if (resource.deprecationWarning !== undefined) exchange.warn(resource.deprecationWarning);
  const collection = verb === 'list' || verb === 'watch';
  const target: Target = { resource, namespace: info.namespace, subresource: subresource?.name };
  const caller: Caller = { user, userAgent: exchange.userAgent, warn: (text) => exchange.warn(text) };
  const request = { exchange, info, target, caller, subresource, view: viewOf(exchange, collection) };
  return subresource?.kind?.kind.endsWith('Options') ? connect(parts, request) : HANDLERS[verb](parts, request);
}

/** Streams to a Pod, a Node or a Service have no body to read; the operations know what is wrong with them. */
async function connect(parts: ResourceParts, { exchange, info, target, caller }: ResourceRequest): Promise<void> {
  if (exchange.query.has('dryRun')) throw badRequest('dryRun is not supported');
  await parts.operations.get(target, info.name, caller);
}

type Handler = (parts: ResourceParts, request: ResourceRequest) => Promise<void> | void;

const HANDLERS: Readonly<Record<Verb, Handler>> = {
  get: getObject,
  list: listOrWatch,
  watch: listOrWatch,
  create: createObject,
  update: updateObject,
  patch: patchObject,
  delete: deleteObject,
  deletecollection: deleteCollection,
};

async function getObject(
  parts: ResourceParts,
  { exchange, info, target, caller, view }: ResourceRequest,
): Promise<void> {
  if (goBoolean(exchange.query.get('export'))) {
    throw badRequest('the export parameter, deprecated since v1.14, is no longer supported');
  }
  const resourceVersion = exchange.query.get('resourceVersion');
  if (resourceVersion !== null) await reachResourceVersion(parts.hub.store, resourceVersion);
  const answer = await parts.operations.get(target, info.name, caller);
  await sendObject(exchange, 200, view, target.resource, answer, parts.now());
}

function listOrWatch(parts: ResourceParts, request: ResourceRequest): Promise<void> | void {
  const { exchange, info, target, view } = request;
  const parameters = readListParameters(exchange.query, info.watchPath);
  const named = info.name !== '' && parameters.fieldSelector === '';
  const selected = named ? { ...parameters, fieldSelector: `metadata.name=${info.name}` } : parameters;
  if (parameters.watch) return serveWatch(exchange, parts, target, view, selected);
  return listObjects(parts, request, selected);
}

async function listObjects(
  parts: ResourceParts,
  { exchange, target, caller, view }: ResourceRequest,
  parameters: Parameters<Operations['list']>[1],
): Promise<void> {
  const list = await parts.operations.list(target, parameters, caller);
  await sendList(exchange, view, target.resource, list, parts.now());
}

async function createObject(parts: ResourceParts, request: ResourceRequest): Promise<void> {
  const { exchange, info, target, caller, view, subresource } = request;
  const body = await readBody(exchange, bodyTypes(target.resource));
  const options = writeOptions(exchange.query, 'CreateOptions');
  const type = bodyTypeOf(target.resource, subresource);
  const object = await decodeObject(exchange, body, type, options.fieldValidation ?? 'Warn');
  const answer = await parts.operations.create(target, object, options, caller, info.name || undefined);
  await sendObject(exchange, 201, view, target.resource, answer, parts.now());
}

async function updateObject(parts: ResourceParts, request: ResourceRequest): Promise<void> {
  const { exchange, info, target, caller, view, subresource } = request;
  const bytes = await readBody(exchange, bodyTypes(target.resource));
  const options = writeOptions(exchange.query, 'UpdateOptions');
  const type = bodyTypeOf(target.resource, subresource);
  const object = await decodeObject(exchange, bytes, type, options.fieldValidation ?? 'Warn');
  const answer = await parts.operations.update(target, info.name, object, options, caller);
  await sendObject(exchange, answer.created ? 201 : 200, view, target.resource, answer, parts.now());
}

async function patchObject(parts: ResourceParts, request: ResourceRequest): Promise<void> {
  const { exchange, info, target, caller, view } = request;
  const type = patchType(exchange, target.resource);
  const bytes = await exchange.body();
  const options = writeOptions(exchange.query, 'PatchOptions', isApply(exchange));
  const patch = await readPatch(type, bytes);
  let answer: WriteAnswer;
  if (patch.type === 'apply') {
    checkDuplicates(patch.duplicates, options.fieldValidation ?? 'Warn', caller.warn);
    answer = await parts.operations.apply(target, info.name, patch.configuration, options, caller);
  } else {
    answer = await parts.operations.patch(target, info.name, patch, options, caller);
  }
  await sendObject(exchange, answer.created ? 201 : 200, view, target.resource, answer, parts.now());
}

async function deleteObject(parts: ResourceParts, request: ResourceRequest): Promise<void> {
  const { exchange, info, target, caller, view } = request;
  const body = await readBody(exchange, bodyTypes({ source: 'built-in' }));
  const options = await readDeleteOptions(exchange.query, body);
  const answer = await parts.operations.delete(target, info.name, options, caller);
  const status = !answer.deleted && options.orphanDependents === false ? 202 : 200;
  if (!answer.deleted || returnsDeleted(target.resource)) {
    await sendObject(exchange, status, view, target.resource, answer, parts.now());
    return;
  }
  const { group, resource } = target.resource;
  const details = {
    name: answer.object.metadata.name,
    ...(group !== '' && { group }),
    kind: resource,
    uid: answer.object.metadata.uid,
  };
  await sendDocument(
    exchange,
    status,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details },
    view.format,
  );
}

async function deleteCollection(parts: ResourceParts, request: ResourceRequest): Promise<void> {
  const { exchange, target, caller, view } = request;
  const parameters = readListParameters(exchange.query);
  const body = await readBody(exchange, bodyTypes({ source: 'built-in' }));
  const options = await readDeleteOptions(exchange.query, body);
  const list = await parts.operations.deleteCollection(target, parameters, options, caller);
  await sendList(exchange, view, target.resource, list, parts.now());
}

/** Types whose deletion answers with the deleted object (ReturnDeletedObject in their registries). */
const RETURNING = new Set([
  ...['namespaces.', 'persistentvolumes.', 'persistentvolumeclaims.', 'pods.', 'podtemplates.', 'resourcequotas.'],
  ...['services.', 'serviceaccounts.', 'csidrivers.storage.k8s.io', 'csinodes.storage.k8s.io'],
  ...['storageclasses.storage.k8s.io', 'volumeattachments.storage.k8s.io', 'volumeattributesclasses.storage.k8s.io'],
  ...['deviceclasses.resource.k8s.io', 'resourceclaims.resource.k8s.io', 'resourceclaimtemplates.resource.k8s.io'],
  'resourceslices.resource.k8s.io',
]);

function returnsDeleted({ resource, group }: ApiResource): boolean {
  return RETURNING.has(`${resource}.${group}`);
}
