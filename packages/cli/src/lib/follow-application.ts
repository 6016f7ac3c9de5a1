import { CapstanError, describeObject, EXIT } from '@capstan/base';
import type { ApplicationTree, TreeNode } from '@capstan/core';
import { type KubeClient, lastEventOf } from '@capstan/kube';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { blockingNode } from '../render/application-tree.ts';
import { applicationState } from './application-state.ts';
import { type Applied, isOfNow, throwIfHopeless, verdictsOn } from './application-verdict.ts';
import { formatDuration } from './duration.ts';
import { watchTree } from './watch-tree.ts';

/** Options of `followApplication`. */
export interface FollowOptions extends Applied {
  readonly name: string;
  readonly namespace: string;
  readonly timeoutMs: number;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** `current`: the controller has looked at what was applied; until then the tree tells of what was before. */
  readonly onChange: (tree: ApplicationTree, current: boolean) => void;
}

/**
 * Waits until the application is ready, as it was applied. Fails with exit 1 when the controller found something that
 * waiting cannot change, with exit 7 when what runs is degraded and stays so, and with exit 6 after the time limit: the
 * error names the blocking object, why and its last event.
 */
export async function followApplication(client: KubeClient, options: FollowOptions): Promise<ApplicationTree> {
  const { name, namespace, signal, timeoutMs, onChange } = options;
  const deadline = Date.now() + timeoutMs;
  const verdicts = verdictsOn(client, options);
  let last: ApplicationTree | undefined;
  await watchTree(client, { name, namespace, signal, deadline }, async ({ tree, application }) => {
    if (!tree) throw gone(name, namespace);
    last = tree;
    const current = application !== undefined && (await verdicts.isCurrent(application));
    onChange(tree, current);
    if (current && applicationState(application).state === 'Ready') return 'stop';
    const next = application ? await throwIfHopeless(application, verdicts) : 'go on';
    if (current) await throwIfStalled(client, tree, application);
    if (Date.now() >= deadline) throw await late(client, { tree, application }, options);
    return next;
  });
  signal.throwIfAborted();
  if (!last) throw gone(name, namespace);
  return last;
}

/** The condition Stalled: what was applied is there, and nobody tries again by himself. */
async function throwIfStalled(
  client: KubeClient,
  { application: node }: ApplicationTree,
  application: ApplicationConfiguration,
): Promise<void> {
  const stalled = application.status?.conditions?.find(({ type }) => type === 'Stalled');
  if (stalled?.status !== 'True' || !isOfNow(stalled, application)) return;
  const { name } = application.metadata;
  const { reason, message } = stalled;
  const blocking = blockingNode(node) ?? node;
  const event = await lastEventOf(client, blocking);
  throw new CapstanError(CLI_CODES.applicationDegraded, `application ${name} is degraded (${reason}): ${message}`, {
    hint: event
      ? `The last event of ${describeObject(blocking)}, ${event.reason}: ${event.message}`
      : 'It stays so until something else is applied.',
    next: [`capstan status ${name} --tree`],
    exit: EXIT.degraded,
    fields: { reason, object: describeObject(blocking), health: blocking.health, event },
  });
}

async function late(
  client: KubeClient,
  { tree, application }: { readonly tree: ApplicationTree; readonly application: ApplicationConfiguration | undefined },
  options: FollowOptions,
): Promise<CapstanError> {
  return (application && heldUp(application, options)) ?? (await timedOut(client, tree, options));
}

/** The controller could not do what was applied, and tries again: what its objects say is of before. */
function heldUp(application: ApplicationConfiguration, { name, timeoutMs }: FollowOptions): CapstanError | undefined {
  const { state, message } = applicationState(application);
  if (state !== 'Stalled') return undefined;
  return new CapstanError(
    CLI_CODES.timedOut,
    `application ${name} was not ready within ${formatDuration(timeoutMs)}: ${message}`,
    {
      hint: 'The controller tries again by itself. What ran before goes on unchanged.',
      next: [`capstan status ${name} --tree`],
      exit: EXIT.timedOut,
    },
  );
}

async function timedOut(
  client: KubeClient,
  tree: ApplicationTree,
  { name, timeoutMs }: FollowOptions,
): Promise<CapstanError> {
  const blocking: TreeNode = blockingNode(tree.application) ?? tree.application;
  const event = await lastEventOf(client, blocking);
  const { reason, message } = blocking.health;
  const why = message === undefined ? reason : `${reason}: ${message}`;
  return new CapstanError(
    CLI_CODES.timedOut,
    `application ${name} was not ready within ${formatDuration(timeoutMs)}: ${describeObject(blocking)} is not (${why})`,
    {
      hint: event
        ? `Its last event, ${event.reason}: ${event.message}`
        : 'It has no events. What was applied stays, and goes on becoming ready.',
      next: [`capstan status ${name} --tree`],
      exit: EXIT.timedOut,
      fields: { object: describeObject(blocking), health: blocking.health, event },
    },
  );
}

function gone(name: string, namespace: string): CapstanError {
  return new CapstanError(CLI_CODES.notFound, `application ${name} was deleted from namespace ${namespace} meanwhile`, {
    exit: EXIT.failed,
  });
}
