import { CapstanError, EXIT } from '@capstan/base';
import { SANDBOX_CODES } from '../codes.ts';

/** A Service whose traffic from the API server goes to a process of this machine. */
export interface Attachment {
  readonly namespace: string;
  readonly service: string;
  /** Only this port of the Service; every port where absent. */
  readonly port?: number;
  readonly host: string;
  readonly hostPort: number;
  /** `pass`: the process speaks TLS itself. `end`: TLS ends at the sandbox and the process gets plain HTTP. */
  readonly tls: 'pass' | 'end';
}

/** A DNS label (RFC 1123), which is what names of namespaces and Services are. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SERVICE = /^([^/:]+)\/([^/:]+)(?::(\d+))?$/;
const TARGET = /^(http:\/\/)?(\[[^\]]+\]|[^:/[\]]+):(\d+)\/?$/;

/**
 * Reads what people write: `NAMESPACE/SERVICE[:PORT]`.
 * Fails with CAPSTAN_SANDBOX_ATTACHMENT_INVALID.
 */
export function parseService(text: string): Pick<Attachment, 'namespace' | 'service' | 'port'> {
  const [, namespace = '', service = '', port] = SERVICE.exec(text) ?? [];
  if (!NAME.test(namespace) || !NAME.test(service)) throw invalid(text, 'a Service is NAMESPACE/SERVICE[:PORT]');
  return { namespace, service, ...(port !== undefined && { port: portOf(port, text) }) };
}

/**
 * Reads `HOST:PORT` of a process that speaks TLS, or `http://HOST:PORT` of one that does not.
 * Fails with CAPSTAN_SANDBOX_ATTACHMENT_INVALID.
 */
export function parseTarget(text: string): Pick<Attachment, 'host' | 'hostPort' | 'tls'> {
  const [, plain, host, port] = TARGET.exec(text) ?? [];
  if (host === undefined || port === undefined) throw invalid(text, 'a process is HOST:PORT or http://HOST:PORT');
  return {
    host: host.replace(/^\[|\]$/g, ''),
    hostPort: portOf(port, text),
    tls: plain === undefined ? 'pass' : 'end',
  };
}

/** The Service of an attachment as people write it. */
export function serviceLabel({ namespace, service, port }: Pick<Attachment, 'namespace' | 'service' | 'port'>): string {
  return `${namespace}/${service}${port === undefined ? '' : `:${port}`}`;
}

/** The process of an attachment as people write it. */
export function targetLabel({ host, hostPort, tls }: Pick<Attachment, 'host' | 'hostPort' | 'tls'>): string {
  const address = `${host.includes(':') ? `[${host}]` : host}:${hostPort}`;
  return tls === 'end' ? `http://${address}` : address;
}

function portOf(text: string, whole: string): number {
  const port = Number(text);
  if (port < 1 || port > 65_535) throw invalid(whole, `${text} is not a port`);
  return port;
}

function invalid(text: string, why: string): CapstanError {
  return new CapstanError(SANDBOX_CODES.attachmentInvalid, `"${text}" cannot be attached: ${why}`, {
    hint: 'For example: capstan sandbox attach keda/keda-admission-webhooks:443 127.0.0.1:9443',
    fields: { given: text },
    exit: EXIT.usage,
  });
}
