import type { Clock, Logger } from '@capstan/base';
import type { InformerHub, KubeClient } from '@capstan/kube';

/** What the operator's parts of the capability center work with. */
export interface CenterLoopOptions {
  readonly client: KubeClient;
  /** The operator's shared informers. */
  readonly hub: InformerHub;
  readonly log: Logger;
  /** Ends the part. */
  readonly signal: AbortSignal;
  readonly clock?: Clock;
  /** A command line of Capstan's for messages, with the flags that reach this cluster. */
  readonly command: (words: string) => string;
}

/** A part at work. */
export interface CenterLoop {
  /** Resolves when its caches are filled and everything was looked at once; rejects when it ended before. */
  readonly ready: Promise<void>;
  /** Resolves when it has ended after its signal. */
  readonly stopped: Promise<void>;
}
