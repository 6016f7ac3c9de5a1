import { isDeepStrictEqual } from 'node:util';
import { ExpressionFailed } from '../cel/admission.ts';
import { forbidden, internal } from '../model/errors.ts';
import type { GroupVersionKind, JsonObject, KubeObject } from '../model/object.ts';
import type { ResourceRegistry } from '../model/registry.ts';
import type { ApiResource } from '../model/resource.ts';
import type { Outbound } from '../outbound/outbound.ts';
import { postReview } from '../outbound/post-review.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import type { Admission, AdmissionAttributes } from '../resources/admission.ts';
import type { Store } from '../storage/store.ts';
import { isExempt, matchedResource, matchesNamespace, matchesObject } from './matching.ts';
import {
  checkSideEffects,
  type Review,
  refusal,
  requestKind,
  reviewFor,
  type Verdict,
  verdictOf,
  WebhookCallFailed,
} from './review.ts';
import { type MatchCondition, type Webhook, webhooksOf } from './webhook-config.ts';

/** Evaluates the conditions of a webhook: false = do not call it. Throws `ExpressionFailed` when one cannot be evaluated. */
export type MatchConditions = (conditions: readonly MatchCondition[], attributes: AdmissionAttributes) => boolean;

/** What webhook admission works with. */
export interface WebhookAdmissionOptions {
  readonly store: Store;
  readonly registry: ResourceRegistry;
  readonly outbound: Outbound;
  readonly matchConditions: MatchConditions;
  readonly log?: (event: Readonly<Record<string, unknown>>) => void;
}

const MUTATING = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';
const VALIDATING = 'validatingwebhookconfigurations.admissionregistration.k8s.io';

/** An object and the version in which it is held. */
interface Versioned {
  readonly resource: ApiResource;
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
}

/** Admission by the webhooks that are registered in the store, in force with the write that registers them. */
export class WebhookAdmission implements Admission {
  readonly #options: WebhookAdmissionOptions;
  readonly #mutating: WebhookList;
  readonly #validating: WebhookList;

  constructor(options: WebhookAdmissionOptions) {
    this.#options = options;
    this.#mutating = new WebhookList(options.store, MUTATING);
    this.#validating = new WebhookList(options.store, VALIDATING);
  }

  mutate(attributes: AdmissionAttributes): Promise<void> | void {
    const webhooks = this.#mutating.all();
    if (webhooks.length > 0 && !isExempt(attributes.resource)) return this.#mutateAll(webhooks, attributes);
  }

  validate(attributes: AdmissionAttributes): Promise<void> | void {
    const webhooks = this.#validating.all();
    if (webhooks.length > 0 && !isExempt(attributes.resource)) return this.#validateAll(webhooks, attributes);
  }

  async #mutateAll(webhooks: readonly Webhook[], attributes: AdmissionAttributes): Promise<void> {
    const again = await this.#round(webhooks, attributes);
    // One more round for those that asked for it and ran before a later change (reinvocationPolicy IfNeeded).
    if (again.size > 0) {
      await this.#round(
        webhooks.filter(({ id }) => again.has(id)),
        attributes,
      );
    }
  }

  async #validateAll(webhooks: readonly Webhook[], attributes: AdmissionAttributes): Promise<void> {
    const calls = webhooks.flatMap((webhook) => {
      const matched = this.#match(webhook, attributes);
      return matched === undefined ? [] : [this.#validateWith(webhook, attributes, matched)];
    });
    const failed = (await Promise.allSettled(calls)).find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Asks each in turn; returns those that want to see what others changed after them. */
  async #round(webhooks: readonly Webhook[], attributes: AdmissionAttributes): Promise<ReadonlySet<string>> {
    const reinvocable: string[] = [];
    const again = new Set<string>();
    for (const webhook of webhooks) {
      const matched = this.#match(webhook, attributes);
      if (matched === undefined) continue;
      const next = await this.#mutateWith(webhook, attributes, matched);
      if (next !== attributes.object && !isDeepStrictEqual(next, attributes.object)) {
        for (const id of reinvocable) again.add(id);
        attributes.object = next;
      }
      if (webhook.reinvoke) reinvocable.push(webhook.id);
    }
    return again;
  }

  #match(webhook: Webhook, attributes: AdmissionAttributes): ApiResource | undefined {
    const { registry, store, matchConditions } = this.#options;
    const resource = matchedResource(webhook, attributes, registry);
    if (resource === undefined || !matchesObject(webhook, attributes)) return undefined;
    const namespaceOf = (name: string) => store.get('namespaces.', '', name)?.object;
    if (!matchesNamespace(webhook, attributes, namespaceOf)) return undefined;
    const { matchConditions: conditions } = webhook;
    if (conditions.length === 0) return resource;
    try {
      return matchConditions(conditions, attributes) ? resource : undefined;
    } catch (error) {
      if (!(error instanceof ExpressionFailed)) throw error;
      if (webhook.failOpen) return undefined;
      throw forbidden(attributes.resource, attributes.name, error.message);
    }
  }

  async #mutateWith(webhook: Webhook, attributes: AdmissionAttributes, resource: ApiResource) {
    const reviewed = await this.#versioned(attributes, resource);
    const verdict = await this.#ask(webhook, attributes, reviewed, true);
    if (verdict === undefined || verdict.patch.length === 0) return attributes.object;
    if (reviewed.object === undefined) {
      throw internal(
        `admission webhook "${webhook.name}" attempted to modify the object, which is not supported for this operation`,
      );
    }
    const patched = patchedBy(webhook, reviewed.object, verdict.patch);
    const [next = patched] = await convert([patched], resource, attributes.resource);
    attributes.resource.strategy.defaults(next);
    return next;
  }

  async #validateWith(webhook: Webhook, attributes: AdmissionAttributes, resource: ApiResource): Promise<void> {
    await this.#ask(webhook, attributes, await this.#versioned(attributes, resource), false);
  }

  async #versioned(attributes: AdmissionAttributes, resource: ApiResource): Promise<Versioned> {
    const { object, oldObject } = attributes;
    const own = attributes.resource;
    if (resource === own || attributes.subresource !== undefined) return { resource, object, oldObject };
    const [next, previous] = await Promise.all(
      [object, oldObject].map((one) => (one === undefined ? undefined : convert([one], own, resource))),
    );
    return { resource, object: next?.[0], oldObject: previous?.[0] };
  }

  /** Undefined when the webhook failed and its policy is Ignore. */
  async #ask(
    webhook: Webhook,
    attributes: AdmissionAttributes,
    versioned: Versioned,
    mutating: boolean,
  ): Promise<Verdict | undefined> {
    checkSideEffects(webhook, attributes.dryRun);
    const kind = kindFor(attributes, versioned.resource);
    try {
      const review = reviewFor(webhook, attributes, { ...versioned, kind });
      const verdict = verdictOf(review, await this.#call(webhook, review), mutating);
      for (const warning of verdict.warnings) attributes.warn(warning);
      if (!verdict.allowed) throw refusal(webhook, verdict.status);
      return verdict;
    } catch (error) {
      if (!(error instanceof WebhookCallFailed)) throw error;
      const message = `failed calling webhook "${webhook.name}": ${error.message}`;
      if (!webhook.failOpen) throw internal(message);
      this.#options.log?.({ event: 'webhook ignored', webhook: webhook.name, error: message });
      return undefined;
    }
  }

  async #call({ clientConfig, timeoutSeconds }: Webhook, { body }: Review): Promise<string> {
    const review = { body, timeoutSeconds, userAgent: 'kube-apiserver-admission' };
    return postReview(this.#options.outbound, clientConfig, review).catch((cause: Error) => {
      throw new WebhookCallFailed(`failed to call webhook: ${cause.message}`, { cause });
    });
  }
}

/** The webhooks of one kind of configuration, parsed again only after a change. */
class WebhookList {
  readonly #store: Store;
  readonly #key: string;
  #webhooks: readonly Webhook[] | undefined;

  constructor(store: Store, key: string) {
    this.#store = store;
    this.#key = key;
    store.watchAll((event) => {
      if (event.key === key) this.#webhooks = undefined;
    });
  }

  /** By name of the configuration, then in their order. */
  all(): readonly Webhook[] {
    this.#webhooks ??= this.#store.list(this.#key).items.flatMap(({ object }) => webhooksOf(object));
    return this.#webhooks;
  }
}

function patchedBy(webhook: Webhook, object: KubeObject, patch: readonly unknown[]): KubeObject {
  try {
    return applyJsonPatch(object as unknown as JsonObject, patch) as unknown as KubeObject;
  } catch (cause) {
    throw internal(`admission webhook "${webhook.name}": ${(cause as Error).message}`);
  }
}

/** Between two served versions of the same objects. */
async function convert(objects: readonly KubeObject[], from: ApiResource, to: ApiResource): Promise<KubeObject[]> {
  if (from === to) return [...objects];
  const stored = (await from.convert?.toStorage(objects)) ?? [...objects];
  return (await to.convert?.toThis(stored)) ?? stored;
}

function kindFor(attributes: AdmissionAttributes, resource: ApiResource): GroupVersionKind {
  const kind = requestKind(attributes);
  // A subresource's kind has a version of its own.
  return resource === attributes.resource || attributes.subresource !== undefined
    ? kind
    : { group: resource.group, version: resource.version, kind: resource.kind };
}
