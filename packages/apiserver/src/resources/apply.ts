import { badRequest } from '../model/errors.ts';
import { type KubeObject, parseApiVersion } from '../model/object.ts';
import { withMetadata } from './metadata.ts';
import type { Caller, Target, WriteAnswer, WriteOptions } from './operations.ts';
import { type PipelineParts, timestamp } from './parts.ts';
import { type Change, updateObject } from './update.ts';

/** Server-side apply: the object becomes what all managers together say; it is created where it is missing. */
export function applyObject(
  parts: PipelineParts,
  target: Target,
  name: string,
  configuration: KubeObject,
  options: WriteOptions,
  caller: Caller,
): Promise<WriteAnswer> {
  const { resource, subresource } = target;
  checkType(configuration);
  withMetadata(configuration);
  const change: Change = {
    next(live) {
      const write = { resource, subresource, live, manager: options.fieldManager ?? '', now: timestamp(parts) };
      const next = parts.fieldManagers.apply(write, configuration, options.force ?? false);
      // The real server takes no notice of a resourceVersion where the apply creates.
      if (live === undefined) delete next.metadata.resourceVersion;
      return next;
    },
    // Only the object itself can be made by an apply.
    createsMissing: subresource === undefined,
    optionsKind: 'PatchOptions',
  };
  return updateObject(parts, target, name, change, options, caller);
}

/** A configuration must say of which type it is. */
function checkType({ apiVersion, kind }: Partial<KubeObject>): void {
  if (typeof apiVersion === 'string' && typeof kind === 'string' && apiVersion !== '' && kind !== '') return;
  const { group, version } = parseApiVersion(typeof apiVersion === 'string' ? apiVersion : '');
  throw badRequest(`invalid object type: ${group}/${version}, Kind=${typeof kind === 'string' ? kind : ''}`);
}
