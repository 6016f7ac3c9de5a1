import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Endpoint } from './client.ts';

/** An engine that scripts run against. */
export interface Engine {
  readonly name: 'real' | 'embedded';
  readonly endpoint: Endpoint;
  stop(): Promise<void>;
}

/** As the sandbox's administrator is known to the real server: names show up in answers. */
const ADMINISTRATOR = {
  username: 'sandbox-admin',
  uid: 'sandbox-admin',
  groups: ['system:masters', 'system:authenticated'],
};

/** Starts the embedded server of `@capstan/apiserver` in this process. */
export async function startEmbedded(): Promise<Engine> {
  const { startTestServer } = await import('@capstan/apiserver/testing');
  const tokens = new Map([[randomBytes(32).toString('hex'), ADMINISTRATOR]]);
  const server = await startTestServer({ tokens, defaultServiceAccounts: false });
  const { url, token, ca } = server;
  return { name: 'embedded', endpoint: { url, token, ca }, stop: () => server.stop() };
}

/** Reads address, authority and token of a kubeconfig's current context. */
export async function endpointOf(kubeconfig: string): Promise<Endpoint> {
  const config = parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig;
  const context = config.contexts.find(({ name }) => name === config['current-context'])?.context;
  const cluster = config.clusters.find(({ name }) => name === context?.cluster)?.cluster;
  const user = config.users.find(({ name }) => name === context?.user)?.user;
  if (cluster === undefined || user?.token === undefined) throw new Error(`${kubeconfig} has no cluster or no token`);
  return {
    url: cluster.server,
    token: user.token,
    ca: Buffer.from(cluster['certificate-authority-data'], 'base64').toString('utf8'),
  };
}

interface Kubeconfig {
  readonly 'current-context': string;
  readonly contexts: readonly { readonly name: string; readonly context: { cluster: string; user: string } }[];
  readonly clusters: readonly {
    readonly name: string;
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data': string };
  }[];
  readonly users: readonly { readonly name: string; readonly user: { readonly token?: string } }[];
}
