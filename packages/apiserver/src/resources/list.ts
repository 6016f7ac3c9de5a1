import { ApiError } from '../model/api-error.ts';
import { type ApiResource, storageKey } from '../model/resource.ts';
import { compileSelection, type Selection } from '../selectors/selection.ts';
import { listedRevision, listPage } from '../watch/list-page.ts';
import { reachRevision } from '../watch/reached.ts';
import { deleteObject } from './delete.ts';
import { warnOfOrphans } from './deletion-policy.ts';
import type { Answer, Caller, DeleteOptions, ListAnswer, ListOptions, Target } from './operations.ts';
import { namespaceOf, type PipelineParts, toVersion } from './parts.ts';

/** How many objects a deletion of a collection looks at in one step. */
const DELETE_PAGE = 10_000;

/** The selection of a request, over objects in their storage version. Throws 400. */
export function selectionOf(
  parts: Pick<PipelineParts, 'registry'>,
  resource: ApiResource,
  texts: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>,
): Selection {
  const { group, version, kind, namespaced, source, selectableFields, storage } = resource;
  // Field values are read from stored objects, so by the strategy of the stored version.
  const stored = resource.convert && parts.registry.find(storage.group, storage.version, storage.resource);
  const strategy = (stored ?? resource).strategy;
  return compileSelection(texts, { group, version, kind, namespaced, source, selectableFields, strategy });
}

/** The namespace of a list or watch: the request's, else the one that a field selector demands. */
export function selectedNamespace(target: Target, selection: Selection): string {
  const namespace = namespaceOf(target);
  return namespace === '' && target.resource.namespaced ? (selection.namespace ?? '') : namespace;
}

/** A list, or one page of it. Throws 400, 410 and 504 as `listPage` says. */
export async function listObjects(parts: PipelineParts, target: Target, options: ListOptions): Promise<ListAnswer> {
  const { resource } = target;
  const selection = selectionOf(parts, resource, options);
  await reachRevision(parts.store, listedRevision(options));
  const page = listPage({
    store: parts.store,
    key: storageKey(resource.storage),
    namespace: selectedNamespace(target, selection),
    selection,
    parameters: options,
  });
  const { resourceVersion, remainingItemCount } = page;
  return {
    items: await toVersion(resource, page.items),
    metadata: {
      resourceVersion,
      ...(page.continue !== undefined && { continue: page.continue }),
      ...(remainingItemCount !== undefined && { remainingItemCount }),
    },
  };
}

/** Deletes what a list selects, one after the other; what is gone already is fine. Returns what was selected. */
export async function deleteCollection(
  parts: PipelineParts,
  target: Target,
  list: ListOptions,
  options: DeleteOptions,
  caller: Caller,
): Promise<ListAnswer> {
  warnOfOrphans(target, options, caller);
  const limited = (list.limit ?? 0) > 0;
  let page = await listObjects(parts, target, limited ? list : { ...list, limit: DELETE_PAGE });
  const items: Answer[] = [];
  for (;;) {
    items.push(...page.items);
    for (const { object } of page.items) await deleteListed(parts, target, object.metadata, options, caller);
    const next = page.metadata.continue;
    if (limited || next === undefined) return { items, metadata: page.metadata };
    const { resourceVersion: _version, resourceVersionMatch: _match, ...rest } = list;
    page = await listObjects(parts, target, { ...rest, limit: DELETE_PAGE, continue: next });
  }
}

async function deleteListed(
  parts: PipelineParts,
  target: Target,
  { name = '', namespace = '' }: { readonly name?: string; readonly namespace?: string },
  options: DeleteOptions,
  caller: Caller,
): Promise<void> {
  try {
    await deleteObject(parts, { ...target, namespace }, name, options, caller);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}
