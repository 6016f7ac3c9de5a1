import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Access } from '../access/access.ts';
import { forbiddenRequest } from '../access/authorizer.ts';
import type { Discovery } from '../discovery/discovery.ts';
import { unknownResource } from '../model/errors.ts';
import type { UserInfo } from '../model/request.ts';
import { clientCertificate } from './client-certificate.ts';
import { fitsScope } from './endpoint.ts';
import { Exchange, parseTarget } from './exchange.ts';
import type { Health } from './health.ts';
import { attributesOf, type RequestInfo, requestInfo } from './request-info.ts';
import { handleResource, type ResourceParts } from './resource-handler.ts';
import { sendBytes, sendDocument, sendError, sendNotFound, sendText, wantsPretty } from './respond.ts';
import { VERSION } from './version.ts';

/** What all requests are answered from. */
export interface HandlerParts extends ResourceParts {
  readonly access: Access;
  readonly discovery: Discovery;
  readonly health: Health;
  /** Answers further paths, such as OpenAPI; false where the path is none of its own. */
  readonly routes: readonly Route[];
  /** Hears of answers of 500 that are defects of the server. */
  readonly onDefect: (error: unknown, method: string, path: string) => void;
}

/** Answers some paths beside those of resources. */
export interface Route {
  /** Paths for the index at `/`. */
  paths(): readonly string[];
  handle(exchange: Exchange, user: UserInfo): Promise<boolean>;
}

/** The function that answers every request: authentication, authorisation, routing. Never throws. */
export function createHandler(parts: HandlerParts): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const target = parseTarget(request.url ?? '/');
    const exchange = new Exchange(request, response, target ?? { path: '', query: new URLSearchParams() });
    // A client that goes away while it is answered is no error.
    response.on('error', () => {});
    const answered = target ? answer(parts, exchange) : sendText(exchange, 400, '400 Bad Request');
    answered.catch((error: unknown) => fail(parts, exchange, error));
  };
}

async function answer(parts: HandlerParts, exchange: Exchange): Promise<void> {
  const { request } = exchange;
  const certificate = clientCertificate(request);
  const user = parts.access.authenticate({
    authorization: exchange.header('authorization'),
    rawHeaders: request.rawHeaders,
    certificate,
  });
  const info = requestInfo(exchange.method, exchange.path, exchange.query);
  const attributes = attributesOf(info, user);
  const decision = parts.access.authorize(attributes);
  if (!decision.allowed) throw forbiddenRequest(attributes, decision.reason);
  if (info.isResource) return answerResource(parts, exchange, info, user);
  return answerPath(parts, exchange, user);
}

async function answerResource(
  parts: HandlerParts,
  exchange: Exchange,
  info: RequestInfo,
  user: UserInfo,
): Promise<void> {
  const { group, version, resource } = info;
  for (const route of parts.routes) if (await route.handle(exchange, user)) return;
  const found = parts.registry.find(group, version, resource);
  if (found && fitsScope(info, found)) {
    return handleResource(parts, exchange, info, found, user);
  }
  if (isBuiltinGroup(parts, group)) throw unknownResource();
  return sendNotFound(exchange);
}

function isBuiltinGroup(parts: HandlerParts, group: string): boolean {
  return parts.registry.all().some((one) => one.source === 'built-in' && one.group === group);
}

async function answerPath(parts: HandlerParts, exchange: Exchange, user: UserInfo): Promise<void> {
  const { path } = exchange;
  if (path === '/version' || path === '/version/')
    return sendDocument(exchange, 200, VERSION, { mediaType: 'application/json', pretty: true });
  if (path === '/')
    return sendDocument(exchange, 200, { paths: index(parts) }, { mediaType: 'application/json', pretty: true });
  if (await parts.health.handle(exchange)) return;
  for (const route of parts.routes) if (await route.handle(exchange, user)) return;
  if (await answerDiscovery(parts, exchange)) return;
  const [, prefix, first = '', second = ''] = path.split('/');
  // Group versions that are none, in groups that are: the one refusal of a path that is JSON.
  if (prefix === 'api' ? first !== '' : prefix === 'apis' && second !== '' && isBuiltinGroup(parts, first)) {
    throw unknownResource();
  }
  return sendNotFound(exchange);
}

function index(parts: HandlerParts): string[] {
  const groups = parts.discovery.groups().filter((group) => group.name !== '');
  const apis = groups.flatMap(({ name, versions }) => [
    `/apis/${name}`,
    ...versions.map(({ version }) => `/apis/${name}/${version}`),
  ]);
  const others = parts.routes.flatMap((route) => route.paths());
  return ['/api', '/api/v1', '/apis', '/apis/', ...apis, ...parts.health.paths(), ...others, '/version'].sort();
}

async function answerDiscovery(parts: HandlerParts, exchange: Exchange): Promise<boolean> {
  if (exchange.method !== 'GET') return false;
  const found = parts.discovery.answer({
    path: exchange.path,
    accept: exchange.header('accept'),
    ifNoneMatch: exchange.header('if-none-match'),
  });
  if (!found) return false;
  const pretty = wantsPretty(exchange);
  if (found.document && (pretty || found.mediaType !== 'application/json')) {
    await sendDocument(exchange, found.status, found.document, { mediaType: found.mediaType, pretty }, found.headers);
  } else {
    await sendBytes(exchange, found.status, found.headers, found.body);
  }
  return true;
}

async function fail(parts: HandlerParts, exchange: Exchange, error: unknown): Promise<void> {
  if ((error as { name?: unknown }).name !== 'ApiError') parts.onDefect(error, exchange.method, exchange.path);
  const format = { mediaType: 'application/json', pretty: wantsPretty(exchange) };
  try {
    await sendError(exchange, error, format);
  } catch (failure) {
    parts.onDefect(failure, exchange.method, exchange.path);
    exchange.response.destroy();
  }
}
