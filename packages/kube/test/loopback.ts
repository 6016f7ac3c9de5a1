import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type ConnectOptions, connect, type KubeClient } from '../src/index.ts';

/** A request as a test's server sees it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request; returning nothing means that it answers by itself. */
export type Answer = (request: SeenRequest, response: ServerResponse) => unknown;

/** An HTTP server on loopback and a way to connect to it. */
export interface Loopback {
  readonly url: string;
  readonly requests: SeenRequest[];
  /** Paths and methods of the requests so far, discovery left out. */
  calls(): string[];
  /** Stops listening before the test ends. */
  stop(): Promise<void>;
  client(options?: ConnectOptions): Promise<KubeClient>;
}

const CORE = {
  kind: 'APIResourceList',
  groupVersion: 'v1',
  resources: [
    {
      name: 'configmaps',
      singularName: 'configmap',
      kind: 'ConfigMap',
      namespaced: true,
      verbs: ['get', 'list', 'watch'],
    },
  ],
};

/** Discovery (legacy form) of an API with nothing but ConfigMaps. */
const DISCOVERY: Readonly<Record<string, unknown>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/api/v1': CORE,
  '/apis': { kind: 'APIGroupList', groups: [] },
};

/** Starts a server that serves discovery and leaves everything else to the test; it ends with the test. */
export async function loopback(answer: Answer): Promise<Loopback> {
  const requests: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    void serve(incoming, response, answer, requests);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const directory = await mkdtemp(join(tmpdir(), 'capstan-kube-'));
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigOf(url));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(async () => {
    await stop();
    await rm(directory, { recursive: true, force: true });
  });
  return {
    url,
    requests,
    stop,
    calls: () => requests.filter(({ path }) => !(path in DISCOVERY)).map(({ method, path }) => `${method} ${path}`),
    async client(options = {}) {
      const client = await connect({ kubeconfig, ...options });
      onTestFinished(() => client.close());
      return client;
    },
  };
}

/** A kubeconfig with one context `test`. */
export function kubeconfigOf(server: string, user: object = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'test', context: { cluster: 'c', user: 'u', namespace: 'web' } }],
    'current-context': 'test',
  });
}

/** Sends JSON. */
export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A metav1.Status of a failure. */
export function failure(code: number, reason: string, message: string, more: object = {}): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, ...more };
}

/** A ConfigMap as a server would send it. */
export function configMap(name: string, resourceVersion = '1', uid = `uid-${name}`) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'web', uid, resourceVersion } };
}

async function serve(incoming: IncomingMessage, response: ServerResponse, answer: Answer, requests: SeenRequest[]) {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://loopback');
  const { method = 'GET', headers } = incoming;
  const body = Buffer.concat(chunks).toString();
  const request = { method, path: pathname, query: searchParams, headers, body };
  requests.push(request);
  const answered = await answer(request, response);
  if (answered === 'discovery') json(response, pathname in DISCOVERY ? 200 : 404, DISCOVERY[pathname] ?? {});
}
