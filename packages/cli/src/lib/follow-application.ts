import { CapstanError, describeObject, EXIT, systemClock } from '@capstan/base';
import { type ApplicationTree, applicationTree, type TreeNode } from '@capstan/core';
import { type KubeClient, lastEventOf, startInformer } from '@capstan/kube';
import { CLI_CODES } from '../codes.ts';
import { blockingNode } from '../render/application-tree.ts';
import { applicationState } from './application-state.ts';
import { APPLICATION } from './applications.ts';
import { formatDuration } from './duration.ts';

/** Options of `followApplication`. */
export interface FollowOptions {
  readonly name: string;
  readonly namespace: string;
  /** The state that was applied: an older observation does not count. */
  readonly generation: number;
  readonly timeoutMs: number;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  readonly onChange: (tree: ApplicationTree) => void;
}

/** Reasons of `Ready=False` that only a changed file or a new capability helps against. */
const HOPELESS = new Set([
  'NotYetSupported',
  'ComponentMissing',
  'InvalidParameters',
  'WorkloadDefinitionMissing',
  'TraitDefinitionMissing',
  'TraitNotApplicable',
  'TraitConflict',
  'InvalidWorkload',
  'InvalidTrait',
  'DuplicateObject',
  'FieldConflict',
  'NotControlled',
]);

/** Children change without the application's object changing, so the tree is read again at least this often. */
const REFRESH_MS = 2_000;

/**
 * Waits until the application is ready, as it was applied. Fails with exit 1 when the controller found something that
 * waiting cannot change, and with exit 6 after the time limit: the error names the blocking object, why and its last
 * event.
 */
export async function followApplication(client: KubeClient, options: FollowOptions): Promise<ApplicationTree> {
  const { name, namespace, signal, timeoutMs, onChange } = options;
  const stop = new AbortController();
  const informer = startInformer(client, {
    kind: APPLICATION,
    namespace,
    fieldSelector: `metadata.name=${name}`,
    signal: stop.signal,
  });
  const deadline = Date.now() + timeoutMs;
  let changed = new AbortController();
  informer.onChange(() => changed.abort());
  try {
    await informer.synced;
    for (;;) {
      signal.throwIfAborted();
      changed = new AbortController();
      const tree = await applicationTree(client, { name, namespace, signal });
      if (!tree) throw gone(name, namespace);
      onChange(tree);
      const application = informer.get(name, namespace);
      if (application && isReady(application, options.generation)) return tree;
      if (application) throwIfHopeless(application, name);
      if (Date.now() > deadline) throw await timedOut(client, tree, options);
      const pause = Math.min(REFRESH_MS, Math.max(50, deadline - Date.now()));
      await systemClock.sleep(pause, AbortSignal.any([signal, changed.signal]));
    }
  } finally {
    stop.abort();
  }
}

type Application = Parameters<typeof applicationState>[0];

function isReady(application: Application, generation: number): boolean {
  const observed = (application['status'] as { observedGeneration?: number } | undefined)?.observedGeneration ?? 0;
  return observed >= generation && applicationState(application).state === 'Ready';
}

function throwIfHopeless(application: Application, name: string): void {
  const { conditions = [] } = (application['status'] ?? {}) as {
    conditions?: { type: string; reason: string; message: string; observedGeneration?: number }[];
  };
  const ready = conditions.find(({ type }) => type === 'Ready');
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
