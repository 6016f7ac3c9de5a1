import { badRequest } from '../model/errors.ts';
import { compareCodePoints, goQuote } from '../model/go-format.ts';
import type { ApiResource } from '../model/resource.ts';

/** One term of a field selector. */
export interface FieldTerm {
  /** A dotted path such as `metadata.name`. */
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/** What a selector needs to know of a resource. */
export type SelectableResource = Pick<
  ApiResource,
  'group' | 'version' | 'kind' | 'namespaced' | 'source' | 'selectableFields'
>;

/**
 * Parses the text of a `fieldSelector` parameter; absent and empty select everything. Values escape `\`, `,` and `=` with
 * a backslash. Throws 400 with the messages of apimachinery fields.ParseSelector.
 */
export function parseFieldSelector(text: string | undefined): FieldTerm[] {
  const parts = splitTerms(text ?? '').filter((part) => part !== '');
  const terms = parts.sort(compareCodePoints).map((part) => parseTerm(text ?? '', part));
  // An operator with nothing around it selects everything.
  return terms.filter(({ field, value }) => field !== '' || value !== '');
}

/** The terms with the fields' present names. Throws 400 for fields by which the resource's objects cannot be selected. */
export function checkFields(terms: readonly FieldTerm[], resource: SelectableResource): FieldTerm[] {
  const known = new Set([...metadataFields(resource), ...resource.selectableFields]);
  return terms.map((term) => {
    const field = renamed(term.field, resource);
    if (!known.has(field)) throw badRequest(unknownField(term.field, resource));
    return { ...term, field };
  });
}

/** The one value that the terms allow for a field; undefined where they allow several. */
export function requiredValue(terms: readonly FieldTerm[], field: string): string | undefined {
  return terms.find((term) => term.field === field && term.operator === '=')?.value;
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === ',') {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...terms, text.slice(start)];
}

function parseTerm(selector: string, term: string): FieldTerm {
  const found = /!=|==|=/.exec(term);
  if (!found) throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
  const value = unescapeValue(term.slice(found.index + found[0].length));
  return { field: term.slice(0, found.index), operator: found[0] === '!=' ? '!=' : '=', value };
}

function unescapeValue(text: string): string {
  let value = '';
  let escaped = false;
  for (const character of text) {
    const special = character === '\\' || character === ',' || character === '=';
    if (escaped && !special) throw badRequest(`invalid field selector: invalid escape sequence: \\${character}`);
    if (!escaped && special && character !== '\\') {
      throw badRequest(`invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`);
    }
    if (escaped || !special) value += character;
    escaped = !escaped && character === '\\';
  }
  if (escaped) throw badRequest('invalid field selector: invalid escape sequence: \\');
  return value;
}

/** Kinds whose conversion lists every field (apis/<group>/<version>/conversion.go); Namespaces and Nodes leave one out. */
const OWN_RULES = new Set(
  [
    '/Pod /Node /ReplicationController /Event /Namespace /Secret /Service',
    'events.k8s.io/Event certificates.k8s.io/CertificateSigningRequest batch/Job resource.k8s.io/ResourceSlice',
  ].flatMap((kinds) => kinds.split(' ')),
);

function hasOwnRules(resource: SelectableResource): boolean {
  return OWN_RULES.has(`${resource.group}/${resource.kind}`);
}

function metadataFields(resource: SelectableResource): string[] {
  const both = resource.namespaced || (resource.source === 'built-in' && !hasOwnRules(resource));
  return both ? ['metadata.name', 'metadata.namespace'] : ['metadata.name'];
}

/** Old clients select Pods by `spec.host`. */
function renamed(field: string, resource: SelectableResource): string {
  return field === 'spec.host' && resource.group === '' && resource.kind === 'Pod' ? 'spec.nodeName' : field;
}

function unknownField(field: string, resource: SelectableResource): string {
  const { group, version, kind } = resource;
  if (group === 'batch' && kind === 'Job') return `field label ${goQuote(field)} not supported for Job`;
  if (group === 'resource.k8s.io' && kind === 'ResourceSlice') {
    return `field label not supported for ${group}/${version}, Kind=${kind}: ${field}`;
  }
  if (resource.source === 'crd' || hasOwnRules(resource)) return `field label not supported: ${field}`;
  return `${goQuote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
