import { groupOf, type KindReference } from '@capstan/base';
import { type DefinitionCatalog, type DefinitionRole, listDefinitions } from '../catalog.ts';
import { modernResourceName } from '../dialect/kind-aliases.ts';
import { kindNamed } from '../dialect/served-kinds.ts';
import type { CustomResourceDefinition } from '../schema/types.ts';
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
  const registered = listDefinitions(catalog).filter((match) => match.role === role);
  const served = registered.map(({ definition }) => kindNamed(definition.spec.definitionRef.name, catalog));
  const kind = parseLongName(entry);
  if (kind) return [...served, ...catalog.crds.map(kindOfCrd)].some((each) => each && isSameGroupKind(each, kind));
  const named = registered.some(({ definition }) => namesType(entry, targetOfDefinition(definition)));
  return named || kindNamed(modernResourceName(entry), catalog) !== undefined;
}

function kindOfCrd({ spec }: CustomResourceDefinition): KindReference {
  return { apiVersion: `${spec.group}/`, kind: spec.names.kind };
}

function isSameGroupKind(one: KindReference, other: KindReference): boolean {
  return groupOf(one.apiVersion) === groupOf(other.apiVersion) && one.kind.toLowerCase() === other.kind.toLowerCase();
}
