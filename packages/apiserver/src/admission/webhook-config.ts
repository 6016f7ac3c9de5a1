import type { KubeObject } from '../model/object.ts';
import type { ClientConfig } from '../outbound/outbound.ts';
import { type LabelSelector, labelSelector } from '../selectors/label-selector.ts';

/** A rule of a webhook (admissionregistration/v1 RuleWithOperations). */
export interface WebhookRule {
  readonly operations: readonly string[];
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly scope?: string;
}

/** A CEL condition that must hold for a webhook to be called. */
export interface MatchCondition {
  readonly name: string;
  readonly expression: string;
}

/** One webhook of a configuration, its defaults set and its selectors parsed. */
export interface Webhook {
  /** Configuration, position and name: tells webhooks apart. */
  readonly id: string;
  readonly name: string;
  readonly clientConfig: ClientConfig;
  readonly rules: readonly WebhookRule[];
  readonly matchEquivalent: boolean;
  readonly failOpen: boolean;
  readonly timeoutSeconds: number;
  readonly reinvoke: boolean;
  readonly sideEffects: string | undefined;
  readonly reviewVersions: readonly string[];
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
  readonly matchConditions: readonly MatchCondition[];
}

interface RawSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

interface RawWebhook {
  name: string;
  clientConfig: ClientConfig;
  rules?: WebhookRule[];
  matchPolicy?: string;
  failurePolicy?: string;
  timeoutSeconds?: number;
  reinvocationPolicy?: string;
  sideEffects?: string;
  admissionReviewVersions?: string[];
  namespaceSelector?: RawSelector;
  objectSelector?: RawSelector;
  matchConditions?: MatchCondition[];
}

const OPERATORS = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' } as const;
const DEFAULT_TIMEOUT_SECONDS = 10;

/** The webhooks of a MutatingWebhookConfiguration or ValidatingWebhookConfiguration, in their order. */
export function webhooksOf(configuration: KubeObject): Webhook[] {
  const raw = (configuration['webhooks'] ?? []) as RawWebhook[];
  return raw.map((one, index) => ({
    id: `${configuration.metadata.name}/${index}/${one.name}`,
    name: one.name,
    clientConfig: one.clientConfig,
    rules: one.rules ?? [],
    matchEquivalent: one.matchPolicy !== 'Exact',
    failOpen: one.failurePolicy === 'Ignore',
    timeoutSeconds: one.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    reinvoke: one.reinvocationPolicy === 'IfNeeded',
    sideEffects: one.sideEffects,
    reviewVersions: one.admissionReviewVersions ?? [],
    namespaceSelector: parsed(one.namespaceSelector),
    objectSelector: parsed(one.objectSelector),
    matchConditions: one.matchConditions ?? [],
  }));
}

function parsed({ matchLabels = {}, matchExpressions = [] }: RawSelector = {}): LabelSelector {
  return labelSelector([
    ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'in' as const, values: [value] })),
    ...matchExpressions.map(({ key, operator, values = [] }) => ({
      key,
      operator: OPERATORS[operator as keyof typeof OPERATORS],
      values,
    })),
  ]);
}
