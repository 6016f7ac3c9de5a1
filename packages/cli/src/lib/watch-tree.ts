import { isCapstanError, type KindReference, systemClock } from '@capstan/base';
import { type ApplicationTree, applicationTree } from '@capstan/core';
import { type Informer, KUBE_CODES, type KubeClient, startInformer } from '@capstan/kube';
import { type ApplicationConfiguration, OAM_LABELS } from '@capstan/oam-model';
import { APPLICATION } from './applications.ts';
import { withDescendants } from './components-of.ts';

/** Which application, and until when. */
export interface WatchTreeInput {
  readonly name: string;
  readonly namespace: string;
  readonly signal: AbortSignal;
  /** The callback is called once more at this time (`Date.now()`), whatever happened. */
  readonly deadline?: number;
}

/** An application as it is now; without a tree it does not exist. */
export interface TreeMoment {
  readonly tree: ApplicationTree | undefined;
  readonly application: ApplicationConfiguration | undefined;
}

/** What comes after a look: the next change, at the latest after some milliseconds where the callback says so; or no more. */
export type AfterMoment = 'go on' | 'stop' | { readonly againInMs: number };

/** Changes come in bursts: they are looked at together. */
const GATHER_MS = 50;
const NEVER_MS = 3_600_000;
/** What carries no label of the application, or shows nothing of its own. */
const UNLABELLED: ReadonlySet<string> = new Set(['application', 'component', 'scope']);

/**
 * Calls back with an application now, and again after each change of it or of anything that belongs to it, until the
 * callback says `stop` or the signal is aborted. The cluster is watched, not asked: the application, and of each kind in
 * its tree the objects with its label. What may not be watched shows with the next change of something else.
 */
export async function watchTree(
  client: KubeClient,
  input: WatchTreeInput,
  onMoment: (moment: TreeMoment) => AfterMoment | Promise<AfterMoment>,
): Promise<void> {
  const { name, namespace, signal, deadline } = input;
  const watches = new Watches(client, input);
  try {
    const own = watches.add(APPLICATION, { fieldSelector: `metadata.name=${name}` });
    // Who may not read, or cannot reach the cluster, learns it from this read and not from a watch that tries on.
    await client.get({ ...APPLICATION, name, namespace }, { signal });
    await Promise.race([own.synced, aborted(signal)]);
    while (!signal.aborted) {
      const changed = watches.nextChange();
      const application = own.get(name, namespace) as ApplicationConfiguration | undefined;
      const tree = await applicationTree(client, input);
      for (const node of tree ? withDescendants(tree.application) : []) {
        if (!UNLABELLED.has(node.role)) watches.addLabelled(node);
      }
      const after = await onMoment({ tree, application });
      if (after === 'stop') return;
      const left = deadline === undefined ? NEVER_MS : Math.max(0, deadline - Date.now());
      const again = after === 'go on' ? left : Math.min(left, after.againInMs);
      await systemClock.sleep(again, AbortSignal.any([signal, changed]));
      await systemClock.sleep(GATHER_MS, signal);
    }
  } finally {
    watches.stop();
  }
}

/** The watches of one look at an application. */
class Watches {
  readonly #client: KubeClient;
  readonly #input: WatchTreeInput;
  readonly #stop = new AbortController();
  readonly #kinds = new Set<string>();
  #changed = new AbortController();

  constructor(client: KubeClient, input: WatchTreeInput) {
    this.#client = client;
    this.#input = input;
  }

  /** Aborted by the next change of anything that is watched. */
  nextChange(): AbortSignal {
    this.#changed = new AbortController();
    return this.#changed.signal;
  }

  add(kind: KindReference, selection: { fieldSelector?: string; labelSelector?: string }): Informer {
    const { namespace } = this.#input;
    const refused = new AbortController();
    const informer = startInformer(this.#client, {
      kind,
      namespace,
      ...selection,
      signal: AbortSignal.any([this.#stop.signal, refused.signal]),
      onError: (error) => {
        if (isCapstanError(error, KUBE_CODES.forbidden)) refused.abort(error);
      },
    });
    // One that is refused never holds anything.
    informer.synced.then(
      () => informer.onChange(() => this.#changed.abort()),
      () => {},
    );
    return informer;
  }

  addLabelled({ apiVersion, kind }: KindReference): void {
    const key = `${apiVersion}/${kind}`;
    if (this.#kinds.has(key)) return;
    this.#kinds.add(key);
    this.add({ apiVersion, kind }, { labelSelector: `${OAM_LABELS.application}=${this.#input.name}` });
  }

  stop(): void {
    this.#stop.abort();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
