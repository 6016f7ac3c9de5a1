import { type Clock, groupOf, type KubernetesObject } from '@capstan/base';
import type { InformerEvent, InformerHub, KubeClient } from '@capstan/kube';
import type { ApplicationConfiguration } from '@capstan/oam-model';
import type { Contributions } from '../plugins/contributions.ts';
import type { ScopeWrite } from '../scopes/index.ts';
import { type BaseKind, BaseWatches } from './base-watches.ts';
import { ConcernIndex } from './concerns.ts';
import { decideApplication } from './decide.ts';
import { Followings, ownObjects } from './followings.ts';
import type { Decision, ObservedApplication, ServedKind } from './model.ts';
import { kindOfKey } from './names.ts';
import { servedKind } from './observe.ts';
import { PassView } from './pass-view.ts';
import { planApplicationScopes } from './scopes.ts';

/** Options of `Watches`. */
export interface WatchesOptions {
  readonly client: KubeClient;
  readonly hub: InformerHub;
  readonly contributions: Contributions;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly applyOnceOnly: boolean;
  readonly onBase: (kind: BaseKind, event: InformerEvent) => void;
  /** An object changed that is some application's, or that some application may depend on. */
  readonly onObject: (event: InformerEvent) => void;
}

/** An application as it is at the moment, and what is to be done about it. */
export interface Look {
  readonly observed: ObservedApplication;
  readonly decision: Decision;
}

/** What is to be taken out of scopes, and the scopes by `objectKey`. */
export interface LeftScopes {
  readonly writes: readonly ScopeWrite[];
  readonly scope: (key: string) => KubernetesObject | undefined;
}

/** More rounds than chains of references have links: then something is not found that is asked for anew each time. */
const MOST_ROUNDS = 8;

/**
 * Everything that the application controller knows about the cluster, from caches: reading takes no request. What is
 * watched follows from what applications turn out to look at, and so does the index of which change concerns which.
 */
export class Watches {
  readonly base: BaseWatches;
  readonly concerns = new ConcernIndex();
  readonly #options: WatchesOptions;
  readonly #followings: Followings;
  /** How kinds are served, until their CRD changes. */
  readonly #kinds = new Map<string, ServedKind>();

  constructor(options: WatchesOptions) {
    this.#options = options;
    const { hub, clock, signal, onObject } = options;
    this.base = new BaseWatches(hub, (kind, event) => {
      if (kind === 'crd') this.#forgetKind(event.object);
      options.onBase(kind, event);
    });
    this.#followings = new Followings({ hub, clock, signal, onEvent: onObject });
  }

  /**
   * Decides about an application with all that it looks at in view. What it looks at for the first time is followed from
   * then on, and it is decided anew once that is known; at rest one decision is made.
   */
  async look(key: string, application: ApplicationConfiguration): Promise<Look> {
    const { contributions, applyOnceOnly } = this.#options;
    const { namespace = '' } = application.metadata;
    const unserved = new Set<string>();
    for (let round = 1; ; round += 1) {
      const view = new PassView({
        followings: this.#followings,
        base: this.base,
        kinds: this.#kinds,
        namespace,
        unserved,
      });
      const observed: ObservedApplication = {
        application,
        ...this.base.types(),
        ...view.lookups(),
        contributions,
        awaitRevisions: true,
        applyOnceOnly,
      };
      const decision = decideApplication(observed);
      view.seeOwn(decision, application);
      // In one go with what was read, so that no change falls between the two.
      this.concerns.set(key, view.concernsOf(observed, decision));
      const complete = view.isComplete() && !view.hasUnknownKinds();
      await Promise.all([this.#followings.use(key, view.wanted), this.#learnKinds(view.unknownKinds, unserved)]);
      if (complete || round === MOST_ROUNDS) return { observed, decision };
    }
  }

  /** What a deleted application leaves behind in scopes, with the scopes as they are. */
  async lookAtScopes(key: string, application: ApplicationConfiguration): Promise<LeftScopes> {
    const { contributions } = this.#options;
    const { namespace = '' } = application.metadata;
    const unserved = new Set<string>();
    for (let round = 1; ; round += 1) {
      const view = new PassView({
        followings: this.#followings,
        base: this.base,
        kinds: this.#kinds,
        namespace,
        unserved,
      });
      const observed: ObservedApplication = { application, ...this.base.types(), ...view.lookups(), contributions };
      const { writes } = planApplicationScopes(observed, application, []);
      const complete = view.isComplete() && !view.hasUnknownKinds();
      await Promise.all([this.#followings.use(key, view.wanted), this.#learnKinds(view.unknownKinds, unserved)]);
      if (complete || round === MOST_ROUNDS) return { writes, scope: (one) => observed.referred?.get(one) };
    }
  }

  /** Nothing is known of the application any more. */
  async forget(key: string): Promise<void> {
    this.concerns.delete(key);
    await this.#followings.use(key, new Map());
  }

  /** Takes the answer to a write into the caches. */
  learn(object: KubernetesObject): void {
    this.#followings.informer(ownObjects(object))?.learn(object);
  }

  /** A kind turned out to be served in another way than was known. */
  forgetKinds(): void {
    this.#kinds.clear();
  }

  async #learnKinds(unknown: ReadonlySet<string>, unserved: Set<string>): Promise<void> {
    for (const key of unknown) {
      const served = servedKind(await this.#options.client.discovery.find(kindOfKey(key)));
      if (served) this.#kinds.set(key, served);
      else unserved.add(key);
    }
  }

  #forgetKind(crd: KubernetesObject): void {
    const { group, names } = crd['spec'] as { group: string; names: { kind: string } };
    this.#options.client.discovery.invalidate();
    for (const key of this.#kinds.keys()) {
      const { apiVersion, kind } = kindOfKey(key);
      if (kind === names.kind && groupOf(apiVersion) === group) this.#kinds.delete(key);
    }
  }
}
