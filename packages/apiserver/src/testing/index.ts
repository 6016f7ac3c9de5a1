import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiServer, ApiServerOptions } from '../model/options.ts';
import { startApiServer } from '../server.ts';

/** Options of a server for tests. */
export type TestServerOptions = ApiServerOptions;

/** A server for tests. */
export interface TestServer extends ApiServer {
  /** Path of a kubeconfig file for the administrator; the file is removed by `stop`. */
  readonly kubeconfigPath: string;
  /** Ends the server and removes the kubeconfig file. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts an API server in this process, for the time of a test: memory only, a free port on loopback, an administrator's
 * token. Nothing plays the part of controllers: Deployments get no Pods, and namespaces get no default ServiceAccount, which
 * is why Pods are accepted without one.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startApiServer(options);
  const directory = await mkdtemp(join(tmpdir(), 'capstan-apiserver-'));
  const kubeconfigPath = join(directory, 'kubeconfig');
  await writeFile(kubeconfigPath, server.kubeconfig(), { mode: 0o600 });
  return {
    url: server.url,
    port: server.port,
    ca: server.ca,
    token: server.token,
    kubeconfigPath,
    kubeconfig: (context) => server.kubeconfig(context),
    close: () => server.close(),
    async stop() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
