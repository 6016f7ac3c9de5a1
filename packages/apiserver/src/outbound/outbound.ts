import type { IncomingMessage } from 'node:http';
import type { KubeObject } from '../model/object.ts';
import type { KeyPair, ServiceDialer } from '../model/options.ts';
import type { Store } from '../storage/store.ts';
import { secure } from './connect.ts';
import { requestHttp, requestHttps } from './node-http.ts';

/** Where a webhook or an APIService is: exactly one of `url` and `service` (admissionregistration/v1 WebhookClientConfig). */
export interface ClientConfig {
  readonly url?: string | undefined;
  readonly service?: ServiceReference | undefined;
  /** PEM of the authorities to trust, base64. */
  readonly caBundle?: string | undefined;
  readonly insecureSkipTLSVerify?: boolean | undefined;
}

/** A Service, the port 443 where none is named, and a path. */
export interface ServiceReference {
  readonly namespace: string;
  readonly name: string;
  readonly port?: number | undefined;
  readonly path?: string | undefined;
}

/** What to send. */
export interface OutboundRequest {
  readonly method: string;
  /** Path and query, whole: that of the configuration is not added. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: Buffer | string;
  readonly timeoutMs: number;
  /** Certificate that tells an aggregated server who calls. */
  readonly client?: KeyPair | undefined;
}

/** A whole answer. */
export interface OutboundAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Calls from the API server to others: admission and conversion webhooks, aggregated API servers. */
export interface Outbound {
  /** Sends a request and reads the answer, 16 MiB at most. Rejects with a plain Error whose message tells why. */
  call(config: ClientConfig, request: OutboundRequest): Promise<OutboundAnswer>;
  /** As `call`, without reading the answer: for proxying and watches. The time limit holds until the answer's head. */
  open(config: ClientConfig, request: OutboundRequest): Promise<IncomingMessage>;
}

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** The URL that is called, as error messages show it: with the port even where it is the scheme's own. */
export function addressOf(config: ClientConfig): string {
  if (config.url !== undefined) return config.url;
  const { name, namespace, port = 443, path = '' } = config.service ?? { name: '', namespace: '' };
  return `https://${name}.${namespace}.svc:${port}${path.startsWith('/') ? path : `/${path}`}`;
}

/** Makes the way out. Without a dialer every call to a Service fails as where nothing answers. */
export function createOutbound(options: {
  readonly store: Store;
  readonly dialService?: ServiceDialer | undefined;
  readonly serviceCa?: string | undefined;
}): Outbound {
  const { store, dialService, serviceCa } = options;

  async function connect(config: ClientConfig, client: KeyPair | undefined) {
    const { service } = config;
    if (service === undefined) return undefined;
    const port = service.port ?? 443;
    checkService(store, service, port);
    if (dialService === undefined) {
      throw new Error(`dial tcp: lookup ${service.name}.${service.namespace}.svc: no route to Services in this server`);
    }
    const stream = await dialService({ namespace: service.namespace, name: service.name, port });
    return secure(stream, {
      servername: `${service.name}.${service.namespace}.svc`,
      ca: config.caBundle ? Buffer.from(config.caBundle, 'base64').toString('utf8') : serviceCa,
      insecure: config.insecureSkipTLSVerify === true,
      client,
    });
  }

  async function open(config: ClientConfig, request: OutboundRequest): Promise<IncomingMessage> {
    const limit = AbortSignal.timeout(request.timeoutMs);
    const deadline = new Promise<never>((_, reject) => {
      limit.addEventListener('abort', () => reject(new Error('context deadline exceeded')), { once: true });
    });
    const answer = connect(config, request.client).then((socket) => send(config, request, socket, serviceCa));
    return Promise.race([answer, deadline]);
  }

  return {
    open,
    async call(config, request) {
      const began = performance.now();
      const response = await open(config, request);
      const left = Math.max(1, request.timeoutMs - (performance.now() - began));
      const timer = setTimeout(() => response.destroy(new Error('context deadline exceeded')), left);
      try {
        return { status: response.statusCode ?? 0, headers: response.headers, body: await readAll(response) };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** The Service and its port must exist (kube-aggregator and apiserver util/proxy ResolveCluster). */
function checkService(store: Store, { namespace, name }: ServiceReference, port: number): void {
  const found = store.get('services.', namespace, name)?.object;
  if (found === undefined) throw new Error(`service "${name}" not found`);
  const spec = found['spec'] as { type?: string; clusterIP?: string; ports?: { port: number }[] };
  if (spec.type === 'ExternalName') return;
  if (!spec.ports?.some((one) => one.port === port)) {
    throw new Error(`no service port ${port} found for service "${name}"`);
  }
  if (spec.clusterIP === 'None') throw new Error(`cannot route to service with ClusterIP "None"`);
}

function send(
  config: ClientConfig,
  { method, path, headers, body }: OutboundRequest,
  socket: Awaited<ReturnType<typeof secure>> | undefined,
  serviceCa: string | undefined,
): Promise<IncomingMessage> {
  const address = new URL(addressOf(config));
  const begin = address.protocol === 'http:' ? requestHttp : requestHttps;
  const trusted = config.caBundle ? Buffer.from(config.caBundle, 'base64').toString('utf8') : serviceCa;
  return new Promise((resolve, reject) => {
    const sent = begin(
      {
        method,
        host: address.hostname,
        port: address.port || undefined,
        path,
        headers: {
          host: address.host,
          ...headers,
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
        },
        // With an agent Node would open the connection by itself, whatever `createConnection` says.
        ...(socket
          ? { createConnection: () => socket }
          : { agent: false, ...(trusted !== undefined && { ca: trusted }) }),
        ...(config.insecureSkipTLSVerify && { rejectUnauthorized: false }),
      },
      resolve,
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function readAll(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) {
      response.destroy();
      throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** The client configuration of an APIService's spec; undefined for a local one. */
export function clientConfigOf(apiService: KubeObject): ClientConfig | undefined {
  const spec = apiService['spec'] as {
    service?: ServiceReference;
    caBundle?: string;
    insecureSkipTLSVerify?: boolean;
  };
  if (!spec.service) return undefined;
  const { service, caBundle, insecureSkipTLSVerify } = spec;
  return { service, caBundle, insecureSkipTLSVerify };
}
