import {
  CapstanError,
  type Clock,
  type KindReference,
  type KubernetesObject,
  type ObjectReference,
  referenceTo,
} from '@capstan/base';
import {
  type Informer,
  type InformerEvent,
  type InformerHub,
  type InformerSelection,
  KUBE_CODES,
  type SharedInformer,
} from '@capstan/kube';
import { type ChildResourceKind, OAM_LABELS } from '@capstan/oam-model';
import { isOwnKind, MANAGED_BY, objectKey } from './names.ts';

/** A kind, or a part of its objects, that some application wants to be followed. */
export interface Following {
  readonly kind: KindReference;
  readonly selection: InformerSelection;
}

/** Workloads, traits and resources of applications: all objects of a kind that is ours alone, else those with our label. */
export function ownObjects(kind: KindReference): Following {
  return { kind, selection: isOwnKind(kind) ? {} : { labelSelector: `${OAM_LABELS.managedBy}=${MANAGED_BY}` } };
}

/** One object that an application refers to: a scope, a store, a revision. */
export function oneObject({ apiVersion, kind, namespace, name }: ObjectReference): Following {
  const reference = { apiVersion, kind };
  if (isOwnKind(reference)) return { kind: reference, selection: {} };
  return {
    kind: reference,
    selection: { ...(namespace ? { namespace } : {}), fieldSelector: `metadata.name=${name}` },
  };
}

/** What workloads make, by the labels that their Definition names. */
export function childObjects({ apiVersion, kind, selector = {} }: ChildResourceKind): Following {
  const labels = Object.entries(selector).map(([key, value]) => (value === '' ? key : `${key}=${value}`));
  return { kind: { apiVersion, kind }, selection: labels.length > 0 ? { labelSelector: labels.sort().join(',') } : {} };
}

/** What plugins look at: all objects of a kind in a namespace, whoever asks for which of them; else in all namespaces. */
export function objectsIn(kind: KindReference, namespace?: string): Following {
  return { kind, selection: isOwnKind(kind) || namespace === undefined ? {} : { namespace } };
}

/** Options of `Followings`. */
export interface FollowingsOptions {
  readonly hub: InformerHub;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: (event: InformerEvent) => void;
}

interface Held {
  readonly kind: KindReference;
  readonly shared: SharedInformer;
  readonly users: Set<string>;
  /** What is in the cache, by the uids of its owners. */
  readonly byOwner: Map<string, Map<string, KubernetesObject>>;
  /** Resolves when the cache is filled, or when that takes too long to be waited for. */
  readonly settled: Promise<void>;
  isFilled: boolean;
  isLate: boolean;
}

/**
 * A kind that may not be read never fills its cache; then applications go on with what is known. Where there was no answer
 * nothing is known: what an application made would be taken for gone, and what is in its way for deleted.
 */
const LONGEST_WAIT_MS = 5_000;

/** The informers that applications need at the moment, each held while somebody needs it. */
export class Followings {
  readonly #options: FollowingsOptions;
  readonly #held = new Map<string, Held>();
  readonly #of = new Map<string, ReadonlySet<string>>();

  constructor(options: FollowingsOptions) {
    this.#options = options;
  }

  /**
   * Says what an application needs, in place of what was said before; resolves when all of it can be read. Rejects with
   * KUBE_TIMEOUT while the API server has not answered for some of it.
   */
  async use(application: string, wanted: ReadonlyMap<string, Following>): Promise<void> {
    const before = this.#of.get(application) ?? new Set();
    const waits: Held[] = [];
    for (const [key, following] of wanted) {
      const held = this.#held.get(key) ?? this.#start(key, following);
      held.users.add(application);
      if (!isSettled(held)) waits.push(held);
    }
    for (const key of before) if (!wanted.has(key)) this.#leave(key, application);
    if (wanted.size > 0) this.#of.set(application, new Set(wanted.keys()));
    else this.#of.delete(application);
    await Promise.all(waits.map(({ settled }) => settled));
    const open = waits.filter((held) => !isSettled(held));
    if (open.length > 0 && !this.#options.signal.aborted) throw notAnswered(open);
  }

  /** The informer of a following, once its cache can be trusted. */
  informer(following: Following): Informer | undefined {
    const held = this.#held.get(followingKey(following));
    return held && isSettled(held) ? held.shared.informer : undefined;
  }

  /** What an owner has in the cache of a following. */
  ownedBy(uid: string, following: Following): Iterable<KubernetesObject> {
    return this.#held.get(followingKey(following))?.byOwner.get(uid)?.values() ?? [];
  }

  #start(key: string, { kind, selection }: Following): Held {
    const { hub, clock, signal, onEvent } = this.#options;
    const shared = hub.use(kind, selection);
    const late = new AbortController();
    const limit = clock.sleep(LONGEST_WAIT_MS, AbortSignal.any([signal, late.signal]));
    const filled = shared.informer.synced.then(
      () => {
        held.isFilled = true;
      },
      () => undefined,
    );
    const settled = Promise.race([filled, limit]).then(() => {
      late.abort();
      held.isLate = true;
    });
    const held: Held = { kind, shared, users: new Set(), byOwner: new Map(), settled, isFilled: false, isLate: false };
    this.#held.set(key, held);
    shared.onChange((event) => {
      arrange(held.byOwner, event);
      onEvent(event);
    });
    return held;
  }

  #leave(key: string, application: string): void {
    const held = this.#held.get(key);
    held?.users.delete(application);
    if (held?.users.size !== 0) return;
    this.#held.delete(key);
    held.shared.release();
  }
}

function isSettled({ isFilled, isLate, shared }: Held): boolean {
  return isFilled || (isLate && shared.informer.refused);
}

function notAnswered(open: readonly Held[]): CapstanError {
  const kinds = [...new Set(open.map(({ kind }) => kind.kind))].sort().join(', ');
  return new CapstanError(KUBE_CODES.timeout, `${kinds} could not be read within ${LONGEST_WAIT_MS / 1000} s`, {
    hint: 'It is looked at again: the API server may be busy, or out of reach.',
  });
}

/** The key of a following in maps. */
export function followingKey({ kind: { apiVersion, kind }, selection }: Following): string {
  const { namespace = '', labelSelector = '', fieldSelector = '' } = selection;
  return `${apiVersion}/${kind}|${namespace}|${labelSelector}|${fieldSelector}`;
}

function arrange(byOwner: Held['byOwner'], { type, object, old }: InformerEvent): void {
  const key = objectKey(referenceTo(object));
  for (const { uid } of old?.metadata.ownerReferences ?? []) {
    const owned = byOwner.get(uid);
    owned?.delete(key);
    if (owned?.size === 0) byOwner.delete(uid);
  }
  if (type === 'DELETED') return;
  for (const { uid } of object.metadata.ownerReferences ?? []) {
    const owned = byOwner.get(uid) ?? new Map<string, KubernetesObject>();
    byOwner.set(uid, owned.set(key, object));
  }
}
