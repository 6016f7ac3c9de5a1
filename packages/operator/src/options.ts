import type { Clock, Logger } from '@capstan/base';
import type { InstallerContext } from '@capstan/capability-center';
import type { KubeClient } from '@capstan/kube';
import type { Plugin } from '@capstan/plugin-api';

/** What an operator does at the moment. */
export type OperatorState =
  /** The cluster lacks these CRDs: `capstan system install` brings them. */
  | { readonly state: 'waiting'; readonly missing: readonly string[] }
  /** Another operator holds the Lease. */
  | { readonly state: 'standby'; readonly holder: string }
  /** It leads, and fills its caches. */
  | { readonly state: 'starting'; readonly holder: string }
  | { readonly state: 'running'; readonly holder: string }
  | { readonly state: 'stopped' };

/** Something that an operator serves. */
export interface ServedEndpoint {
  readonly name: 'health' | 'metrics' | 'api' | 'webhooks';
  /** Without a path. */
  readonly url: string;
}

/** Options of `runOperator`. */
export interface OperatorOptions {
  readonly client: KubeClient;
  readonly log: Logger;
  /** Ends the operator gracefully: work in progress ends, webhooks are unregistered, plugins stop, the Lease is given up. */
  readonly signal: AbortSignal;
  /** Instead of the bundled plugins. */
  readonly plugins?: readonly Plugin[];
  /** Name in the Lease. Default: host, process and a random part. */
  readonly identity?: string;
  /** Whether only one operator of a cluster works, and the others wait. Default true. */
  readonly leaderElection?: boolean;
  /** Serves and registers the admission webhooks. Default false: the controllers check the same rules. */
  readonly useWebhook?: boolean;
  /** Where the webhooks listen. Default 127.0.0.1. */
  readonly webhookHost?: string;
  /** Default 9443; 0: any that is free. */
  readonly webhookPort?: number;
  /** How the API server reaches the webhooks, where that is not `https://<host>:<port>`. */
  readonly webhookUrl?: string;
  /** Where `/metrics` is served, as `parseAddress` reads it. Default: nowhere. */
  readonly metricsAddr?: string;
  /** Where `/healthz` and `/readyz` are served. Default: nowhere. */
  readonly healthAddr?: string;
  /** Where `/api/v1/capabilities` is served; it may be the same address as another. Default: nowhere. */
  readonly apiAddr?: string;
  /**
   * Opens Helm and the centers, when a CapabilitySet or a query needs them and again when the centers change. Without it
   * CapabilitySets are stalled, with the reason NoCenter.
   */
  readonly openCenter?: (client: KubeClient) => Promise<InstallerContext>;
  /** How many revisions of a Component are kept. Default 50. */
  readonly revisionLimit?: number;
  /** Leaves a workload or trait alone that was applied for this generation and revision. Default false. */
  readonly applyOnceOnly?: boolean;
  readonly onState?: (state: OperatorState) => void;
  /** Told what is served where, before the first state. */
  readonly onServed?: (endpoint: ServedEndpoint) => void;
  readonly clock?: Clock;
}
