import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../model/object.ts';
import { type LabelRequirement, type LabelSelector, labelSelector } from '../selectors/label-selector.ts';
import type { Store } from '../storage/store.ts';
import { ROLE_KEYS } from './role-index.ts';
import type { PolicyRule } from './rules.ts';

/** Stores the rules of an aggregated role: server-side apply, forced, as `AGGREGATION_MANAGER`. */
export type RulesWriter = (name: string, rules: readonly PolicyRule[]) => Promise<void> | void;

interface SelectorJson {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/**
 * Gives ClusterRoles with an aggregationRule the rules of the roles that it selects, again after every change of a
 * ClusterRole (pkg/controller/clusterroleaggregation). `onError` hears of writes that failed; the next change tries again.
 */
export class RoleAggregation {
  readonly #store: Store;
  readonly #write: RulesWriter;
  readonly #onError: (error: unknown) => void;
  readonly #watch: { close(): void };
  #scheduled = false;
  #closed = false;

  constructor(store: Store, write: RulesWriter, onError: (error: unknown) => void) {
    this.#store = store;
    this.#write = write;
    this.#onError = onError;
    this.#watch = store.watch(ROLE_KEYS.clusterRoles, store.revision, () => this.#schedule());
    this.#schedule();
  }

  /** Ends the watch. */
  close(): void {
    this.#closed = true;
    this.#watch.close();
  }

  /** Changes that come together are answered together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#run().catch(this.#onError);
    });
  }

  async #run(): Promise<void> {
    const roles = this.#store.list(ROLE_KEYS.clusterRoles).items.map((item) => item.object);
    for (const [name, rules] of outdatedRoles(roles)) await this.#write(name, rules);
  }
}

/** Names and new rules of the aggregated roles whose rules are not those of the selected roles. */
export function outdatedRoles(roles: readonly KubeObject[]): readonly (readonly [string, readonly PolicyRule[]])[] {
  return roles.flatMap((role) => {
    const rule = role['aggregationRule'] as { clusterRoleSelectors?: readonly SelectorJson[] } | undefined;
    if (!rule) return [];
    const rules = aggregatedRules(role, (rule.clusterRoleSelectors ?? []).map(compile), roles);
    const current = (role['rules'] ?? []) as readonly PolicyRule[];
    return isDeepStrictEqual(rules, current) ? [] : [[role.metadata.name ?? '', rules] as const];
  });
}

/** Roles come in order of their names, which is the store's order. */
function aggregatedRules(
  role: KubeObject,
  selectors: readonly LabelSelector[],
  roles: readonly KubeObject[],
): readonly PolicyRule[] {
  const rules = new Map<string, PolicyRule>();
  for (const selector of selectors) {
    for (const other of roles) {
      if (other.metadata.name === role.metadata.name || !selector.matches(other.metadata.labels)) continue;
      for (const rule of (other['rules'] ?? []) as readonly PolicyRule[]) rules.set(identity(rule), rule);
    }
  }
  return [...rules.values()];
}

function identity({ apiGroups, nonResourceURLs, resourceNames, resources, verbs }: PolicyRule): string {
  return JSON.stringify([apiGroups ?? [], nonResourceURLs ?? [], resourceNames ?? [], resources ?? [], verbs]);
}

/** An empty selector selects everything (meta/v1 LabelSelectorAsSelector). */
function compile(selector: SelectorJson): LabelSelector {
  const operators: Readonly<Record<string, LabelRequirement['operator']>> = {
    In: 'in',
    NotIn: 'notin',
    Exists: 'exists',
    DoesNotExist: '!',
  };
  return labelSelector([
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({
      key,
      operator: '=' as const,
      values: [value],
    })),
    ...(selector.matchExpressions ?? []).map(({ key, operator, values }) => ({
      key,
      operator: operators[operator] ?? 'exists',
      values: values ?? [],
    })),
  ]);
}
