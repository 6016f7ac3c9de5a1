import { createHash } from 'node:crypto';
import { unauthorized } from '../model/errors.ts';
import type { UserInfo } from '../model/request.ts';
import { ISSUER, type ServiceAccountTokens, type TokenVerdict } from './service-account-token.ts';
import { anonymousUser, authenticated } from './users.ts';

/** A client certificate whose chain was found to end in the client authority. */
export interface ClientCertificate {
  /** The common name. */
  readonly user: string;
  /** The organisations. */
  readonly groups: readonly string[];
  /** The certificate as DER. */
  readonly raw: Uint8Array;
}

/** What a request proves itself with. */
export interface Credentials {
  /** The Authorization header. */
  readonly authorization?: string | undefined;
  readonly certificate?: ClientCertificate | undefined;
}

/** Finds out who calls: client certificate, bearer token (static or a service account's), or nobody. */
export class Authenticator {
  readonly #tokens: ReadonlyMap<string, UserInfo>;
  readonly #serviceAccounts: () => ServiceAccountTokens;

  /** `serviceAccounts` is asked only when a token is none of the static ones: keys may be made late. */
  constructor(tokens: ReadonlyMap<string, UserInfo>, serviceAccounts: () => ServiceAccountTokens) {
    this.#tokens = new Map([...tokens].map(([token, user]) => [token, authenticated(user)]));
    this.#serviceAccounts = serviceAccounts;
  }

  /** The caller; `system:anonymous` without credentials. Throws the 401 of a token that is not accepted. */
  authenticate(credentials: Credentials): UserInfo {
    if (credentials.certificate) return certificateUser(credentials.certificate);
    const token = bearerToken(credentials.authorization);
    if (token === undefined) return anonymousUser;
    const result = this.checkToken(token);
    if ('problem' in result) throw unauthorized();
    return result.user;
  }

  /** What a token stands for, for these audiences (none: this server). Problems are worded as in a TokenReview. */
  checkToken(token: string, audiences: readonly string[] = []): TokenVerdict {
    const wanted = audiences.length === 0 ? [ISSUER] : audiences;
    const fixed = this.#tokens.get(token);
    // A static token says nothing of audiences: it is for this server alone.
    if (fixed && wanted.includes(ISSUER)) return { user: fixed, audiences: [ISSUER] };
    const verdict = this.#serviceAccounts().check(token, wanted);
    if (!verdict) return { problem: 'invalid bearer token' };
    if ('problem' in verdict) return { problem: `[invalid bearer token, ${verdict.problem}]` };
    return { user: authenticated(verdict.user), audiences: verdict.audiences };
  }
}

/** The token of an Authorization header; undefined for other schemes and for empty tokens. */
function bearerToken(header: string | undefined): string | undefined {
  const [scheme, token] = header?.trim().split(' ') ?? [];
  return scheme?.toLowerCase() === 'bearer' && token ? token : undefined;
}

function certificateUser({ user, groups, raw }: ClientCertificate): UserInfo {
  const fingerprint = createHash('sha256').update(raw).digest('hex');
  const extra = { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] };
  return authenticated({ username: user, groups, extra });
}
