import { type Clock, isCapstanError, type KubernetesObject, referenceTo } from '@capstan/base';
import { KUBE_CODES, type KubeClient, type ReconcileResult } from '@capstan/kube';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import { writeFinalizers } from '../scopes/index.ts';
import type { Outcome } from './act.ts';
import { conclude } from './conclude.ts';
import { recordEvents } from './events.ts';
import { assessComponent } from './health.ts';
import type { Decision, ObservedApplication } from './model.ts';
import { objectKey } from './names.ts';
import { finalizersAfter } from './ordered-deletion.ts';
import { isTurn, ownStatuses } from './own-status.ts';
import { replicasToWrite, type ShownReplicas, showReplicas } from './shown-replicas.ts';
import { patchStatus } from './status-patch.ts';
import type { Wakes } from './wakes.ts';

/** Options of `Telling`. */
export interface TellingOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly wakes: Wakes;
}

/** What a pass has to tell. */
export interface Told {
  /** As it is after the pass. */
  readonly after: ObservedApplication;
  readonly decision: Decision;
  readonly outcome: Outcome | undefined;
}

/** How long a status waits that only says more exactly what is under way: most of it is outdated when the next comes. */
const PATIENCE_MS = 2_000;

/** Writes what passes have to tell: statuses, Events, the number of replicas. Each only when it says something new. */
export class Telling {
  readonly #client: KubeClient;
  readonly #clock: Clock;
  readonly #wakes: Wakes;
  /** When something was first held back, by application. */
  readonly #heldBack = new Map<string, number>();

  constructor({ client, clock, wakes }: TellingOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#wakes = wakes;
  }

  /** An application is gone. */
  forget(key: string): void {
    this.#heldBack.delete(key);
  }

  /** Tells what cannot wait, and everything once it has waited long enough; says when it wants to be asked again. */
  async tell(
    key: string,
    { after, decision, outcome }: Told,
    signal: AbortSignal,
  ): Promise<ReconcileResult | undefined> {
    const now = this.#clock.now();
    const components = decision.rendered.map((component) => assessComponent(after, component));
    const assessed = { ...decision, components };
    const left = (this.#heldBack.get(key) ?? now) + PATIENCE_MS - now;
    const settled = components.every(({ health }) => health.status === 'ready');
    const numbers = replicasToWrite(after, decision.rendered);
    const showsNow = settled || left <= 0;
    const live = showsNow ? await this.#show(key, after, numbers, signal) : after.live;

    const own = ownStatuses(assessed, live, now, outcome?.unmade);
    const ownNow = left <= 0 ? own : own.filter(isTurn);
    const { status, urgent, events } = conclude(after, assessed, outcome, now);
    const statusNow = urgent || events.length > 0 || left <= 0;
    let { application } = after;
    const write = async () => {
      if (status && statusNow)
        application = await this.#learnt(patchStatus(this.#client, application, { ...status }, signal));
    };
    // First the parts: whoever sees a ready application finds its workloads ready.
    await Promise.all(ownNow.map((one) => this.#writeOwn(key, one, signal)));
    await Promise.all([write(), recordEvents(this.#client, application, events, now)]);
    const finalizers = finalizersAfter(after, decision, outcome);
    if (finalizers) await this.#learnt(writeFinalizers(this.#client, application, finalizers, signal));
    const held =
      ownNow.length < own.length || (!showsNow && numbers.length > 0) || (status !== undefined && !statusNow);
    return this.#later(key, held, left, now);
  }

  /** Something is held back from its first moment on, however often more comes in between. */
  #later(key: string, held: boolean, left: number, now: number): ReconcileResult | undefined {
    if (!held) {
      this.#heldBack.delete(key);
      return undefined;
    }
    if (!this.#heldBack.has(key)) this.#heldBack.set(key, now);
    return { requeueAfterMs: Math.max(left, 1) };
  }

  async #writeOwn(
    key: string,
    { object, status }: ReturnType<typeof ownStatuses>[number],
    signal: AbortSignal,
  ): Promise<void> {
    const written = await patchStatus(this.#client, object, status, signal).catch(unlessGone);
    if (written) this.#wakes.learn(key, written);
  }

  /** Lets workloads show their replicas; what is live after that. */
  async #show(
    key: string,
    after: ObservedApplication,
    numbers: readonly ShownReplicas[],
    signal: AbortSignal,
  ): Promise<ObservedApplication['live']> {
    const shown = new Map<string, KubernetesObject>();
    await Promise.all(
      numbers.map(async (one) => {
        const written = await showReplicas(this.#client, one, signal);
        if (!written) return;
        this.#wakes.learn(key, written);
        shown.set(objectKey(referenceTo(written)), written);
      }),
    );
    return shown.size === 0 ? after.live : { get: (one) => shown.get(one) ?? after.live.get(one) };
  }

  async #learnt(writing: Promise<ApplicationConfiguration>): Promise<ApplicationConfiguration> {
    const written = await writing;
    this.#wakes.watches.base.learn(written);
    return written;
  }
}

/** A conflict is thrown: whether or not an event tells of what it met, the application is looked at again. */
function unlessGone(error: unknown): KubernetesObject | undefined {
  if (isCapstanError(error, KUBE_CODES.notFound)) return undefined;
  throw error;
}
