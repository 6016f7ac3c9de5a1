import { nearest } from '@capstan/base';
import { type DefinitionMatch, definitionFor, listDefinitions } from '../catalog.ts';
import { OAM_CODES } from '../codes.ts';
import type { ApplicationComponent, ScopeDefinition, TypedReference } from '../kinds/index.ts';
import { isScopeDefinition } from '../kinds/index.ts';
import { below, type Place, type ValidationContext } from './context.ts';
import { capabilityOf } from './to-come.ts';

/**
 * Checks the scopes of a canonical entry: each kind is registered, each object named, none twice, and no two of a kind
 * that does not let its components overlap.
 */
export function checkScopes(context: ValidationContext, place: Place, entry: ApplicationComponent): void {
  const joined = new Map<string, string>();
  for (const [index, { scopeRef }] of (entry.scopes ?? []).entries()) {
    if (!scopeRef) continue;
    const scopePlace = below(place, 'scopes', index, 'scopeRef');
    const missing = (['apiVersion', 'kind', 'name'] as const).find((field) => !scopeRef[field]);
    if (missing) {
      const message = `the scope has no ${missing}`;
      const hint = 'A scope is named by its apiVersion, kind and name.';
      context.report(scopePlace, [missing], { code: OAM_CODES.fieldRequired, message, hint });
      continue;
    }
    const definition = registeredScope(context, scopePlace, scopeRef);
    if (definition) checkOverlap(context, scopePlace, scopeRef, definition, joined);
  }
}

function registeredScope(
  context: ValidationContext,
  place: Place,
  { apiVersion, kind }: TypedReference,
): ScopeDefinition | undefined {
  const match = definitionFor({ apiVersion, kind, metadata: {} as never }, 'scope', context.catalog);
  if (match && isScopeDefinition(match.definition)) return match.definition;
  const known = listDefinitions(context.catalog).filter(({ role }) => role === 'scope');
  const [near] = nearest(kind, known.map(kindOf));
  const shortName = kind.toLowerCase();
  const capability = capabilityOf({ apiVersion, kind });
  context.report(place, ['kind'], {
    code: OAM_CODES.scopeUnknown,
    message: `no ScopeDefinition registers ${kind} of ${apiVersion}`,
    hint: near ? `Did you mean "${near}"?` : `Known scopes: ${known.map(kindOf).join(', ') || 'none'}.`,
    next: ['capstan scope list'],
    unknown: { role: 'scope', apiVersion, kind, shortName, ...(capability ? { capability } : {}) },
  });
  return undefined;
}

function checkOverlap(
  context: ValidationContext,
  place: Place,
  { kind, name }: TypedReference,
  { metadata, spec }: ScopeDefinition,
  joined: Map<string, string>,
): void {
  const other = joined.get(metadata.name);
  joined.set(metadata.name, other ?? name);
  if (other === undefined || (other !== name && spec.allowComponentOverlap)) return;
  context.report(place, ['name'], {
    code: OAM_CODES.scopeOverlap,
    message:
      other === name ? `the component is in ${kind} "${name}" twice` : `the component is in ${kind} "${other}" already`,
    hint:
      other === name
        ? 'Keep one of the two.'
        : `ScopeDefinition ${metadata.name} does not allow components to overlap.`,
  });
}

function kindOf({ crd, shortName }: DefinitionMatch): string {
  return crd?.spec.names.kind ?? shortName;
}
