import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Endpoint } from '../run/client.ts';

/** One request that came by, with what was answered. */
export interface Recorded {
  /** What the client was doing, as `label` of the proxy said. */
  readonly label: string;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly status: number;
  /** Of a watch: its events until the client or the server ended it. */
  answer: Buffer;
}

/** A proxy that writes down what clients ask. */
export interface RecordingProxy {
  /** Kubeconfig of the way through the proxy. It has no user: the proxy adds the administrator's token. */
  readonly kubeconfig: string;
  readonly requests: readonly Recorded[];
  /** Set to what comes next, such as `helm install`. */
  label: string;
  stop(): Promise<void>;
}

/** Headers that change what the server answers. The token is not among them. */
const KEPT = ['accept', 'content-type', 'user-agent', 'impersonate-user', 'impersonate-group'];

/** Starts a proxy in front of an API server. It speaks plain HTTP on loopback, so that clients need no certificates. */
export async function startRecordingProxy(endpoint: Endpoint): Promise<RecordingProxy> {
  const agent = new Agent({ keepAlive: true, ca: endpoint.ca });
  const requests: Recorded[] = [];
  const server = createServer((request, response) => {
    forward(request, response, { endpoint, agent, note: (recorded) => requests.push(recorded), label: proxy.label });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const directory = await mkdtemp(join(tmpdir(), 'capstan-recording-'));
  const kubeconfig = join(directory, 'kubeconfig');
  await writeFile(kubeconfig, stringify(kubeconfigOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)));
  const proxy: RecordingProxy = {
    kubeconfig,
    requests,
    label: '',
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      agent.destroy();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return proxy;
}

interface Forwarding {
  readonly endpoint: Endpoint;
  readonly agent: Agent;
  readonly label: string;
  note(recorded: Recorded): void;
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  { endpoint, agent, label, note }: Forwarding,
): void {
  const { method = 'GET', url = '/' } = request;
  const { hostname, port, host } = new URL(endpoint.url);
  const headers = {
    ...request.headers,
    host,
    authorization: `Bearer ${endpoint.token}`,
    'accept-encoding': 'identity',
  };
  const body: Buffer[] = [];
  const sent = httpsRequest({ hostname, port, method, path: url, agent, headers }, (answer) => {
    const kept = Object.fromEntries(KEPT.flatMap((name) => [[name, String(request.headers[name] ?? '')]]));
    const recorded: Recorded = {
      label,
      method,
      url,
      headers: Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== '')),
      body: Buffer.concat(body),
      status: answer.statusCode ?? 0,
      answer: Buffer.alloc(0),
    };
    note(recorded);
    response.writeHead(recorded.status, answer.headers);
    response.flushHeaders();
    answer.on('data', (chunk: Buffer) => {
      recorded.answer = Buffer.concat([recorded.answer, chunk]);
    });
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  request.on('data', (chunk: Buffer) => body.push(chunk));
  sent.on('error', () => response.destroy());
  response.on('close', () => sent.destroy());
  request.pipe(sent);
}

function kubeconfigOf(server: string) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'recording', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'recording', user: {} }],
    contexts: [{ name: 'recording', context: { cluster: 'recording', user: 'recording' } }],
    'current-context': 'recording',
  };
}
