import {
  CapstanError,
  type JsonObject,
  type KindReference,
  type KubernetesObject,
  type ObjectReference,
  type Registry,
  type TraitContribution,
  traits,
  type WorkloadContribution,
  workloads,
} from '@capstan/plugin-api';
import { CORE_CODES } from '../codes.ts';
import { type ProvidedValue, provide } from './host.ts';
import type { PluginScope } from './scope.ts';

/** The functions behind Definitions, by the Definition's name. */
export interface Contributions {
  workload(definition: string): WorkloadContribution | undefined;
  trait(definition: string): TraitContribution | undefined;
  /** What the trait that knows the object answers to `letGo`. */
  letGo(object: KubernetesObject, attempt: number): JsonObject | undefined;
  /** What all traits answer to `leavesBehind`. */
  leavesBehind(live: KubernetesObject, wanted: KubernetesObject): readonly ObjectReference[];
  /** Kinds that the plugin behind a trait's or workload's functions declares that it looks at. */
  kinds(definition: string): readonly KindReference[];
}

/** Contributions that plugins add to. */
export interface ContributionRegistry extends Contributions {
  /** What a plugin host supplies for the tokens `workloads` and `traits`. */
  readonly values: readonly ProvidedValue[];
  /** Calls back with a Definition's name whenever a contribution for it comes or goes; returns its own undo. */
  onChange(listener: (definition: string) => void): () => void;
}

/** An empty registry of contributions. */
export function createContributions(): ContributionRegistry {
  const listeners = new Set<(definition: string) => void>();
  const changed = (definition: string) => {
    for (const listener of listeners) listener(definition);
  };
  const workloadKinds = new Shelf<WorkloadContribution>('workload', changed);
  const traitKinds = new Shelf<TraitContribution>('trait', changed);
  return {
    workload: (definition) => workloadKinds.get(definition),
    trait: (definition) => traitKinds.get(definition),
    letGo: (object, attempt) => firstOf(traitKinds.all(), (trait) => trait.letGo?.(object, attempt)),
    leavesBehind: (live, wanted) => traitKinds.all().flatMap((trait) => trait.leavesBehind?.(live, wanted) ?? []),
    kinds: (definition) => [...traitKinds.kindsOf(definition), ...workloadKinds.kindsOf(definition)],
    values: [
      provide(workloads, (plugin) => workloadKinds.openTo(plugin)),
      provide(traits, (plugin) => traitKinds.openTo(plugin)),
    ],
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function firstOf<T, R>(items: readonly T[], ask: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const answer = ask(item);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

class Shelf<T extends { readonly definition: string }> {
  readonly #what: string;
  readonly #changed: (definition: string) => void;
  readonly #items = new Map<string, { readonly plugin: PluginScope; readonly item: T }>();

  constructor(what: string, changed: (definition: string) => void) {
    this.#what = what;
    this.#changed = changed;
  }

  get(definition: string): T | undefined {
    return this.#items.get(definition)?.item;
  }

  all(): T[] {
    return [...this.#items.values()].map(({ item }) => item);
  }

  kindsOf(definition: string): readonly KindReference[] {
    return this.#items.get(definition)?.plugin.kinds ?? [];
  }

  /** The registry as one plugin sees it: what it adds goes when the plugin goes, even if it does not ask for that. */
  openTo(plugin: PluginScope): Registry<T> {
    return {
      add: (item) => {
        const undo = this.#add(plugin, item);
        plugin.defer(undo);
        return undo;
      },
    };
  }

  #add(plugin: PluginScope, item: T): () => void {
    const { definition } = item;
    const other = this.#items.get(definition);
    if (other) {
      throw new CapstanError(
        CORE_CODES.duplicateContribution,
        `plugin ${plugin.id} contributes the ${this.#what} ${definition}, which plugin ${other.plugin.id} contributes already`,
        { hint: 'One Definition has one implementation: switch one of the two off.', fields: { definition } },
      );
    }
    const entry = { plugin, item };
    this.#items.set(definition, entry);
    this.#changed(definition);
    return () => {
      if (this.#items.get(definition) !== entry) return;
      this.#items.delete(definition);
      this.#changed(definition);
    };
  }
}
