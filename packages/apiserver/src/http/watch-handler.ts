import { notAcceptable } from '../model/errors.ts';
import { apiVersionOf, type KubeObject } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import { type ApiResource, storageKey } from '../model/resource.ts';
import { selectedNamespace, selectionOf } from '../resources/list.ts';
import type { Target } from '../resources/operations.ts';
import type { StoredObject } from '../storage/store.ts';
import type { BookmarkMetadata, Representation } from '../watch/frames.ts';
import type { WatchHub } from '../watch/hub.ts';
import type { ListParameters } from '../watch/list-options.ts';
import type { Exchange } from './exchange.ts';
import { commonHeaders } from './respond.ts';
import { type IncludeObject, includeObject, partialMetadata, type TableMaker, type View } from './view.ts';

/** What a watch needs of the server. */
export interface WatchParts {
  readonly hub: WatchHub;
  readonly registry: ResourceRegistry;
  readonly tables: TableMaker;
}

/** Answers with a stream of events until the client goes or the time is up. Throws what must be told before it begins. */
export function serveWatch(
  exchange: Exchange,
  parts: WatchParts,
  target: Target,
  view: View,
  parameters: ListParameters,
): void {
  if (view.format.mediaType !== 'application/json') throw notAcceptable(['application/json;stream=watch']);
  const { resource } = target;
  const selection = selectionOf(parts, resource, parameters);
  const { response } = exchange;
  const begin = () => {
    if (!response.headersSent)
      response.writeHead(200, { ...commonHeaders(exchange), 'content-type': 'application/json' });
  };
  const watch = parts.hub.start({
    key: storageKey(resource.storage),
    namespace: selectedNamespace(target, selection),
    selection,
    parameters,
    representation: representationOf(resource, view, parts.tables, exchange),
    write(lines) {
      begin();
      return response.write(lines);
    },
    onEnd() {
      begin();
      response.end();
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

function representationOf(resource: ApiResource, view: View, tables: TableMaker, exchange: Exchange): Representation {
  const version = apiVersionOf(resource.group, resource.version);
  const { transform } = view;
  if (transform === undefined) {
    return {
      name: version,
      render: (stored) => converted(resource, stored, undefined),
      bookmark: (metadata) => bytes({ kind: resource.kind, apiVersion: version, metadata: bookmarkMetadata(metadata) }),
    };
  }
  const apiVersion = `meta.k8s.io/${transform.version}`;
  if (transform.kind === 'Table') return tableRepresentation(resource, tables, includeObject(exchange), apiVersion);
  return {
    name: `${version} ${apiVersion} metadata`,
    render: (stored) => converted(resource, stored, (object) => partialMetadata(object, transform.version)),
    bookmark: (metadata) => bytes({ kind: 'PartialObjectMetadata', apiVersion, metadata: bookmarkMetadata(metadata) }),
  };
}

function tableRepresentation(
  resource: ApiResource,
  tables: TableMaker,
  include: IncludeObject,
  apiVersion: string,
): Representation {
  const table = (object: KubeObject, headers: boolean) => {
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    return {
      kind: 'Table',
      apiVersion,
      metadata,
      ...tables.table(resource, [object], { includeObject: include, headers }),
    };
  };
  return {
    name: `${resource.version} ${apiVersion} Table ${include}`,
    render: (stored, first) => converted(resource, stored, (object) => table(object, first)),
    bookmark(metadata, first) {
      const type = { kind: resource.kind, apiVersion: apiVersionOf(resource.group, resource.version) };
      return bytes(table({ ...type, metadata: bookmarkMetadata(metadata) } as KubeObject, first));
    },
  };
}

/** Go writes the time of creation of an object that has none as null. */
function bookmarkMetadata(metadata: BookmarkMetadata): object {
  return metadata;
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
