import { notFound } from '../model/errors.ts';
import type { KubeObject } from '../model/object.ts';
import { applyObject } from './apply.ts';
import { createObject } from './create.ts';
import { deleteObject } from './delete.ts';
import { deleteCollection, listObjects } from './list.ts';
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
import { replaceObject } from './update.ts';

/** The operations over a store: what every request and every controller inside the process ends in. */
export class Pipeline implements Operations {
  readonly #parts: PipelineParts;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
  }

  async get(target: Target, name: string, _caller: Caller): Promise<Answer> {
    const stored = findStored(this.#parts, target, name);
    if (!stored) throw notFound(target.resource, name);
    return oneToVersion(target.resource, stored);
  }

  list(target: Target, options: ListOptions, _caller: Caller): Promise<ListAnswer> {
    return listObjects(this.#parts, target, options);
  }

  create(target: Target, body: KubeObject, options: WriteOptions, caller: Caller): Promise<WriteAnswer> {
    return createObject(this.#parts, target, body, options, caller);
  }

  update(target: Target, name: string, body: KubeObject, options: WriteOptions, caller: Caller): Promise<WriteAnswer> {
    return replaceObject(this.#parts, target, name, body, options, caller);
  }

  patch(target: Target, name: string, body: PatchBody, options: WriteOptions, caller: Caller): Promise<WriteAnswer> {
    return patchObject(this.#parts, target, name, body, options, caller);
  }

  apply(
    target: Target,
    name: string,
    configuration: KubeObject,
    options: WriteOptions,
    caller: Caller,
  ): Promise<WriteAnswer> {
    return applyObject(this.#parts, target, name, configuration, options, caller);
  }

  delete(target: Target, name: string, options: DeleteOptions, caller: Caller): Promise<DeleteAnswer> {
    return deleteObject(this.#parts, target, name, options, caller);
  }

  deleteCollection(target: Target, list: ListOptions, options: DeleteOptions, caller: Caller): Promise<ListAnswer> {
    return deleteCollection(this.#parts, target, list, options, caller);
  }
}
