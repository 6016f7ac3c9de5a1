import { createHash, createPrivateKey, createPublicKey, type KeyObject, randomUUID, sign, verify } from 'node:crypto';
import { goQuote } from '../model/go-format.ts';
import type { KubeObject } from '../model/object.ts';
import type { UserInfo } from '../model/request.ts';
import type { Store } from '../storage/store.ts';
import { quoteList } from './rules.ts';
import { serviceAccountGroups, serviceAccountName } from './users.ts';

/** Issuer of the tokens, and the audience of a token that names none. */
export const ISSUER = 'https://kubernetes.default.svc';

/** Seconds that clocks may differ, and that a deleted object stays valid. */
const LEEWAY = 60;
const REMEMBERED = 1000;
const CREDENTIAL = 'authentication.kubernetes.io';

interface ObjectClaim {
  readonly name: string;
  readonly uid: string;
}

interface Claims {
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly iss: string;
  readonly jti?: string;
  readonly nbf: number;
  readonly sub: string;
  readonly 'kubernetes.io': {
    readonly namespace: string;
    readonly node?: ObjectClaim;
    readonly pod?: ObjectClaim;
    readonly secret?: ObjectClaim;
    readonly serviceaccount: ObjectClaim;
    readonly warnafter?: number;
  };
}

/** What a new token says. */
export interface TokenContent {
  readonly serviceAccount: KubeObject;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** The object with which the token ends; a Pod's Node is only mentioned. */
  readonly bound?: { readonly pod?: KubeObject; readonly secret?: KubeObject; readonly node?: KubeObject };
  readonly warnAfterSeconds?: number;
}

/** What is found out about a token: its user and those of the asked audiences that it is for, or what is wrong. */
export type TokenVerdict =
  | { readonly user: UserInfo; readonly audiences: readonly string[] }
  | { readonly problem: string };

/** Issues and checks service account tokens: RS256 JWTs with bound claims (pkg/serviceaccount claims.go, jwt.go). */
export class ServiceAccountTokens {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #keyId: string;
  /** Claims of tokens whose signature was right; checking one takes longer than all the rest of a request. */
  readonly #checked = new Map<string, Claims>();

  /** `privateKey` is an RSA key as PEM; throws where it is none. */
  constructor(store: Store, privateKey: string, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.#privateKey = createPrivateKey(privateKey);
    this.#publicKey = createPublicKey(this.#privateKey);
    const der = this.#publicKey.export({ type: 'spki', format: 'der' });
    this.#keyId = createHash('sha256').update(der).digest('base64url');
  }

  /** The public key, as the JSON Web Key Set of OpenID. */
  keySet(): object {
    const { n, e } = this.#publicKey.export({ format: 'jwk' });
    return { keys: [{ use: 'sig', kty: 'RSA', kid: this.#keyId, alg: 'RS256', n, e }] };
  }

  /** A new token. */
  issue(content: TokenContent): string {
    const now = Math.floor(this.#now() / 1000);
    const { namespace = '', name = '' } = content.serviceAccount.metadata;
    const { pod, secret, node } = content.bound ?? {};
    const claims: Claims = {
      aud: content.audiences,
      exp: now + content.expirationSeconds,
      iat: now,
      iss: ISSUER,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        ...(node && { node: claimOf(node) }),
        ...(pod && { pod: claimOf(pod) }),
        ...(secret && { secret: claimOf(secret) }),
        serviceaccount: claimOf(content.serviceAccount),
        ...(content.warnAfterSeconds !== undefined && { warnafter: now + content.warnAfterSeconds }),
      },
      nbf: now,
      sub: serviceAccountName(namespace, name),
    };
    const signed = `${encode({ alg: 'RS256', kid: this.#keyId })}.${encode(claims)}`;
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), this.#privateKey).toString('base64url')}`;
  }

  /**
   * Who a token stands for, provided that the service account and what the token is bound to still live. Undefined for
   * texts that are no tokens of this issuer.
   */
  check(token: string, audiences: readonly string[] = [ISSUER]): TokenVerdict | undefined {
    const claims = this.#claims(token);
    if (claims === undefined || 'problem' in claims) return claims;
    const said = typeof claims.aud === 'string' ? [claims.aud] : claims.aud;
    const common = audiences.filter((audience) => said.includes(audience));
    if (common.length === 0) {
      const message = `token audiences ${quoteList(said)} is invalid for the target audiences ${quoteList(audiences)}`;
      return { problem: message };
    }
    const problem = this.#timeProblem(claims) ?? this.#objectProblem(claims);
    return problem === undefined ? { user: userOf(claims), audiences: common } : { problem };
  }

  #claims(token: string): Claims | { readonly problem: string } | undefined {
    const known = this.#checked.get(token);
    if (known) return known;
    const [header, payload, signature, ...more] = token.split('.');
    if (!header || !payload || !signature || more.length > 0) return undefined;
    const claims = decode(payload);
    if (!isClaims(claims)) return undefined;
    const signed = Buffer.from(`${header}.${payload}`);
    if (!verify('RSA-SHA256', signed, this.#publicKey, Buffer.from(signature, 'base64url'))) {
      return { problem: 'go-jose/go-jose: error in cryptographic primitive' };
    }
    if (this.#checked.size >= REMEMBERED) this.#checked.clear();
    this.#checked.set(token, claims);
    return claims;
  }

  #timeProblem(claims: Claims): string | undefined {
    const now = this.#now() / 1000;
    if (now + LEEWAY < claims.nbf) return 'service account token is not valid yet';
    if (now - LEEWAY > claims.exp) return 'service account token has expired';
    if (now + LEEWAY < claims.iat) return 'service account token is issued in the future';
    return undefined;
  }

  #objectProblem(claims: Claims): string | undefined {
    const { namespace, serviceaccount, pod, secret, node } = claims['kubernetes.io'];
    const account = this.#get('serviceaccounts.', namespace, serviceaccount.name);
    if (!account) return `serviceaccounts ${goQuote(serviceaccount.name)} not found`;
    if (account.metadata.uid !== serviceaccount.uid) {
      return `service account UID (${account.metadata.uid}) does not match claim (${serviceaccount.uid})`;
    }
    if (this.#isGone(account)) return `service account ${namespace}/${serviceaccount.name} has been deleted`;
    if (secret) return this.#boundProblem('secret', this.#get('secrets.', namespace, secret.name), secret);
    if (pod) return this.#boundProblem('pod', this.#get('pods.', namespace, pod.name), pod);
    if (node) return this.#boundProblem('node', this.#get('nodes.', '', node.name), node);
    return undefined;
  }

  #boundProblem(kind: string, live: KubeObject | undefined, claim: ObjectClaim): string | undefined {
    if (!live || this.#isGone(live)) return 'service account token has been invalidated';
    const label = kind === 'node' ? 'Node' : kind;
    if (live.metadata.uid === claim.uid) return undefined;
    return `${label} UID (${live.metadata.uid}) does not match service account ${kind} ref claim (${claim.uid})`;
  }

  #isGone(object: KubeObject): boolean {
    const { deletionTimestamp } = object.metadata;
    return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < this.#now() - LEEWAY * 1000;
  }

  #get(key: string, namespace: string, name: string): KubeObject | undefined {
    return this.#store.get(key, namespace, name)?.object;
  }
}

function claimOf(object: KubeObject): ObjectClaim {
  return { name: object.metadata.name ?? '', uid: object.metadata.uid ?? '' };
}

function userOf(claims: Claims): UserInfo {
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io'];
  const extra: Record<string, readonly string[]> = {};
  if (claims.jti !== undefined) extra[`${CREDENTIAL}/credential-id`] = [`JTI=${claims.jti}`];
  if (node) extra[`${CREDENTIAL}/node-name`] = [node.name];
  if (node?.uid) extra[`${CREDENTIAL}/node-uid`] = [node.uid];
  if (pod) extra[`${CREDENTIAL}/pod-name`] = [pod.name];
  if (pod) extra[`${CREDENTIAL}/pod-uid`] = [pod.uid];
  return {
    username: serviceAccountName(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    groups: serviceAccountGroups(namespace),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch {
    return undefined; // Not a JWT: another kind of token.
  }
}

/** Whether this issuer could have made these claims; the signature says whether it has. */
function isClaims(value: unknown): value is Claims {
  if (typeof value !== 'object' || value === null) return false;
  const claims = value as Partial<Claims>;
  return claims.iss === ISSUER && typeof claims['kubernetes.io']?.serviceaccount?.name === 'string';
}
