import { isRequest, type Json, type Script, type Sent, type Step } from './types.ts';

/** A case: one verb on one type for one feature. */
export interface CaseKey {
  readonly verb: string;
  /** `resource.group/version`, with a subresource after it; or the path of what is no resource. */
  readonly type: string;
  readonly feature: string;
}

/** How a case is written everywhere: `area: verb type, feature`. */
export function caseId(area: string, { verb, type, feature }: CaseKey): string {
  return `${area}: ${verb} ${type}, ${feature}`;
}

/** The case that a step counts for; undefined for a step that prepares. */
export function caseOf(script: Script, step: Step): CaseKey | undefined {
  if ('watch' in step || step.case === undefined) return undefined;
  const sent = isRequest(step) ? step : watchOf(script, step.collect);
  const derived = describeRequest(sent);
  const verb = step.verb ?? (isRequest(step) ? derived.verb : 'watch');
  return { verb, type: step.type ?? derived.type, feature: step.case };
}

function watchOf(script: Script, name: string): Sent {
  const found = script.steps.find((step) => 'watch' in step && step.watch === name);
  if (found === undefined || !('watch' in found)) throw new Error(`${script.name}: no step opens the watch ${name}`);
  return found;
}

const PATCHES: Readonly<Record<string, string>> = {
  'application/json-patch+json': 'json patch',
  'application/merge-patch+json': 'merge patch',
  'application/strategic-merge-patch+json': 'strategic patch',
  'application/apply-patch+yaml': 'apply',
};

/** Verb and type of a request, as the API server's own request info has them. */
export function describeRequest(sent: Sent): { verb: string; type: string } {
  const [method = 'GET', target = '/'] = sent.request.split(' ');
  const [path = '/', query = ''] = target.split('?');
  const resource = parseResource(path);
  if (resource === undefined) return { verb: method.toLowerCase(), type: path };
  return { verb: verbOf(method, query, resource.name !== undefined, sent.contentType), type: resource.type };
}

function verbOf(method: string, query: string, named: boolean, contentType: string | undefined): string {
  if (method === 'GET') {
    if (/(^|&)watch=(1|true)/.test(query)) return 'watch';
    return named ? 'get' : 'list';
  }
  if (method === 'PATCH') return PATCHES[contentType ?? ''] ?? 'patch';
  if (method === 'DELETE') return named ? 'delete' : 'deletecollection';
  return { POST: 'create', PUT: 'update' }[method] ?? method.toLowerCase();
}

function parseResource(path: string): { type: string; name?: string } | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const isCore = parts[0] === 'api';
  if (!isCore && parts[0] !== 'apis') return undefined;
  const groupVersion = isCore ? parts[1] : parts.slice(1, 3).join('/');
  const rest = parts.slice(isCore ? 2 : 3);
  // `/namespaces/x/pods` is about pods, `/namespaces/x` and its subresources are about the namespace.
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2 && !['status', 'finalize'].includes(rest[2] ?? '');
  const [resource, name, ...subresource] = isNamespaced ? rest.slice(2) : rest;
  if (groupVersion === undefined || resource === undefined) return undefined;
  const type = [`${groupVersion}/${resource}`, ...subresource].join('/').replaceAll('$(id).', '');
  return name === undefined ? { type } : { type, name };
}

/** The tree of a script's parts that decide what is asked: when it changes, recorded answers no longer belong to it. */
export function askedBy(script: Script): Json {
  return JSON.parse(JSON.stringify([script.namespace, script.variables, script.steps])) as Json;
}
