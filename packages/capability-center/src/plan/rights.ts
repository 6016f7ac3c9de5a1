import type { PolicyRule } from '@capstan/capability-model';

/** One right: a verb on one resource of one API group, or on one path outside of the API's resources. */
export type Right =
  | { readonly verb: string; readonly group: string; readonly resource: string; readonly name?: string }
  | { readonly verb: string; readonly url: string };

/** The single rights that a rule grants. */
export function rightsOf(rule: PolicyRule): Right[] {
  const urls = (rule.nonResourceURLs ?? []).flatMap((url) => rule.verbs.map((verb) => ({ verb, url })));
  const names = rule.resourceNames && rule.resourceNames.length > 0 ? rule.resourceNames : [undefined];
  const resources = (rule.apiGroups ?? []).flatMap((group) =>
    (rule.resources ?? []).flatMap((resource) =>
      rule.verbs.flatMap((verb) =>
        names.map((name) => ({ verb, group, resource, ...(name === undefined ? {} : { name }) })),
      ),
    ),
  );
  return [...urls, ...resources];
}

/**
 * Whether a rule grants a right, as the API server's authorizer decides it: `*` stands for every verb, group and
 * resource, `*` + `/scale` for that subresource of every resource, and a path may end in `*`.
 */
export function grants(rule: PolicyRule, right: Right): boolean {
  if (!rule.verbs.includes('*') && !rule.verbs.includes(right.verb)) return false;
  if ('url' in right) return (rule.nonResourceURLs ?? []).some((url) => matchesUrl(url, right.url));
  const { group, resource, name } = right;
  const names = rule.resourceNames ?? [];
  return (
    (rule.apiGroups ?? []).some((each) => each === '*' || each === group) &&
    (rule.resources ?? []).some((each) => matchesResource(each, resource)) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
}

/** The rules that grant exactly what `wanted` grants and none of `known` does; empty when nothing is new. */
export function rightsBeyond(wanted: PolicyRule, known: readonly PolicyRule[]): PolicyRule[] {
  const missing = rightsOf(wanted).filter((right) => !known.some((rule) => grants(rule, right)));
  return [...urlRules(missing), ...resourceRules(missing)];
}

function matchesUrl(pattern: string, url: string): boolean {
  return pattern === url || (pattern.endsWith('*') && url.startsWith(pattern.slice(0, -1)));
}

function matchesResource(pattern: string, resource: string): boolean {
  if (pattern === '*' || pattern === resource) return true;
  return pattern.startsWith('*/') && resource.endsWith(pattern.slice(1));
}

function urlRules(rights: readonly Right[]): PolicyRule[] {
  const byUrl = groupBy(
    rights.filter((right) => 'url' in right),
    ({ url }) => url,
  );
  const byVerbs = groupBy([...byUrl], ([, list]) => verbsOf(list).join());
  return [...byVerbs.values()].map((urls) => ({
    nonResourceURLs: urls.map(([url]) => url),
    verbs: verbsOf(urls.flatMap(([, list]) => list)),
  }));
}

/** Rights of one group, with the same verbs and names, become one rule again. */
function resourceRules(rights: readonly Right[]): PolicyRule[] {
  const found = rights.filter((right) => 'resource' in right);
  const byResource = groupBy(found, ({ group, resource }) => JSON.stringify([group, resource]));
  const byShape = groupBy([...byResource.values()], (list) =>
    JSON.stringify([list[0]?.group, verbsOf(list), namesOf(list)]),
  );
  return [...byShape.values()].map((lists) => {
    const all = lists.flat();
    const names = namesOf(all);
    return {
      apiGroups: [...new Set(all.map(({ group }) => group))],
      resources: [...new Set(all.map(({ resource }) => resource))],
      verbs: verbsOf(all),
      ...(names.length > 0 ? { resourceNames: names } : {}),
    };
  });
}

function verbsOf(rights: readonly { readonly verb: string }[]): string[] {
  return [...new Set(rights.map(({ verb }) => verb))].sort();
}

function namesOf(rights: readonly { readonly name?: string }[]): string[] {
  return [...new Set(rights.flatMap(({ name }) => (name === undefined ? [] : [name])))].sort();
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
