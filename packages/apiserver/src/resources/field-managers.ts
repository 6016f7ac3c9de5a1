import type { KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';

/** Who wrote what, for one write. */
export interface ManagedWrite {
  readonly resource: ApiResource;
  readonly subresource: string | undefined;
  /** Undefined for a creation. Read-only. */
  readonly live: KubeObject | undefined;
  readonly manager: string;
  /** RFC 3339 with seconds. */
  readonly now: string;
}

/** Keeps `metadata.managedFields`. The server's own bookkeeping: what it returns belongs to the caller. */
export interface FieldManagers {
  /** `next` with the managedFields that follow from what the manager changed. May change and return `next` itself. */
  update(write: ManagedWrite, next: KubeObject): KubeObject;
  /** Server-side apply: the merged object. Throws 409 for fields of others without `force`. */
  apply(write: ManagedWrite, configuration: KubeObject, force: boolean): KubeObject;
}
