import { methodNotAllowed } from '../model/errors.ts';
import type { KubeObject } from '../model/object.ts';
import { createAttributes } from './create.ts';
import { ensureNamespace, wipeSystemFields, withMetadata } from './metadata.ts';
import type { Caller, Target, WriteAnswer, WriteOptions } from './operations.ts';
import { answerOf, managerName, type PipelineParts, timestamp } from './parts.ts';

/** A posted object that is answered and never stored: an access review, a request for a token. */
export interface VirtualRequest {
  readonly target: Target;
  /** Of the URL; empty where it has none. */
  readonly name: string;
  readonly body: KubeObject;
  readonly caller: Caller;
}

/** Answers such an object; undefined where nobody knows it. Throws `ApiError`s. */
export type VirtualAnswers = (request: VirtualRequest) => KubeObject | undefined;

/** POST of an object that is answered instead of stored. */
export async function createVirtual(
  parts: PipelineParts,
  target: Target,
  name: string,
  body: KubeObject,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  const { resource, subresource } = target;
  withMetadata(body);
  let next = body;
  if (subresource === undefined) {
    wipeSystemFields(body.metadata);
    ensureNamespace(body.metadata, resource, target.namespace);
    resource.strategy.defaults(body);
    const manager = managerName(options.fieldManager, caller);
    next = parts.fieldManagers.update({ resource, subresource, live: undefined, manager, now: timestamp(parts) }, body);
  }
  const attributes = createAttributes(target, next, options, caller);
  await parts.admission.mutate(attributes);
  await parts.admission.validate(attributes);
  const answer = parts.virtual({ target, name, body: attributes.object ?? next, caller });
  if (!answer) throw methodNotAllowed();
  return { ...answerOf(answer), created: true };
}
