import { ApiError } from '../model/api-error.ts';
import { badRequest, resourceExpired } from '../model/errors.ts';
import { invalid as invalidField } from '../model/field-error.ts';
import { goQuote } from '../model/go-format.ts';
import type { Selection } from '../selectors/selection.ts';
import { RevisionCompacted, type Store, type StoredObject } from '../storage/store.ts';
import { type Continuation, decodeContinue, encodeContinue, scopeAfter } from './continue-token.ts';
import type { ListParameters } from './list-options.ts';

/** What to list. */
export interface ListRequest {
  readonly store: Store;
  /** `storageKey` of the type. */
  readonly key: string;
  /** Empty: all namespaces, or a cluster-scoped type. */
  readonly namespace: string;
  /** Sees objects as they are stored. */
  readonly selection: Selection;
  readonly parameters: Partial<Pick<ListParameters, 'continue' | 'limit' | 'resourceVersion' | 'resourceVersionMatch'>>;
}

/** A list, or one page of it. */
export interface ListPage {
  readonly items: readonly StoredObject[];
  readonly resourceVersion: string;
  /** Where the next page begins; absent on the last. */
  readonly continue?: string;
  /** How many come after this page; known only where everything is selected. */
  readonly remainingItemCount?: number;
}

/**
 * Lists objects at the revision that the parameters mean: the present one, an exact one, or that of a continue token.
 * Throws 400 for parameters that cannot be read, 410 for revisions that are forgotten (with a token to go on where there was
 * one), 504 for those that have not come yet (apiserver storage/etcd3 GetList, storage/cacher GetList).
 */
export function listPage(request: ListRequest): ListPage {
  const { store, key, parameters, namespace, selection } = request;
  const single = asksForOne(store, key, namespace, selection);
  const continuation = single ? undefined : continuationOf(request);
  const exact = continuation ? continuation.revision : exactRevision(request);
  if (exact > store.revision) throw tooLargeResourceVersion(exact, store.revision);
  if (exact === 0 && (single || !isPaged(parameters))) {
    return { items: selectedObjects(store, key, namespace, selection), resourceVersion: String(store.revision) };
  }
  const scope = {
    ...(namespace !== '' && { namespace }),
    ...(exact > 0 && { revision: exact }),
    ...(continuation && scopeAfter(continuation, namespace)),
  };
  const list = listOrExpire(store, key, scope, continuation);
  const resourceVersion = String(list.revision);
  const { limit = 0 } = parameters;
  if (single || !isPaged(parameters)) return { items: selected(list.items, selection), resourceVersion };

  const items: StoredObject[] = [];
  let seen = 0;
  for (const item of list.items) {
    if (items.length >= limit) break;
    seen += 1;
    if (selection.matches(item.object)) items.push(item);
  }
  if (seen === list.items.length) return { items, resourceVersion };
  const token = encodeContinue({ revision: list.revision, start: startAfter(items.at(-1), namespace) });
  const remaining = selection.empty && { remainingItemCount: list.items.length - seen };
  return { items, resourceVersion, continue: token, ...remaining };
}

/**
 * The number of a `resourceVersion` parameter; 0 where there is none. Throws the sentence of the real server's versioner as
 * a RangeError's message: what becomes of it (400 or 500) differs between endpoints.
 */
export function parseResourceVersion(text: string): number {
  if (text === '') return 0;
  const why = !/^\d+$/.test(text) ? 'invalid syntax' : BigInt(text) >= 2n ** 64n ? 'value out of range' : undefined;
  if (why === undefined) return Number(text);
  const cause = invalidField('resourceVersion', text, `strconv.ParseUint: parsing ${goQuote(text)}: ${why}`);
  throw new RangeError(`${cause.field}: ${cause.message}`);
}

/** 504 of a resourceVersion that the store has not reached (apiserver storage NewTooLargeResourceVersionError). */
export function tooLargeResourceVersion(asked: number, current: number): ApiError {
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  return new ApiError(504, 'Timeout', message, { causes, retryAfterSeconds: 1 });
}

/** The objects of a type, of one namespace or all (empty), that are selected now, in order. One that is named is looked up. */
export function selectedObjects(
  store: Store,
  key: string,
  namespace: string,
  selection: Selection,
): readonly StoredObject[] {
  if (!asksForOne(store, key, namespace, selection)) {
    return selected(store.list(key, namespace === '' ? {} : { namespace }).items, selection);
  }
  const one = store.get(key, namespace, selection.name ?? '');
  return one && selection.matches(one.object) ? [one] : [];
}

/** Whether the selection names one place; then there are no pages. Without a namespace that is so for cluster-scoped types. */
function asksForOne(store: Store, key: string, namespace: string, { name }: Selection): boolean {
  return name !== undefined && (namespace !== '' || store.get(key, '', name) !== undefined);
}

/** Lists of resourceVersion 0 come whole, whatever the limit. */
function isPaged({ limit = 0, resourceVersion, continue: token = '' }: ListRequest['parameters']): boolean {
  return limit > 0 && (resourceVersion !== '0' || token !== '');
}

function continuationOf(request: ListRequest): Continuation | undefined {
  const { continue: token = '', resourceVersion = '' } = request.parameters;
  if (token === '') return undefined;
  const continuation = decodeContinue(token);
  if (resourceVersion !== '' && resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  return continuation;
}

/** The revision that a list asks for, exactly or at least; 0: any, or that of its continue token. Throws 400. */
export function listedRevision({ resourceVersion = '', continue: token = '' }: ListRequest['parameters']): number {
  if (token !== '') return 0;
  try {
    return parseResourceVersion(resourceVersion);
  } catch (error) {
    throw badRequest(`invalid resource version: ${(error as Error).message}`);
  }
}

/** 0: the present state will do. */
function exactRevision({ store, parameters }: ListRequest): number {
  const { resourceVersionMatch = '', limit = 0 } = parameters;
  const revision = listedRevision(parameters);
  if (resourceVersionMatch === 'Exact' || (resourceVersionMatch === '' && limit > 0)) return revision;
  if (revision > store.revision) throw tooLargeResourceVersion(revision, store.revision);
  return 0;
}

const LIST_EXPIRED = 'The resourceVersion for the provided list is too old.';
const CONTINUE_EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

function listOrExpire(store: Store, key: string, scope: object, continuation: Continuation | undefined) {
  try {
    return store.list(key, scope);
  } catch (error) {
    if (!(error instanceof RevisionCompacted)) throw error;
    if (!continuation) throw resourceExpired(LIST_EXPIRED);
    const token = encodeContinue({ revision: -1, start: continuation.start });
    throw new ApiError(410, 'Expired', CONTINUE_EXPIRED, undefined, { continue: token });
  }
}

function selected(items: readonly StoredObject[], selection: Selection): readonly StoredObject[] {
  return selection.empty ? items : items.filter((item) => selection.matches(item.object));
}

/** The key just after an object, relative to the namespace that is listed. */
function startAfter(last: StoredObject | undefined, namespace: string): string {
  const { name = '', namespace: own = '' } = last?.object.metadata ?? {};
  return namespace !== '' || own === '' ? `${name}\0` : `${own}/${name}\0`;
}
