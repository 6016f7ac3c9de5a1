import { CapstanError, describeObject, EXIT, isCapstanError, type KubernetesObject, referenceTo } from '@capstan/base';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { CLI_CODES } from '../codes.ts';
import type { ApplicationFiles } from './application-files.ts';

/** Field manager of users' files. */
export const USER_MANAGER = 'capstan';

/** An object and what applying it did. */
export interface AppliedObject {
  readonly object: KubernetesObject;
  readonly action: 'created' | 'changed' | 'unchanged';
}

/** Options of `applyApplication`. */
export interface ApplyApplicationOptions {
  readonly namespace: string;
  /** `-n` was given: a file that names another namespace is then a mistake. */
  readonly namespaceGiven: boolean;
  readonly signal: AbortSignal;
  readonly onApplied: (applied: AppliedObject) => void;
}

/**
 * Applies components, then applications, with server-side apply. Everything is tried as a dry run first, so that an
 * object which the server refuses leaves nothing half applied. Fields of other managers are never taken: the conflict
 * names them.
 */
export async function applyApplication(
  client: KubeClient,
  files: ApplicationFiles,
  options: ApplyApplicationOptions,
): Promise<AppliedObject[]> {
  const { signal, onApplied } = options;
  const write = { fieldManager: USER_MANAGER, signal };
  const objects = [...files.components, ...files.applications].map((object) => placed(object, options));
  const before = await Promise.all(objects.map((object) => client.get(referenceTo(object), { signal })));
  for (const object of objects)
    await client.apply(object, { ...write, dryRun: true }).catch(explainMissingNamespace(object));
  const applied: AppliedObject[] = [];
  for (const [index, object] of objects.entries()) {
    const after = await client.apply(object, write);
    const one = { object: after, action: actionOf(before[index], after) };
    applied.push(one);
    onApplied(one);
  }
  return applied;
}

/** `component/backend` of an applied object, as `-o name` prints it. */
export function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind === 'ApplicationConfiguration' ? 'application' : kind.toLowerCase()}/${metadata.name}`;
}

function placed<T extends KubernetesObject>(object: T, { namespace, namespaceGiven }: ApplyApplicationOptions): T {
  const own = object.metadata.namespace;
  if (own !== undefined && namespaceGiven && own !== namespace) {
    throw new CapstanError(
      CLI_CODES.usage,
      `${describeObject(referenceTo(object))} names namespace ${own}, but -n says ${namespace}`,
      {
        hint: 'Leave one of the two out.',
        exit: EXIT.usage,
      },
    );
  }
  return { ...object, metadata: { ...object.metadata, namespace: own ?? namespace } };
}

function actionOf(before: KubernetesObject | undefined, after: KubernetesObject): AppliedObject['action'] {
  if (!before) return 'created';
  return before.metadata.resourceVersion === after.metadata.resourceVersion ? 'unchanged' : 'changed';
}

function explainMissingNamespace(object: KubernetesObject) {
  return (error: unknown): never => {
    const { namespace = '' } = object.metadata;
    if (!isCapstanError(error, KUBE_CODES.notFound) || !error.message.includes(`"${namespace}"`)) throw error;
    throw new CapstanError(CLI_CODES.notFound, `there is no namespace ${namespace}`, {
      hint: '--create-namespace creates it.',
      exit: EXIT.failed,
      cause: error,
    });
  };
}
