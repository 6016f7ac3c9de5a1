import type { KubeObject } from '../model/object.ts';
import type { UserInfo } from '../model/request.ts';
import type { ApiResource } from '../model/resource.ts';
import type { ListParameters } from '../watch/list-options.ts';

/*
 * What can be done with objects, without HTTP: the HTTP layer, the garbage collector, the namespace controller and other
 * controllers inside the process all call these. Authentication and authorisation come before, in the HTTP layer.
 */

/** Who asks, and where warnings go. */
export interface Caller {
  readonly user: UserInfo;
  /** The client's User-Agent: names the field manager where the request does not. */
  readonly userAgent: string;
  /** Text of a `Warning: 299` header. */
  warn(text: string): void;
}

/** What a request is about. */
export interface Target {
  readonly resource: ApiResource;
  /** Empty for cluster-scoped resources, and for lists over all namespaces. */
  readonly namespace: string;
  /** Undefined for the object itself. */
  readonly subresource?: string | undefined;
}

/** What to do with unknown and duplicate fields of a body. */
export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

/** Options that all writes share (meta/v1 CreateOptions, UpdateOptions, PatchOptions). */
export interface WriteOptions {
  readonly dryRun?: boolean;
  /** As given by the client; absent: the start of the User-Agent. */
  readonly fieldManager?: string | undefined;
  /** Default: Strict for none, Warn as the real server's default for all. */
  readonly fieldValidation?: FieldValidation | undefined;
  /** Apply only: take fields over from other managers. */
  readonly force?: boolean | undefined;
}

/** meta/v1 DeleteOptions. */
export interface DeleteOptions {
  readonly dryRun?: boolean;
  readonly gracePeriodSeconds?: number | undefined;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  readonly orphanDependents?: boolean | undefined;
  readonly preconditions?:
    | { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }
    | undefined;
}

/** meta/v1 ListOptions, as far as a list reads them; selectors are texts as in the query. Empty texts are absent ones. */
export type ListOptions = Partial<
  Pick<
    ListParameters,
    'labelSelector' | 'fieldSelector' | 'limit' | 'continue' | 'resourceVersion' | 'resourceVersionMatch'
  >
>;

/** An object in the version that was asked for. Shared and read-only. */
export interface Answer {
  readonly object: KubeObject;
  /** The object as JSON bytes, without a newline at the end. */
  json(): Buffer;
}

/** A list in the version that was asked for. */
export interface ListAnswer {
  readonly items: readonly Answer[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

/** An answered write: `created` decides between 201 and 200. */
export interface WriteAnswer extends Answer {
  readonly created: boolean;
}

/** An answered deletion: gone at once (`Status` of Success), or still there with a deletionTimestamp. */
export interface DeleteAnswer extends Answer {
  /** The last state where it is gone, else the state with the deletionTimestamp. */
  readonly deleted: boolean;
}

/** The body of a patch. */
export interface PatchBody {
  readonly type: 'json' | 'merge' | 'strategic';
  /** Decoded JSON. */
  readonly patch: unknown;
  /** What strict field validation finds in the text of the patch itself: `duplicate field "spec.a"`. */
  readonly strictErrors?: readonly string[];
}

/** All verbs but watch. Every refusal is an `ApiError`. */
export interface Operations {
  get(target: Target, name: string, caller: Caller): Promise<Answer>;
  list(target: Target, options: ListOptions, caller: Caller): Promise<ListAnswer>;
  /** `body` belongs to the callee from now on. `name` is for named subresources such as `pods/binding`. */
  create(target: Target, body: KubeObject, options: WriteOptions, caller: Caller, name?: string): Promise<WriteAnswer>;
  update(target: Target, name: string, body: KubeObject, options: WriteOptions, caller: Caller): Promise<WriteAnswer>;
  patch(target: Target, name: string, body: PatchBody, options: WriteOptions, caller: Caller): Promise<WriteAnswer>;
  /** Server-side apply. */
  apply(target: Target, name: string, body: KubeObject, options: WriteOptions, caller: Caller): Promise<WriteAnswer>;
  delete(target: Target, name: string, options: DeleteOptions, caller: Caller): Promise<DeleteAnswer>;
  /** Returns what was deleted. */
  deleteCollection(target: Target, list: ListOptions, options: DeleteOptions, caller: Caller): Promise<ListAnswer>;
}
