import {
  type Clock,
  describeObject,
  isCapstanError,
  type KubernetesObject,
  type Logger,
  messageOf,
  referenceTo,
  systemClock,
} from '@capstan/base';
import { exponentialBackoff, type Informer, KUBE_CODES, type KubeClient, startInformer } from '@capstan/kube';
import { matches } from './select.ts';
import type { Stage, StageVariables } from './stage.ts';

/** The field manager of everything that stages write. */
export const SIMULATION_MANAGER = 'capstan-simulation';

/** Options of `startStageRunner`. */
export interface StageRunnerOptions {
  readonly stages: readonly Stage[];
  /** Ends the runner. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock?: Clock;
}

/** The API server may start later than we do, and then we want to be there soon. */
const BACKOFF = exponentialBackoff({ baseMs: 200, maxMs: 2_000 });
const MAX_TRIES = 8;

/** Plays stages: each kind as soon as it is served, as an ordinary client. Resolves when it has ended after its signal. */
export async function startStageRunner(client: KubeClient, options: StageRunnerOptions): Promise<void> {
  const byKind = Map.groupBy(options.stages, ({ kind }) => `${kind.apiVersion} ${kind.kind}`);
  await Promise.all([...byKind.values()].map((stages) => new KindPlayer(client, stages, options).stopped));
}

/** Plays the stages of one kind. */
class KindPlayer {
  readonly stopped: Promise<void>;
  readonly #client: KubeClient;
  readonly #stages: readonly Stage[];
  readonly #options: StageRunnerOptions;
  readonly #clock: Clock;
  readonly #informer: Informer;
  /** By uid: the generation for which each stage has been played or is about to be. */
  readonly #played = new Map<string, Map<Stage, number>>();

  constructor(client: KubeClient, stages: readonly Stage[], options: StageRunnerOptions) {
    this.#client = client;
    this.#stages = stages;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    const [{ kind }] = stages as readonly [Stage];
    const { signal, log } = options;
    this.#informer = startInformer(client, { kind, signal, log, clock: this.#clock, backoff: BACKOFF });
    this.#informer.onChange(({ type, object }) => {
      if (type === 'DELETED') this.#played.delete(object.metadata.uid ?? '');
      else this.#consider(object);
    });
    this.stopped = this.#informer.stopped;
  }

  #consider(object: KubernetesObject): void {
    const { uid = '', generation = 0 } = object.metadata;
    const played = this.#played.get(uid) ?? new Map<Stage, number>();
    this.#played.set(uid, played);
    for (const stage of this.#stages) {
      if (!matches(stage, object)) played.delete(stage);
      else if (played.get(stage) !== generation) {
        played.set(stage, generation);
        void this.#play(stage, object);
      }
    }
  }

  async #play(stage: Stage, { metadata: { uid, name, namespace } }: KubernetesObject): Promise<void> {
    const { signal, log } = this.#options;
    await this.#clock.sleep(stage.delayMs, signal);
    for (let tries = 1; !signal.aborted; tries++) {
      const object = this.#informer.get(name, namespace);
      if (object === undefined || object.metadata.uid !== uid || !matches(stage, object)) return;
      try {
        if (!(await this.#isDue(stage))) return void this.#played.get(uid ?? '')?.delete(stage);
        await this.#patch(stage, object);
        log.debug('played a stage', { stage: stage.name, object: describeObject(referenceTo(object)) });
        return;
      } catch (error) {
        if (signal.aborted || isCapstanError(error, KUBE_CODES.notFound)) return;
        const facts = {
          stage: stage.name,
          object: describeObject(referenceTo(object)),
          error: messageOf(error),
          tries,
        };
        if (tries === MAX_TRIES) return log.error('a stage cannot be played', facts);
        log.warn('a stage failed and is tried again', facts);
        await this.#clock.sleep(BACKOFF(tries), signal);
      }
    }
  }

  /** Whether what the stage depends on is there; else the next change of the object asks again. */
  async #isDue({ whileServed }: Stage): Promise<boolean> {
    return whileServed === undefined || (await this.#client.discovery.find(whileServed)) !== undefined;
  }

  async #patch(stage: Stage, object: KubernetesObject): Promise<void> {
    const { name, namespace = '', generation = 0 } = object.metadata;
    const now = `${new Date(this.#clock.now()).toISOString().slice(0, 19)}Z`;
    const variables: StageVariables = { name, namespace, generation, now };
    for (const { subresource, render } of stage.patches) {
      await this.#client.patch(referenceTo(object), render(variables), {
        fieldManager: SIMULATION_MANAGER,
        signal: this.#options.signal,
        ...(subresource && { subresource }),
      });
    }
  }
}
