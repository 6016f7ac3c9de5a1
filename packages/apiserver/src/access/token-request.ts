import { badRequest, conflict, invalid, notFound } from '../model/errors.ts';
import { invalid as invalidValue } from '../model/field-error.ts';
import { goQuote } from '../model/go-format.ts';
import { type KubeObject, parseApiVersion } from '../model/object.ts';
import type { Store } from '../storage/store.ts';
import { ISSUER, type ServiceAccountTokens, type TokenContent } from './service-account-token.ts';

const DEFAULT_SECONDS = 3600;
const MINIMUM_SECONDS = 600;
const MAXIMUM_SECONDS = 2 ** 32;
/** A Pod's token of this life is only warned about when it is over, and lives on for a year (pkg/serviceaccount). */
const WARN_ONLY_SECONDS = 3600 + 7;
const EXTENDED_SECONDS = 365 * 24 * 60 * 60;

/** A POST to `serviceaccounts/NAME/token`. */
export interface TokenRequestInput {
  readonly namespace: string;
  readonly name: string;
  /** The decoded TokenRequest. Not changed. */
  readonly body: KubeObject;
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface BoundReference {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly name?: string;
  readonly uid?: string;
}

interface Spec {
  readonly audiences?: readonly string[];
  readonly expirationSeconds?: number;
  readonly boundObjectRef?: BoundReference | null;
}

/**
 * Issues a token for a service account, and answers the TokenRequest with it (pkg/registry/core/serviceaccount/storage).
 * Throws 404 for an account or bound object that does not exist, 409 for another uid, 400 and 422.
 */
export function answerTokenRequest(store: Store, tokens: ServiceAccountTokens, input: TokenRequestInput): KubeObject {
  const { body, name, namespace, now } = input;
  const account = store.get('serviceaccounts.', namespace, name)?.object;
  checkMetadata(input);
  if (!account) throw notFound({ group: '', resource: 'serviceaccounts' }, name);
  checkUid('TokenRequest', name, body.metadata.uid, account, (asked, uid) => {
    return `the UID in the token request (${asked}) does not match the UID of the service account (${uid})`;
  });
  const spec = (body['spec'] ?? {}) as Spec;
  const expirationSeconds = spec.expirationSeconds ?? DEFAULT_SECONDS;
  checkExpiration(expirationSeconds);
  const audiences = spec.audiences?.length ? spec.audiences : [ISSUER];
  const bound = spec.boundObjectRef ? boundObjects(store, input, spec.boundObjectRef) : undefined;
  const token = tokens.issue({
    serviceAccount: account,
    audiences,
    ...lifeOf(expirationSeconds, audiences, bound),
    ...(bound && { bound }),
  });
  const seconds = new Date(now).toISOString().slice(0, 19);
  const expires = new Date(Date.parse(`${seconds}Z`) + expirationSeconds * 1000).toISOString().slice(0, 19);
  const { managedFields, ...metadata } = body.metadata;
  return {
    kind: body.kind,
    apiVersion: body.apiVersion,
    metadata: {
      ...metadata,
      name,
      namespace,
      ...(account.metadata.uid !== undefined && { uid: account.metadata.uid }),
      creationTimestamp: `${seconds}Z`,
      ...(managedFields && { managedFields }),
    },
    spec: { audiences, expirationSeconds, boundObjectRef: spec.boundObjectRef ?? null },
    status: { token, expirationTimestamp: `${expires}Z` },
  };
}

function lifeOf(seconds: number, audiences: readonly string[], bound: TokenContent['bound']) {
  const own = audiences.every((audience) => audience === ISSUER);
  if (!bound?.pod || seconds !== WARN_ONLY_SECONDS || !own) return { expirationSeconds: seconds };
  return { expirationSeconds: EXTENDED_SECONDS, warnAfterSeconds: seconds };
}

function checkMetadata({ body, name, namespace }: TokenRequestInput): void {
  const kind = { group: 'authentication.k8s.io', kind: 'TokenRequest' };
  const given = body.metadata;
  if (given.name && given.name !== name) {
    const detail = 'must match the service account name if specified';
    throw invalid(kind, name, [invalidValue('metadata.name', given.name, detail)]);
  }
  if (given.namespace && given.namespace !== namespace) {
    const detail = 'must match the service account namespace if specified';
    throw invalid(kind, name, [invalidValue('metadata.namespace', given.namespace, detail)]);
  }
}

function checkExpiration(seconds: number): void {
  const short = 'may not specify a duration less than 10 minutes';
  const long = 'may not specify a duration larger than 2^32 seconds';
  const problem = seconds < MINIMUM_SECONDS ? short : seconds > MAXIMUM_SECONDS ? long : undefined;
  if (problem === undefined) return;
  const cause = invalidValue('spec.expirationSeconds', seconds, problem);
  throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [cause]);
}

function boundObjects(store: Store, input: TokenRequestInput, reference: BoundReference): TokenContent['bound'] {
  const { namespace } = input;
  const { group, version } = parseApiVersion(reference.apiVersion ?? '');
  const kind = reference.kind ?? '';
  const resource = group === '' ? { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }[kind] : undefined;
  if (resource === undefined) {
    throw badRequest(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  }
  const name = reference.name ?? '';
  const object = store.get(`${resource}.`, kind === 'Node' ? '' : namespace, name)?.object;
  if (!object) throw notFound({ group: '', resource }, name);
  const account = (object['spec'] as { serviceAccountName?: string } | undefined)?.serviceAccountName;
  if (kind === 'Pod' && account !== input.name) {
    throw badRequest(
      `cannot bind token for serviceaccount ${goQuote(input.name)} to pod running with different serviceaccount name.`,
    );
  }
  checkUid(kind, name, reference.uid, object, (asked) => {
    return `the UID in the bound object reference (${asked}) does not match the UID in record. The object might have been deleted and then recreated`;
  });
  if (kind === 'Secret') return { secret: object };
  if (kind === 'Node') return { node: object };
  const node = nodeOf(store, object);
  return { pod: object, ...(node && { node }) };
}

function checkUid(
  kind: string,
  name: string,
  asked: string | undefined,
  object: KubeObject,
  message: (asked: string, uid: string) => string,
): void {
  const uid = object.metadata.uid ?? '';
  if (!asked || asked === uid) return;
  const group = kind === 'TokenRequest' ? 'authentication.k8s.io' : '';
  throw conflict({ group, resource: kind }, name, message(asked, uid));
}

/** The Node of a Pod; one that does not exist is named all the same. */
function nodeOf(store: Store, pod: KubeObject): KubeObject | undefined {
  const { nodeName } = (pod['spec'] ?? {}) as { nodeName?: string };
  if (!nodeName) return undefined;
  const unknown: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: nodeName } };
  return store.get('nodes.', '', nodeName)?.object ?? unknown;
}
