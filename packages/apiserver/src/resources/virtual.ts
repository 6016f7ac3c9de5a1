import { kindTypes } from '../builtin/go-types.ts';
import { definitionNode } from '../builtin/schemas.ts';
import { goDecode } from '../builtin/typed.ts';
import { methodNotAllowed } from '../model/errors.ts';
import type { KubeObject } from '../model/object.ts';
import type { ApiResource } from '../model/resource.ts';
import { createAttributes } from './create.ts';
import { ensureNamespace, wipeSystemFields, withMetadata } from './metadata.ts';
import type { Caller, Target, WriteAnswer, WriteOptions } from './operations.ts';
import { answerOf, managerName, type PipelineParts, timestamp } from './parts.ts';
import { part } from './plugins/objects.ts';

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
  if (subresource === undefined) {
    wipeSystemFields(body.metadata);
    ensureNamespace(body.metadata, resource, target.namespace);
    resource.strategy.defaults(body);
  } else {
    completeTokenRequest(body);
  }
  const manager = managerName(options.fieldManager, caller);
  const write = { resource: typeOf(target), subresource, live: undefined, manager, now: timestamp(parts) };
  const next = parts.fieldManagers.update(write, body);
  const attributes = createAttributes(target, next, options, caller);
  await parts.admission.mutate(attributes);
  await parts.admission.validate(attributes);
  const answer = parts.virtual({ target, name, body: attributes.object ?? next, caller });
  if (!answer) throw methodNotAllowed();
  return { ...answerOf(answer), created: true };
}

/** The type of the body: the resource itself, or that of a subresource with a kind of its own (TokenRequest). */
function typeOf({ resource, subresource }: Target): ApiResource {
  const kind = resource.subresources.find((one) => one.name === subresource)?.kind;
  if (!kind) return resource;
  const schema = definitionNode(kindTypes().get(`${kind.group}/${kind.version}/${kind.kind}`) ?? '');
  return { ...resource, ...kind, schema };
}

/** Lifetime of a token that names none, in seconds. */
const TOKEN_SECONDS = 3600;

function completeTokenRequest(body: KubeObject): void {
  goDecode(body, { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' });
  const spec = part(body, 'spec');
  spec['expirationSeconds'] ??= TOKEN_SECONDS;
}
