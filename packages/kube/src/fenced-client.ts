import type { ObjectReference } from '@capstan/base';
import type { KubeClient, WriteOptions } from './client.ts';
import type { HeldLease } from './lease.ts';

/**
 * A client whose writes end with a lease: once it is lost, or was not renewed in time (after a pause of the whole
 * process, say), writes reject with LEASE_LOST before they are sent, and those on their way are aborted. Reads go on. So
 * of two processes that both believe to lead only one writes. Closing it closes nothing: the client behind it is shared.
 */
export function fenceClient(client: KubeClient, lease: Pick<HeldLease, 'signal' | 'assertHeld'>): KubeClient {
  const held = <T extends { readonly signal?: AbortSignal }>(options: T | undefined): T & { signal: AbortSignal } => {
    lease.assertHeld();
    const signal = options?.signal ? AbortSignal.any([options.signal, lease.signal]) : lease.signal;
    return { ...(options as T), signal };
  };
  return {
    context: client.context,
    discovery: client.discovery,
    version: () => client.version(),
    get: (reference, options) => client.get(reference, options),
    list: (kind, options) => client.list(kind, options),
    watch: (kind, options) => client.watch(kind, options),
    podLog: (pod, options) => client.podLog(pod, options),
    mayI: (request) => client.mayI(request),
    raw: (path, options) => client.raw(path, options),
    apply: async (object, options) => client.apply(object, held(options)),
    create: async (object, options) => client.create(object, held(options)),
    createSubresource: async (
      reference: ObjectReference,
      subresource: 'binding' | 'eviction' | 'token',
      body: object,
      options?: WriteOptions,
    ) => client.createSubresource(reference, subresource, body, held(options)),
    replace: async (object, options) => client.replace(object, held(options)),
    patch: async (reference, patch, options) => client.patch(reference, patch, held(options)),
    delete: async (reference, options) => client.delete(reference, held(options)),
    close: () => {},
  };
}
