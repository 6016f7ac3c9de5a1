import type { ServedResource } from './client.ts';
import type { Attempt } from './status-errors.ts';

/** What a path names beside the resource. */
export interface Place {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** The path of a resource, an object or its subresource. */
export function pathOf(served: ServedResource, { namespace, name, subresource }: Place): string {
  const parts = served.group ? ['/apis', served.group, served.version] : ['/api', served.version];
  if (served.namespaced && namespace) parts.push('namespaces', encodeURIComponent(namespace));
  parts.push(served.resource);
  if (name) parts.push(encodeURIComponent(name));
  if (subresource) parts.push(subresource);
  return parts.join('/');
}

/** A path with those parameters that have a value. */
export function withQuery(path: string, query: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(key, String(value));
  }
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

/** What a request attempts, for error messages. */
export function attemptOf(verb: string, served: ServedResource, place: Place): Attempt {
  const { group, resource, kind } = served;
  const named = [kind.toLowerCase(), served.namespaced ? place.namespace : undefined, place.name]
    .filter(Boolean)
    .join('/');
  const everywhere = place.namespace ? `${resource} of namespace ${place.namespace}` : resource;
  const { namespace, name, subresource } = place;
  return { verb, group, resource, namespace, name, subresource, target: name ? named : everywhere };
}
