import type { Access } from '../access/access.ts';
import { ISSUER } from '../access/service-account-token.ts';
import type { Route } from './handler.ts';
import { sendBytes } from './respond.ts';

const CONFIGURATION = '/.well-known/openid-configuration';
const KEYS = '/openid/v1/jwks';
const HOUR = 'public, max-age=3600';

/** Serves what other parties check service account tokens with (pkg/routes/openidmetadata.go). */
export function openIdRoute(access: Access, serverAddress: () => string): Route {
  return {
    paths: () => [CONFIGURATION, KEYS],
    async handle(exchange) {
      const { method, path } = exchange;
      if (method !== 'GET' || (path !== CONFIGURATION && path !== KEYS)) return false;
      const isKeys = path === KEYS;
      const document = isKeys ? access.keySet() : configuration(serverAddress());
      const contentType = isKeys ? 'application/jwk-set+json' : 'application/json';
      const headers = { 'content-type': contentType, 'cache-control': HOUR };
      await sendBytes(exchange, 200, headers, Buffer.from(JSON.stringify(document)));
      return true;
    },
  };
}

function configuration(serverAddress: string): object {
  return {
    issuer: ISSUER,
    jwks_uri: `https://${serverAddress}${KEYS}`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}
