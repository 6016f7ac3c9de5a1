import { goQuote } from '../model/go-format.ts';
import type { KubeObject, OwnerReference } from '../model/object.ts';
import type { Caller } from '../resources/operations.ts';
import type { Place } from './owner-index.ts';
import { type DeletionParts, isAnswer, StorageResources, timeNow } from './ports.ts';

const COMPONENT = 'garbage-collector-controller';

/**
 * Writes the Event that tells of an object whose owner is in another namespace, once per state of the object
 * (graph_builder.go reportInvalidNamespaceOwnerRef). Nothing depends on it: where it cannot be written, nothing else happens.
 */
export async function reportInvalidNamespace(
  parts: DeletionParts,
  caller: Caller,
  place: Place,
  object: KubeObject,
  owner: OwnerReference,
): Promise<void> {
  // Cluster-scoped objects have their Events in `default`.
  const namespace = place.namespace === '' ? 'default' : place.namespace;
  const target = new StorageResources(parts.registry).target('events.', namespace);
  if (!target) return;
  const { name = '', uid = '', resourceVersion = '' } = object.metadata;
  const reference = `[${owner.apiVersion}/${owner.kind}, namespace: ${place.namespace}, name: ${owner.name}, uid: ${owner.uid}]`;
  const now = timeNow(parts);
  const event: KubeObject = {
    kind: 'Event',
    apiVersion: 'v1',
    metadata: { name: `${name}.${eventSuffix(uid, owner.uid, resourceVersion)}`, namespace },
    involvedObject: {
      kind: object.kind,
      ...(place.namespace !== '' && { namespace: place.namespace }),
      name,
      uid,
      apiVersion: object.apiVersion,
    },
    reason: 'OwnerRefInvalidNamespace',
    message: `ownerRef ${reference} does not exist in namespace ${goQuote(place.namespace)}`,
    source: { component: COMPONENT },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
    type: 'Warning',
    eventTime: null,
    reportingComponent: COMPONENT,
    reportingInstance: '',
  };
  try {
    await parts.operations.create(target, event, {}, caller);
  } catch (error) {
    if (isAnswer(error, 409)) return;
    parts.log?.({ event: 'owner-event-not-written', object: name, error: String(error) });
  }
}

/** Hexadecimal, as Event names end; the same for the same finding. */
function eventSuffix(...facts: readonly string[]): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(facts.join(' '))) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16);
}
