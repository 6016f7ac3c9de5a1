import type { Duplex } from 'node:stream';
import type { UserInfo } from './request.ts';

/** A certificate and its private key, both as PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** Opens a connection to what a Service of the cluster stands for: the way of webhooks and APIServices. */
export type ServiceDialer = (service: {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}) => Promise<Duplex>;

/** Options of `startApiServer`. Everything has a default that suits a test. */
export interface ApiServerOptions {
  /** Port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** The server's certificate for 127.0.0.1 and localhost, and the authority that clients trust. Made where absent. */
  readonly tls?: KeyPair & { readonly ca: string };
  /** PEM of the authority that signs client certificates (CN = user, O = groups). Made where absent. */
  readonly clientCa?: string;
  /** Users by bearer token. Where absent an administrator (`system:masters`) with a random token is made. */
  readonly tokens?: ReadonlyMap<string, UserInfo>;
  /** PEM of the RSA key that signs and checks service account tokens. Made on first use where absent. */
  readonly serviceAccountKey?: string;
  /** Directory of the durable store; absent: memory only. */
  readonly dataDirectory?: string;
  /** How Services are reached; absent: calls to Services fail as they do where nothing answers. */
  readonly dialService?: ServiceDialer;
  /** PEM of authorities that are trusted where a webhook or APIService brings no caBundle. */
  readonly serviceCa?: string;
  /** Client certificate shown to aggregated API servers (request header authentication), and its authority's PEM. */
  readonly proxyClient?: KeyPair & { readonly ca: string };
  /** Milliseconds since 1970. For tests that move time. */
  readonly now?: () => number;
  /** One line of JSON-able facts per notable event; never holds secrets. Absent: silent. */
  readonly log?: (event: Readonly<Record<string, unknown>>) => void;
}

/** A running server. */
export interface ApiServer {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  /** PEM of the authority that clients must trust. */
  readonly ca: string;
  /** Token of an administrator. */
  readonly token: string;
  /** Text of a kubeconfig (YAML) for the administrator, whose context has this name. */
  kubeconfig(context?: string): string;
  /** Ends watches and connections, flushes and closes the store. May be called twice. */
  close(): Promise<void>;
}
