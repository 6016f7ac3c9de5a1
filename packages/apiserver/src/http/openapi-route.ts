import type { OpenApi } from '../openapi/openapi.ts';
import type { Route } from './handler.ts';
import { sendRaw } from './respond.ts';

/** Serves /openapi/v3. */
export function openApiRoute(openApi: OpenApi, now: () => number): Route {
  return {
    paths: () => ['/openapi/v3', '/openapi/v3/'],
    async handle(exchange) {
      if (exchange.method !== 'GET' || !exchange.path.startsWith('/openapi/')) return false;
      const answer = openApi.answer({
        path: exchange.path,
        hash: exchange.query.get('hash'),
        accept: exchange.header('accept'),
        ifNoneMatch: exchange.header('if-none-match'),
        now: now(),
      });
      if (!answer) return false;
      sendRaw(exchange, answer.status, answer.headers, answer.body);
      return true;
    },
  };
}
