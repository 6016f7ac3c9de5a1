import { generateKeyPairSync } from 'node:crypto';
import type { KubeObject } from '../model/object.ts';
import type { Decision, RequestAttributes, UserInfo } from '../model/request.ts';
import type { Store } from '../storage/store.ts';
import { Authenticator, type Credentials } from './authenticator.ts';
import { Authorizer } from './authorizer.ts';
import { EscalationCheck, type RoleWrite } from './escalation.ts';
import { impersonate } from './impersonation.ts';
import { type ReviewRequest, Reviews } from './reviews.ts';
import { RoleIndex } from './role-index.ts';
import { ServiceAccountTokens } from './service-account-token.ts';
import { answerTokenRequest, type TokenRequestInput } from './token-request.ts';

/** What access control works on. */
export interface AccessOptions {
  readonly store: Store;
  /** Users by bearer token. */
  readonly tokens: ReadonlyMap<string, UserInfo>;
  /** PEM of the RSA key of service account tokens. Made on first use where absent. */
  readonly serviceAccountKey?: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A request as access control sees it. */
export interface CallerRequest extends Credentials {
  /** Names and values in turns, as Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[];
}

/** Who calls, what they may do, and the API objects that answer both questions. */
export class Access {
  readonly #options: AccessOptions;
  readonly #index: RoleIndex;
  readonly #authenticator: Authenticator;
  readonly #authorizer: Authorizer;
  readonly #escalation: EscalationCheck;
  readonly #reviews: Reviews;
  #serviceAccountTokens: ServiceAccountTokens | undefined;

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#index = new RoleIndex(options.store);
    this.#authorizer = new Authorizer(this.#index);
    this.#authenticator = new Authenticator(options.tokens, () => this.#tokens());
    this.#escalation = new EscalationCheck(this.#authorizer, this.#index);
    this.#reviews = new Reviews(this.#authenticator, this.#authorizer);
  }

  /** The user that a request acts as. Throws 401, and the 403 or 400 of impersonation. */
  authenticate(request: CallerRequest): UserInfo {
    return impersonate(this.#authenticator.authenticate(request), request.rawHeaders, this.#authorizer);
  }

  /** Whether a request is allowed; `forbiddenRequest` makes the 403 of one that is not. */
  authorize(attributes: RequestAttributes): Decision {
    return this.#authorizer.authorize(attributes);
  }

  /** Throws the 403 of a write that would grant more than the user has. Only for roles and bindings. */
  checkEscalation(write: RoleWrite): void {
    this.#escalation.check(write);
  }

  /** The answer to a posted review; undefined for other resources. */
  review(request: ReviewRequest): KubeObject | undefined {
    return this.#reviews.answer(request);
  }

  /** The answer to a POST to `serviceaccounts/NAME/token`. */
  requestToken(input: TokenRequestInput): KubeObject {
    return answerTokenRequest(this.#options.store, this.#tokens(), input);
  }

  /** The public key that service account tokens can be checked with: the answer to /openid/v1/jwks. */
  keySet(): object {
    return this.#tokens().keySet();
  }

  /** Ends the watches. */
  close(): void {
    this.#index.close();
  }

  #tokens(): ServiceAccountTokens {
    const { store, serviceAccountKey, now } = this.#options;
    this.#serviceAccountTokens ??= new ServiceAccountTokens(store, serviceAccountKey ?? makeKey(), now);
    return this.#serviceAccountTokens;
  }
}

function makeKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
