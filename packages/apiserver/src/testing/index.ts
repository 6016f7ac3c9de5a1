import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApiServer, ApiServerOptions } from '../model/options.ts';
import { startServer } from '../server.ts';
import { provideServiceAccounts } from './service-accounts.ts';

/** Options of a server for tests. */
export interface TestServerOptions extends ApiServerOptions {
  /**
   * Every namespace gets its ServiceAccount `default`, so that Pods can be created without any controller; true where
   * absent. False where a test brings controllers of its own, or wants to see what happens without.
   */
  readonly defaultServiceAccounts?: boolean;
}

/** A server for tests. */
export interface TestServer extends ApiServer {
  /** Path of a kubeconfig file for the administrator; the file is removed by `stop`. */
  readonly kubeconfigPath: string;
  /** Resolves when garbage collection and the ends of namespaces and CRDs have nothing left to do. */
  idle(): Promise<void>;
  /** Ends the server and removes the kubeconfig file. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts an API server in this process, for the time of a test: memory only, a free port on loopback, an administrator's
 * token. Owners are garbage collected and namespaces emptied; nothing else plays the part of controllers: Deployments get no
 * Pods, and Pods are put on no Node.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { defaultServiceAccounts = true, ...serverOptions } = options;
  const { server, assembly } = await startServer(serverOptions);
  const endServiceAccounts = defaultServiceAccounts ? provideServiceAccounts(assembly) : () => {};
  const directory = mkdtempSync(join(tmpdir(), 'capstan-apiserver-'));
  const kubeconfigPath = join(directory, 'kubeconfig');
  writeFileSync(kubeconfigPath, server.kubeconfig(), { mode: 0o600 });
  const close = async () => {
    endServiceAccounts();
    await server.close();
  };
  return {
    url: server.url,
    port: server.port,
    ca: server.ca,
    token: server.token,
    kubeconfigPath,
    kubeconfig: (context) => server.kubeconfig(context),
    idle: () => assembly.deletion.idle(),
    close,
    async stop() {
      await close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
