import { goQuote } from '../model/go-format.ts';

/** One rule of a role (rbac.authorization.k8s.io/v1 PolicyRule). */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** What a rule is asked about: a resource (`resource/subresource`), or a path. */
export type Action =
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      readonly name: string;
    }
  | { readonly verb: string; readonly path: string };

const NONE: readonly string[] = [];

/** Whether a rule allows an action (plugin/pkg/auth/authorizer/rbac RuleAllows). */
export function ruleAllows(rule: PolicyRule, action: Action): boolean {
  if (!hasOrAll(rule.verbs, action.verb)) return false;
  if ('path' in action) return (rule.nonResourceURLs ?? NONE).some((url) => pathCovers(url, action.path));
  if (!hasOrAll(rule.apiGroups ?? NONE, action.group)) return false;
  const { resource, subresource } = action;
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  const resources = rule.resources ?? NONE;
  const named = hasOrAll(resources, combined) || (subresource !== '' && resources.includes(`*/${subresource}`));
  if (!named) return false;
  const names = rule.resourceNames ?? NONE;
  return names.length === 0 || names.includes(action.name);
}

function hasOrAll(values: readonly string[], value: string): boolean {
  return values.includes('*') || values.includes(value);
}

function pathCovers(rule: string, path: string): boolean {
  return rule === path || (rule.endsWith('*') && path.startsWith(rule.replace(/\*+$/, '')));
}

/** The parts of `wanted` that no rule of `held` covers, each with one verb (component-helpers Covers). */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(breakDown).filter((part) => !held.some((rule) => covers(rule, part)));
}

function breakDown(rule: PolicyRule): readonly PolicyRule[] {
  const parts: PolicyRule[] = [];
  const names = rule.resourceNames ?? NONE;
  for (const group of rule.apiGroups ?? NONE) {
    for (const resource of rule.resources ?? NONE) {
      for (const verb of rule.verbs) {
        const part = { apiGroups: [group], resources: [resource], verbs: [verb] };
        if (names.length === 0) parts.push(part);
        else parts.push(...names.map((name) => ({ ...part, resourceNames: [name] })));
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? NONE) {
    parts.push(...rule.verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] })));
  }
  return parts;
}

/** Whether one rule covers a part with at most one value per field. */
function covers(rule: PolicyRule, part: PolicyRule): boolean {
  const allHeld = (held: readonly string[] | undefined, wanted: readonly string[] | undefined) =>
    (wanted ?? NONE).every((value) => (held ?? NONE).includes(value));
  const names = rule.resourceNames ?? NONE;
  const partNames = part.resourceNames ?? NONE;
  return (
    (rule.verbs.includes('*') || allHeld(rule.verbs, part.verbs)) &&
    ((rule.apiGroups ?? NONE).includes('*') || allHeld(rule.apiGroups, part.apiGroups)) &&
    (part.resources ?? NONE).every((resource) => coversResource(rule.resources ?? NONE, resource)) &&
    (names.length === 0 || (partNames.length > 0 && allHeld(names, partNames))) &&
    (part.nonResourceURLs ?? NONE).every((path) => (rule.nonResourceURLs ?? NONE).some((url) => pathCovers(url, path)))
  );
}

function coversResource(held: readonly string[], resource: string): boolean {
  if (hasOrAll(held, resource)) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && held.includes(`*${resource.slice(slash)}`);
}

/** Missing permissions as the 403 of an escalation lists them: parts that differ in the verb only on one line, sorted. */
export function describeRules(parts: readonly PolicyRule[]): string {
  const compact = new Map<string, PolicyRule>();
  const lines = new Set<string>();
  for (const part of parts) {
    if (part.nonResourceURLs) {
      lines.add(compactString(part));
      continue;
    }
    const key = JSON.stringify([part.apiGroups, part.resources, part.resourceNames]);
    const known = compact.get(key);
    compact.set(key, known ? { ...known, verbs: [...known.verbs, ...part.verbs] } : part);
  }
  for (const rule of compact.values()) lines.add(compactString(rule));
  return [...lines].sort().join('\n');
}

function compactString(rule: PolicyRule): string {
  const fields: [string, readonly string[] | undefined][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ];
  const shown = fields.filter(([, values]) => (values ?? NONE).length > 0);
  return `{${shown.map(([name, values]) => `${name}:${quoteList(values ?? NONE)}`).join(', ')}}`;
}

/** A list as Go's %q prints it. */
export function quoteList(values: readonly string[]): string {
  return `[${values.map(goQuote).join(' ')}]`;
}
