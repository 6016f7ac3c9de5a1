import { isJsonObject, withoutZeroStructs } from '../json.ts';
import type {
  ApplicationComponent,
  ApplicationConfiguration,
  Component,
  ComponentScope,
  ComponentTrait,
  TypedReference,
} from '../kinds/index.ts';
import { attachApplicationTraits, type DraftEntry } from './application-traits.ts';
import { normalizeComponent } from './component.ts';
import { DialectContext, type Path } from './context.ts';
import { warnOfDataCycles } from './data-cycles.ts';
import { reportDependencies } from './dependencies.ts';
import { objectsOf } from './embedded.ts';
import { describeKind, modernKind } from './kind-aliases.ts';
import { withoutScalers } from './knative-scalers.ts';
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
  const { traits: forAll, components: stated, ...spec } = specOf(input.application);
  const entries = objectsOf(stated).map((entry, index) => draftEntry(context, entry, ['spec', 'components', index]));
  const traits = withoutZeroStructs(forAll, OPAQUE) as readonly ComponentTrait[] | undefined;
  const drafts = objectsOf(traits).map((entry, index) => draftTrait(context, entry, ['spec', 'traits', index]));
  const attached = attachApplicationTraits(context, entries, drafts, components);
  const warned = new Set<Path>();
  const canonical = attached.map((draft, index) =>
    settleEntry(context, withoutScalers(context, draft, components, warned), ['spec', 'components', index]),
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

function specOf({ spec }: ApplicationConfiguration): Partial<ApplicationConfiguration['spec']> {
  return isJsonObject(spec) ? spec : {};
}

function draftEntry(context: DialectContext, stated: ApplicationComponent, path: Path): DraftEntry {
  const kept = (withoutZeroStructs(stated, OPAQUE) ?? {}) as ApplicationComponent;
  const { traits, scopes, ...entry } = readRevisionName(context, withTextNames(kept), path);
  const references = objectsOf(scopes).flatMap((scope, at) => readScope(context, scope, [...path, 'scopes', at]) ?? []);
  return {
    entry: references.length > 0 ? { ...entry, scopes: settleScopes(context, references, path) } : entry,
    traits: objectsOf(traits).map((trait, at) => draftTrait(context, trait, [...path, 'traits', at])),
  };
}

/** Names that are no texts are said to be wrong by the schema, and count as absent until then. */
function withTextNames(entry: ApplicationComponent): ApplicationComponent {
  const isName = (field: string) => field === 'componentName' || field === 'revisionName' || field === 'instanceName';
  const fields = Object.entries(entry).filter(([field, value]) => !isName(field) || typeof value === 'string');
  return Object.fromEntries(fields);
}

function settleEntry(context: DialectContext, { entry, traits }: DraftEntry, path: Path): ApplicationComponent {
  if (traits.length === 0) return entry;
  return { ...entry, traits: traits.map((draft, at) => settle(context, draft, [...path, 'traits', at])) };
}

/** A scope on its way to the canonical form, and where its reference is written. */
interface DraftScope {
  readonly scopeRef: TypedReference;
  readonly source: Path;
}

/** The reference of a scope in either form; undefined where a Go client wrote an empty one. */
function readScope(context: DialectContext, { scope, scopeRef }: ComponentScope, path: Path): DraftScope | undefined {
  const stated = scopeRef ?? scope;
  if (!isJsonObject(stated)) return undefined;
  const source = [...path, scopeRef ? 'scopeRef' : 'scope'];
  if (!scopeRef) context.warn(source, 'scope is read as scopeRef');
  const modern = modernKind(stated, context.catalog.crds);
  if (modern !== stated) {
    context.warn([...source, 'kind'], `${describeKind(stated)} is read as ${describeKind(modern)}`);
  }
  return { scopeRef: modern, source };
}

function settleScopes(context: DialectContext, drafts: readonly DraftScope[], path: Path): ComponentScope[] {
  return drafts.map(({ scopeRef, source }, at) => {
    context.moved([...path, 'scopes', at, 'scopeRef'], source);
    return { scopeRef };
  });
}
