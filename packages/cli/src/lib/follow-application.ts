import { CapstanError, describeObject, EXIT, type KubernetesObject } from '@capstan/base';
import type { ApplicationTree, ProblemReason, TreeNode } from '@capstan/core';
import { type KubeClient, lastEventOf } from '@capstan/kube';
import type { ApplicationConfiguration, Component } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { blockingNode } from '../render/application-tree.ts';
import { applicationState } from './application-state.ts';
import { formatDuration } from './duration.ts';
import { watchTree } from './watch-tree.ts';

/** Options of `followApplication`. */
export interface FollowOptions {
  readonly name: string;
  readonly namespace: string;
  /** The state that was applied: an older observation does not count. */
  readonly generation: number;
  /** Components that were applied with it: it is ready when it runs them as they are now. */
  readonly components?: readonly KubernetesObject[];
  readonly timeoutMs: number;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** `current`: the controller has looked at what was applied; until then the tree tells of what was before. */
  readonly onChange: (tree: ApplicationTree, current: boolean) => void;
}

/**
 * Reasons of `Ready=False` that only a changed file or a new capability helps against. What may come by itself is not
 * among them: a kind that is about to be served, a plugin that is being loaded, a revision that is being made.
 */
const HOPELESS: ReadonlySet<string> = new Set<ProblemReason | 'FieldConflict'>([
  'ComponentMissing',
  'InvalidApplication',
  'InvalidParameters',
  'WorkloadDefinitionMissing',
  'TraitDefinitionMissing',
  'KindNotNamespaced',
  'TraitNotApplicable',
  'TraitConflict',
  'InvalidWorkload',
  'InvalidTrait',
  'InvalidScope',
  'InvalidDataPassing',
  'DependencyUnknown',
  'DependencyCycle',
  'DuplicateObject',
  'FieldConflict',
  'NotControlled',
]);

/**
 * Waits until the application is ready, as it was applied. Fails with exit 1 when the controller found something that
 * waiting cannot change, with exit 7 when what runs is degraded and stays so, and with exit 6 after the time limit: the
 * error names the blocking object, why and its last event.
 */
export async function followApplication(client: KubeClient, options: FollowOptions): Promise<ApplicationTree> {
  const { name, namespace, signal, timeoutMs, onChange } = options;
  const deadline = Date.now() + timeoutMs;
  const isCurrent = revisionCheck(client, options);
  let last: ApplicationTree | undefined;
  await watchTree(client, { name, namespace, signal, deadline }, async ({ tree, application }) => {
    if (!tree) throw gone(name, namespace);
    last = tree;
    const observed = application?.status?.observedGeneration ?? 0;
    const current = application !== undefined && observed >= options.generation && (await isCurrent(application));
    onChange(tree, current);
    if (current && applicationState(application).state === 'Ready') return 'stop';
    if (application) throwIfHopeless(application, name);
    if (current) await throwIfStalled(client, tree, application);
    if (Date.now() >= deadline)
      throw (application && heldUp(application, options)) ?? (await timedOut(client, tree, options));
    return 'go on';
  });
  signal.throwIfAborted();
  if (!last) throw gone(name, namespace);
  return last;
}

/**
 * Whether an application runs the components as they were applied. A component that changes leaves the application's
 * generation as it is: only the revision in its status tells.
 */
function revisionCheck(
  client: KubeClient,
  { components = [], signal }: FollowOptions,
): (application: ApplicationConfiguration) => Promise<boolean> {
  const revisions = new Map<string, string>();
  const revisionOf = async ({ apiVersion, kind, metadata }: KubernetesObject): Promise<string | undefined> => {
    const { name, namespace = '', generation = 0 } = metadata;
    const known = revisions.get(name);
    if (known !== undefined) return known;
    const live = (await client.get({ apiVersion, kind, name, namespace }, { signal })) as Component | undefined;
    const { observedGeneration = 0, latestRevision } = live?.status ?? {};
    if (latestRevision && observedGeneration >= generation) revisions.set(name, latestRevision.name);
    return revisions.get(name);
  };
  return async ({ spec, status }) => {
    for (const component of components) {
      const { name } = component.metadata;
      if (!spec.components.some((entry) => !entry.revisionName && entry.componentName === name)) continue;
      const wanted = await revisionOf(component);
      const running = status?.workloads?.filter(({ componentName }) => componentName === name) ?? [];
      if (!running.some(({ componentRevisionName }) => componentRevisionName === wanted)) return false;
    }
    return true;
  };
}

function throwIfHopeless(application: ApplicationConfiguration, name: string): void {
  const ready = application.status?.conditions?.find(({ type }) => type === 'Ready');
  if (!ready || !HOPELESS.has(ready.reason) || ready.observedGeneration !== application.metadata.generation) return;
  throw new CapstanError(
    CLI_CODES.applicationNotReady,
    `application ${name} cannot be brought about: ${ready.message}`,
    {
      hint: `The controller says ${ready.reason}. What ran before goes on unchanged.`,
      next: [`capstan status ${name}`],
      exit: EXIT.failed,
      fields: { reason: ready.reason },
    },
  );
}

/** The condition Stalled: what was applied is there, and nobody tries again by himself. */
async function throwIfStalled(
  client: KubeClient,
  { application: node }: ApplicationTree,
  application: ApplicationConfiguration,
): Promise<void> {
  const stalled = application.status?.conditions?.find(({ type }) => type === 'Stalled');
  if (stalled?.status !== 'True' || stalled.observedGeneration !== application.metadata.generation) return;
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
