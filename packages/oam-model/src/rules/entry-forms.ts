import { type DefinitionCatalog, type DefinitionRole, listDefinitions } from '../catalog.ts';
import { modernResourceName } from '../dialect/kind-aliases.ts';
import { isKnownKind, kindNamed } from '../dialect/served-kinds.ts';
import { parseLabelSelector } from './label-selector.ts';
import { LABEL_SELECTOR, namesType, parseLongName, targetOfDefinition } from './type-entries.ts';

/** What is wrong with the form of an entry of `appliesToWorkloads` or `conflictsWith`; undefined for a sound one. */
export function entryFormProblem(entry: string): string | undefined {
  if (entry === '*' || parseLongName(entry)) return undefined;
  if (entry.startsWith(LABEL_SELECTOR)) {
    const selector = entry.slice(LABEL_SELECTOR.length);
    return parseLabelSelector(selector) ? undefined : `"${selector}" is not a label selector`;
  }
  const name = entry.startsWith('*.') ? entry.slice(2) : entry.replace(/\.$/, '');
  return SUBDOMAIN.test(name) ? undefined : `"${entry}" can name no type`;
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Whether an entry names anything of the role that the catalog knows, with or without a Definition. */
export function namesSomething(entry: string, role: DefinitionRole, catalog: DefinitionCatalog): boolean {
  if (entry === '*') return true;
  const kind = parseLongName(entry);
  if (kind) return isKnownKind(kind, catalog);
  const registered = listDefinitions(catalog).filter((match) => match.role === role);
  const named = registered.some(({ definition }) => namesType(entry, targetOfDefinition(definition)));
  return named || kindNamed(modernResourceName(entry), catalog) !== undefined;
}
