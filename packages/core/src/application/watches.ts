import {
  type Clock,
  groupOf,
  type KindReference,
  type KubernetesObject,
  type ObjectReference,
  referenceTo,
} from '@capstan/base';
import type { InformerEvent, InformerHub, KubeClient } from '@capstan/kube';
import { type ApplicationConfiguration, OAM_LABELS } from '@capstan/oam-model';
import type { Contributions } from '../plugins/contributions.ts';
import { type ScopeWrite, scopeDefinitionFor } from '../scopes/index.ts';
import { type BaseKind, BaseWatches } from './base-watches.ts';
import type { Capabilities } from './capabilities.ts';
import { ConcernIndex } from './concerns.ts';
import { decideApplication } from './decide.ts';
import { missedDefinitions, missesSomething } from './doubts.ts';
import { Followings, objectsIn, oneObject, ownObjects } from './followings.ts';
import type { Decision, ObservedApplication, ServedKind } from './model.ts';
import { isOwnKind, kindKey, kindOfKey, MANAGED_BY, objectKey } from './names.ts';
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
  /** What the cluster can do at the moment. */
  readonly capabilities: () => Capabilities;
  readonly onBase: (kind: BaseKind, event: InformerEvent) => void;
  /** An object changed that is some application's, or that some application may depend on. */
  readonly onObject: (event: InformerEvent) => void;
}

/** An application as it is at the moment, and what is to be done about it. */
export interface Look {
  readonly observed: ObservedApplication;
  readonly decision: Decision;
  /** Whether something was looked at since that no change would be told of: then it has to be looked at again. */
  readonly grew: () => boolean;
}

/** One pass over one application. */
interface Pass {
  readonly key: string;
  readonly application: ApplicationConfiguration;
  /** Kinds that discovery was asked for and did not have. */
  readonly unserved: Set<string>;
  /** Objects that the server was asked for. */
  readonly verified: Set<string>;
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
    const { applyOnceOnly } = this.#options;
    const pass = { key, application, unserved: new Set<string>(), verified: new Set<string>() };
    for (let round = 1; ; round += 1) {
      const { view, facts } = this.#view(pass);
      const now = this.#options.clock.now();
      const observed: ObservedApplication = { ...facts, awaitRevisions: true, applyOnceOnly, now };
      const decision = decideApplication(observed);
      view.seeOwn(decision, application);
      // In one go with what was read, so that no change falls between the two.
      this.concerns.set(key, view.concernsOf(observed, decision));
      const extent = view.extent();
      const settled = await this.#settle(pass, view);
      const doubtful = settled
        ? [...missedDefinitions(decision), ...(missesSomething(decision) ? view.missed() : [])]
        : [];
      const found = await this.#verify(pass, doubtful);
      if ((settled && !found) || round === MOST_ROUNDS) {
        return { observed, decision, grew: () => view.extent() > extent };
      }
    }
  }

  /** What a deleted application leaves behind in scopes, with the scopes as they are. */
  async lookAtScopes(key: string, application: ApplicationConfiguration): Promise<LeftScopes> {
    const pass = { key, application, unserved: new Set<string>(), verified: new Set<string>() };
    for (let round = 1; ; round += 1) {
      const { view, facts } = this.#view(pass);
      const { writes } = planApplicationScopes(facts, application, []);
      const settled = await this.#settle(pass, view);
      if (settled || round === MOST_ROUNDS) return { writes, scope: (one) => facts.referred?.get(one) };
    }
  }

  /** Objects that an application made, as they are. */
  async lookAtObjects(
    key: string,
    application: ApplicationConfiguration,
    references: readonly ObjectReference[],
  ): Promise<ObservedApplication['live']> {
    const pass = { key, application, unserved: new Set<string>(), verified: new Set<string>() };
    for (let round = 1; ; round += 1) {
      const { view, facts } = this.#view(pass);
      for (const reference of references) facts.live.get(objectKey(reference));
      if ((await this.#settle(pass, view)) || round === MOST_ROUNDS) return facts.live;
    }
  }

  /** The functions of plugins. */
  get contributions(): Contributions {
    return this.#options.contributions;
  }

  /** Nothing is known of the application any more. */
  async forget(key: string): Promise<void> {
    this.concerns.delete(key);
    await this.#followings.use(key, new Map());
  }

  /** Takes the answer to a write into the caches that follow the object. */
  learn(object: KubernetesObject): void {
    const own = isOwnKind(object) || object.metadata.labels?.[OAM_LABELS.managedBy] === MANAGED_BY;
    const followings = [own ? ownObjects(object) : oneObject(referenceTo(object))];
    const { namespace } = object.metadata;
    if (!isOwnKind(object)) followings.push(objectsIn(object, namespace), objectsIn(object));
    for (const following of followings) this.#followings.informer(following)?.learn(object);
  }

  /** Where scopes of a kind hold their references, as far as is known. */
  workloadRefsPath(kind: KindReference): string | undefined {
    const served = this.#kinds.get(kindKey(kind));
    return served && scopeDefinitionFor(this.base.types().scopeDefinitions, served.name)?.spec.workloadRefsPath;
  }

  /** A kind turned out to be served in another way than was known. */
  forgetKinds(): void {
    this.#kinds.clear();
  }

  #view({ application, unserved }: Pass): { readonly view: PassView; readonly facts: ObservedApplication } {
    const { namespace = '' } = application.metadata;
    const [followings, base, kinds] = [this.#followings, this.base, this.#kinds];
    const { contributions, capabilities } = this.#options;
    const view = new PassView({ followings, base, kinds, namespace, unserved, capabilities: capabilities() });
    return { view, facts: { application, ...base.types(), ...view.lookups(), contributions } };
  }

  /** Follows all that was looked at; false when some of it could only be read since. */
  async #settle({ key, unserved }: Pass, view: PassView): Promise<boolean> {
    const complete = view.isComplete() && view.unknownKinds.size === 0;
    await Promise.all([this.#followings.use(key, view.wanted), this.#learnKinds(view.unknownKinds, unserved)]);
    return complete;
  }

  /** Asks the server, once in a pass, for what the caches do not have; true when some of it is there. */
  async #verify({ verified }: Pass, references: readonly ObjectReference[]): Promise<boolean> {
    const asked = references.filter((reference) => !verified.has(objectKey(reference)));
    for (const reference of asked) verified.add(objectKey(reference));
    const found = await Promise.all(asked.map((reference) => this.#options.client.get(reference)));
    for (const object of found) {
      if (!object) continue;
      if (!this.base.learn(object)) this.#followings.informer(oneObject(referenceTo(object)))?.learn(object);
    }
    return found.some((object) => object !== undefined);
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
