import { ApiError } from '../model/api-error.ts';
import { apiVersionOf, type KubeObject } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import { type ApiResource, storageKey } from '../model/resource.ts';
import { selectedNamespace, selectionOf } from '../resources/list.ts';
import type { Target } from '../resources/operations.ts';
import type { StoredObject } from '../storage/store.ts';
import type { Representation } from '../watch/frames.ts';
import type { WatchHub } from '../watch/hub.ts';
import type { ListParameters } from '../watch/list-options.ts';
import { emptyObject } from './empty-object.ts';
import type { Exchange } from './exchange.ts';
import { commonHeaders } from './respond.ts';
import { includeObjectOf, partialObject, tableOf, versionOf } from './transform.ts';
import type { View } from './view.ts';

/** What a watch needs of the server. */
export interface WatchParts {
  readonly hub: WatchHub;
  readonly registry: ResourceRegistry;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Answers with a stream of events until the client goes or the time is up. Throws what must be told before it begins. */
export function serveWatch(
  exchange: Exchange,
  parts: WatchParts,
  target: Target,
  view: View,
  parameters: ListParameters,
): void {
  if (view.format.mediaType !== 'application/json') throw notStreamable();
  const { resource } = target;
  const selection = selectionOf(parts, resource, parameters);
  const { response } = exchange;
  const begin = () => {
    if (!response.headersSent)
      response.writeHead(200, { ...commonHeaders(exchange), 'content-type': 'application/json' });
  };
  if (view.transform?.kind === 'PartialObjectMetadataList') {
    // An event has one object: the real server begins, and ends when it cannot show the first.
    begin();
    response.end();
    return;
  }
  const watch = parts.hub.start({
    key: storageKey(resource.storage),
    namespace: selectedNamespace(target, selection),
    selection,
    parameters,
    representation: representationOf(resource, view, parts.now, exchange),
    write(lines) {
      begin();
      return response.write(lines);
    },
    onEnd(reason) {
      begin();
      // What a client does not take would be kept for it for as long as it is there.
      if (reason === 'slow') response.destroy();
      else response.end();
    },
  });
  response.on('drain', () => watch.drain());
  response.on('close', () => watch.stop());
  if (response.destroyed) {
    watch.stop();
    return;
  }
  begin();
  // The headers must reach the client before the first event does: clients wait for them to start.
  response.flushHeaders();
}

function notStreamable(): ApiError {
  const types = 'application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch';
  return new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${types}`);
}

function representationOf(resource: ApiResource, view: View, now: () => number, exchange: Exchange): Representation {
  const apiVersion = apiVersionOf(resource.group, resource.version);
  const { transform } = view;
  if (transform === undefined) {
    return {
      name: apiVersion,
      render: (stored) => converted(resource, stored, undefined),
      bookmark: (metadata) => bytes(emptyObject(resource, metadata)),
    };
  }
  const { version } = transform;
  if (transform.kind === 'Table') {
    return tableRepresentation(resource, includeObjectOf(exchange.query), version, now);
  }
  return {
    name: `${apiVersion} ${version} metadata`,
    render: (stored) => converted(resource, stored, (object) => partialObject(object, version)),
    bookmark: (metadata) => bytes(partialObject({ kind: resource.kind, apiVersion, metadata }, version)),
  };
}

function tableRepresentation(
  resource: ApiResource,
  includeObject: ReturnType<typeof includeObjectOf>,
  version: string,
  now: () => number,
): Representation {
  const table = (object: KubeObject, headers: boolean) => {
    return tableOf(resource, [object], versionOf(object), { version, includeObject, headers, now: now() });
  };
  return {
    name: `${resource.version} ${version} Table ${includeObject}`,
    render: (stored, first) => converted(resource, stored, (object) => table(object, first)),
    bookmark(metadata, first) {
      const apiVersion = apiVersionOf(resource.group, resource.version);
      return bytes(table({ kind: resource.kind, apiVersion, metadata }, first));
    },
  };
}

function converted(
  resource: ApiResource,
  stored: StoredObject,
  make: ((object: KubeObject) => object) | undefined,
): Buffer | Promise<Buffer> {
  if (!resource.convert) return make ? bytes(make(stored.object)) : stored.json();
  const objects = resource.convert.toThis([stored.object]);
  const render = ([object = stored.object]: readonly KubeObject[]) => bytes(make ? make(object) : object);
  return Array.isArray(objects) ? render(objects) : objects.then(render);
}

function bytes(document: object): Buffer {
  return Buffer.from(JSON.stringify(document));
}
