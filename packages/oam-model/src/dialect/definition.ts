import { isJsonObject } from '../json.ts';
import type { Definition } from '../kinds/index.ts';
import { isTraitDefinition, type TraitDefinition } from '../kinds/index.ts';
import { modernEntry } from '../rules/type-entries.ts';
import { DialectContext } from './context.ts';
import { modernResourceName } from './kind-aliases.ts';
import type { NormalizedObject } from './types.ts';

/**
 * A Definition in canonical form: `appliesTo` is merged into `appliesToWorkloads`, and CRDs and kinds have their names
 * of today. Its own name stays.
 */
export function normalizeDefinition<T extends Definition>(definition: T): NormalizedObject<T> {
  const context = new DialectContext({ definitions: [], crds: [] });
  const { definitionRef } = isJsonObject(definition.spec) ? definition.spec : {};
  if (typeof definitionRef?.name !== 'string') return { object: definition, warnings: [], problems: [] };
  const name = modernResourceName(definitionRef.name);
  if (name !== definitionRef.name) {
    context.warn(['spec', 'definitionRef', 'name'], `${definitionRef.name} is read as ${name}`);
  }
  const referring = { ...definition, spec: { ...definition.spec, definitionRef: { ...definitionRef, name } } };
  const object = isTraitDefinition(referring) ? withModernRules(context, referring) : referring;
  return { object: object as T, warnings: context.warnings, problems: [] };
}

function withModernRules(context: DialectContext, definition: TraitDefinition): TraitDefinition {
  const { appliesTo, appliesToWorkloads, conflictsWith, ...spec } = definition.spec;
  if (appliesTo) context.warn(['spec', 'appliesTo'], 'appliesTo is read as appliesToWorkloads');
  const modern = (field: string, entries: readonly string[] | undefined) =>
    textsOf(entries).map((entry, index) => {
      const today = modernEntry(entry);
      if (today !== entry) context.warn(['spec', field, index], `${entry} is read as ${today}`);
      return today;
    });
  const workloads = [...modern('appliesToWorkloads', appliesToWorkloads), ...modern('appliesTo', appliesTo)];
  return {
    ...definition,
    spec: {
      ...spec,
      ...(appliesTo || appliesToWorkloads ? { appliesToWorkloads: [...new Set(workloads)] } : {}),
      ...(conflictsWith ? { conflictsWith: modern('conflictsWith', conflictsWith) } : {}),
    },
  };
}

function textsOf(list: readonly string[] | undefined): readonly string[] {
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'string') : [];
}
