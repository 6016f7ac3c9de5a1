import type { ApiSubresource } from '../model/resource.ts';
import { parameter, textResponses } from './parts.ts';
import type { Plain } from './schema-json.ts';

/* Subresources that are connections to a container, a Service or a Node, of which documents only say that they exist. */

const CONTAINER = [
  parameter('container', 'query'),
  ...['stderr', 'stdin', 'stdout', 'tty'].map((name) => parameter(name, 'query', 'boolean')),
];

/** Parameters by subresource. */
const PARAMETERS: Readonly<Record<string, readonly Plain[]>> = {
  attach: CONTAINER,
  exec: [parameter('command', 'query'), ...CONTAINER],
  portforward: [parameter('ports', 'query', 'integer')],
  proxy: [parameter('path', 'query')],
};

const PROXY_METHODS = ['delete', 'get', 'head', 'options', 'patch', 'post', 'put'];

/** Whether a subresource is a connection. */
export function isConnection({ name }: ApiSubresource): boolean {
  return PARAMETERS[name] !== undefined;
}

/** The parameters of a connection. */
export function connectParameters({ name }: ApiSubresource): readonly Plain[] {
  return PARAMETERS[name] ?? [];
}

/** The methods of a connection; `head` begins each operation. */
export function connectOperations({ name }: ApiSubresource, head: (method: string) => Plain): Plain {
  const methods = name === 'proxy' ? PROXY_METHODS : ['get', 'post'];
  const operation = (method: string) => ({ ...head(method), responses: textResponses(['*/*']) });
  return Object.fromEntries(methods.map((method) => [method, operation(method)]));
}

/** Parameters of a Pod's log. */
export const LOG_PARAMETERS = [
  parameter('container', 'query'),
  parameter('follow', 'query', 'boolean'),
  parameter('insecureSkipTLSVerifyBackend', 'query', 'boolean'),
  parameter('limitBytes', 'query', 'integer'),
  parameter('previous', 'query', 'boolean'),
  parameter('sinceSeconds', 'query', 'integer'),
  parameter('stream', 'query'),
  parameter('tailLines', 'query', 'integer'),
  parameter('timestamps', 'query', 'boolean'),
];

/** Media types of a Pod's log. */
export const LOG_TYPES = ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml', 'text/plain'];
