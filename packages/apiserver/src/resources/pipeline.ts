import { methodNotAllowed, notFound, notImplemented } from '../model/errors.ts';
import type { KubeObject } from '../model/object.ts';
import { applyObject } from './apply.ts';
import { bindPod } from './binding.ts';
import { createObject } from './create.ts';
import { deleteObject } from './delete.ts';
import { evictPod } from './eviction.ts';
import { deleteCollection, listObjects } from './list.ts';
import { withMetadata } from './metadata.ts';
import type {
  Answer,
  Caller,
  DeleteAnswer,
  DeleteOptions,
  ListAnswer,
  ListOptions,
  Operations,
  PatchBody,
  Target,
  WriteAnswer,
  WriteOptions,
} from './operations.ts';
import { findStored, oneToVersion, type PipelineParts } from './parts.ts';
import { patchObject } from './patch.ts';
import { applyScale, getScale, patchScale, replaceScale } from './scale.ts';
import { replaceObject } from './update.ts';
import { createVirtual } from './virtual.ts';

/** Subresources that need processes of a Pod, a Node or a Service: nothing runs in a simulated cluster. */
const RUNNING = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/** The operations over a store: what every request and every controller inside the process ends in. */
export class Pipeline implements Operations {
  readonly #parts: PipelineParts;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  async get(target: Target, name: string, _caller: Caller): Promise<Answer> {
    if (target.subresource === 'scale') return getScale(this.#parts, target, name);
    const stored = findStored(this.#parts, target, name);
    if (!stored) throw notFound(target.resource, name);
    refuseRunning(target);
    return oneToVersion(target.resource, stored);
  }

  list(target: Target, options: ListOptions, _caller: Caller): Promise<ListAnswer> {
    return listObjects(this.#parts, target, options);
  }

  async create(
    target: Target,
    body: KubeObject,
    options: WriteOptions,
    caller: Caller,
    name = '',
  ): Promise<WriteAnswer> {
    const { resource, subresource } = target;
    refuseRunning(target);
    withMetadata(body);
    if (subresource === 'binding') return bindPod(this.#parts, target, name, body, options, caller);
    if (subresource === 'eviction') return evictPod(this.#parts, target, name, body, options, caller);
    if (subresource === 'token') return createVirtual(this.#parts, target, name, body, options, caller);
    if (subresource !== undefined) throw methodNotAllowed();
    // A resource that can only be created is a question or a command, not something that is kept.
    if (!resource.verbs.includes('get')) return this.#ask(target, body, options, caller);
    return createObject(this.#parts, target, body, options, caller);
  }

  async update(
    target: Target,
    name: string,
    body: KubeObject,
    options: WriteOptions,
    caller: Caller,
  ): Promise<WriteAnswer> {
    refuseRunning(target);
    withMetadata(body);
    if (target.subresource === 'scale') return replaceScale(this.#parts, target, name, body, options, caller);
    return replaceObject(this.#parts, target, name, body, options, caller);
  }

  async patch(
    target: Target,
    name: string,
    body: PatchBody,
    options: WriteOptions,
    caller: Caller,
  ): Promise<WriteAnswer> {
    refuseRunning(target);
    if (target.subresource === 'scale') return patchScale(this.#parts, target, name, body, options, caller);
    return patchObject(this.#parts, target, name, body, options, caller);
  }

  async apply(
    target: Target,
    name: string,
    configuration: KubeObject,
    options: WriteOptions,
    caller: Caller,
  ): Promise<WriteAnswer> {
    refuseRunning(target);
    if (target.subresource === 'scale') return applyScale(this.#parts, target, name, configuration, options, caller);
    return applyObject(this.#parts, target, name, configuration, options, caller);
  }

  async delete(target: Target, name: string, options: DeleteOptions, caller: Caller): Promise<DeleteAnswer> {
    refuseRunning(target);
    return deleteObject(this.#parts, target, name, options, caller);
  }

  deleteCollection(target: Target, list: ListOptions, options: DeleteOptions, caller: Caller): Promise<ListAnswer> {
    return deleteCollection(this.#parts, target, list, options, caller);
  }

  async #ask(target: Target, body: KubeObject, options: WriteOptions, caller: Caller): Promise<WriteAnswer> {
    const { registry } = this.#parts;
    const pods = target.resource.resource === 'bindings' ? registry.find('', 'v1', 'pods') : undefined;
    if (!pods) return createVirtual(this.#parts, target, '', body, options, caller);
    const binding: Target = { resource: pods, namespace: target.namespace, subresource: 'binding' };
    return bindPod(this.#parts, binding, body.metadata?.name ?? '', body, options, caller);
  }
}

function refuseRunning({ resource, subresource }: Target): void {
  if (subresource === undefined || !RUNNING.has(subresource)) return;
  const what = `${resource.resource}/${subresource}`;
  throw notImplemented(`${what} is not available: this cluster is simulated, and nothing runs in it.`);
}
