import { isJsonObject, withoutZeroStructs } from '../json.ts';
import type {
  ApplicationComponent,
  ApplicationConfiguration,
  Component,
  ComponentScope,
  ComponentTrait,
} from '../kinds/index.ts';
import { attachApplicationTraits, type DraftEntry } from './application-traits.ts';
import { withoutAutoscalers } from './autoscalers.ts';
import { normalizeComponent } from './component.ts';
import { DialectContext, type Path } from './context.ts';
import { warnOfDataCycles } from './data-cycles.ts';
import { reportDependencies } from './dependencies.ts';
import { describeKind, modernKind } from './kind-aliases.ts';
import { readRevisionName } from './revision-name.ts';
import { draftTrait, settle } from './traits.ts';
import type { NormalizedApplication, NormalizeInput } from './types.ts';

/** Fields of an entry whose content is not ours: nothing may be left out of it. */
const OPAQUE = ['trait', 'properties', 'spec', 'parameterValues', 'overrides'];

/**
 * An application and its Components in canonical form, which is all that the rest of Capstan reads: the reference's
 * v1alpha2, plus `instanceName`, `dependencies` and `overrides`. Both dialects, aliases of kinds and Go's zero structs
 * end here. Entries keep their index; every alias gives one warning; what cannot be read stays as it is written and is
 * a problem. Pure, deterministic, and normalising the result again changes nothing.
 */
export function normalizeApplication(input: NormalizeInput): NormalizedApplication {
  const context = new DialectContext(input.catalog);
  const components = new Map<string, Component>();
  const ofComponents = [...input.components].map(([key, component]) => {
    const normalized = normalizeComponent(component, input.catalog);
    components.set(key, normalized.object);
    return normalized;
  });
  const { traits: forAll = [], components: stated = [], ...spec } = input.application.spec ?? {};
  const entries = stated.map((entry, index) => draftEntry(context, entry, ['spec', 'components', index]));
  const traits = (withoutZeroStructs(forAll, OPAQUE) ?? []) as readonly ComponentTrait[];
  const drafts = traits.map((entry, index) => draftTrait(context, entry, ['spec', 'traits', index]));
  const attached = attachApplicationTraits(context, entries, drafts, components);
  const warned = new Set<Path>();
  const canonical = attached.map((draft, index) =>
    settleEntry(context, withoutAutoscalers(context, draft, components, warned), ['spec', 'components', index]),
  );
  const application = { ...input.application, spec: { ...spec, components: canonical } } as ApplicationConfiguration;
  reportDependencies(context, canonical, components);
  warnOfDataCycles(context, canonical, components);
  return {
    application,
    components,
    warnings: [...ofComponents.flatMap(({ warnings }) => warnings), ...context.warnings],
    problems: [...ofComponents.flatMap(({ problems }) => problems), ...context.problems],
    origins: context.origins,
  };
}

function draftEntry(context: DialectContext, stated: ApplicationComponent, path: Path): DraftEntry {
  const kept = (withoutZeroStructs(stated, OPAQUE) ?? {}) as ApplicationComponent;
  const { traits = [], scopes, ...entry } = readRevisionName(context, kept, path);
  return {
    entry: scopes
      ? { ...entry, scopes: scopes.map((scope, at) => readScope(context, scope, [...path, 'scopes', at])) }
      : entry,
    traits: traits.map((trait, at) => draftTrait(context, isJsonObject(trait) ? trait : {}, [...path, 'traits', at])),
  };
}

function settleEntry(context: DialectContext, { entry, traits }: DraftEntry, path: Path): ApplicationComponent {
  if (traits.length === 0) return entry;
  return { ...entry, traits: traits.map((draft, at) => settle(context, draft, [...path, 'traits', at])) };
}

function readScope(context: DialectContext, { scope, scopeRef, ...rest }: ComponentScope, path: Path): ComponentScope {
  const stated = scopeRef ?? scope;
  if (!stated) return rest;
  const field = scopeRef ? 'scopeRef' : 'scope';
  if (!scopeRef) {
    context.warn([...path, field], 'scope is read as scopeRef');
    context.moved([...path, 'scopeRef'], [...path, field]);
  }
  const modern = modernKind(stated, context.catalog.crds);
  if (modern !== stated) {
    context.warn([...path, field, 'kind'], `${describeKind(stated)} is read as ${describeKind(modern)}`);
  }
  return { ...rest, scopeRef: modern };
}
