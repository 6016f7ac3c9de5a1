import { notFound, notImplemented } from '../model/errors.ts';
import type { KubeObject } from '../model/object.ts';
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

  async patch(_target: Target, _name: string, _body: PatchBody): Promise<WriteAnswer> {
    throw notImplemented('patches are not served yet');
  }

  async apply(): Promise<WriteAnswer> {
    throw notImplemented('server-side apply is not served yet');
  }

  delete(target: Target, name: string, options: DeleteOptions, caller: Caller): Promise<DeleteAnswer> {
    return deleteObject(this.#parts, target, name, options, caller);
  }

  deleteCollection(target: Target, list: ListOptions, options: DeleteOptions, caller: Caller): Promise<ListAnswer> {
    return deleteCollection(this.#parts, target, list, options, caller);
  }
}
