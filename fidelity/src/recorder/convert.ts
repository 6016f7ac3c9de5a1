import type { ScriptSource } from '../script/load.ts';
import type { Json, RequestStep, Step } from '../script/types.ts';
import type { Recorded } from './proxy.ts';

/** Where a value was first or last seen: the step and the path in its answer. */
type Known = Map<string, { readonly step: number; readonly path: string }>;

const LIST_VERSION = 'metadata.resourceVersion';

/** At most so many of the same question one after the other: a client that waits asks until it has what it wants. */
const SAME_QUESTION_LIMIT = 2;

/**
 * The script of what a client asked. Versions and uids that a client took from an answer become variables; a watch becomes
 * a watch with as many events as the client saw. What a client did counts as one case per verb and type.
 */
export function convert(requests: readonly Recorded[]): ScriptSource {
  const known: Known = new Map();
  const steps: Step[] = [];
  const saves = new Map<number, Map<string, string>>();
  const use = (text: string): string => replaceKnown(text, known, saves);
  let previous = '';
  let repeated = 0;
  for (const recorded of requests) {
    const question = `${recorded.method} ${recorded.url}`;
    repeated = question === previous && recorded.method === 'GET' ? repeated + 1 : 0;
    previous = question;
    if (repeated >= SAME_QUESTION_LIMIT) continue;
    if (isWatch(recorded)) {
      steps.push(...watchSteps(recorded, `w${steps.length}`, use));
      continue;
    }
    steps.push(requestStep(recorded, use));
    learn(recorded, steps.length - 1, known);
    steps.push(...waitingSteps(recorded));
  }
  for (const [index, names] of saves) {
    steps[index] = { ...(steps[index] as RequestStep), save: Object.fromEntries(names) };
  }
  return { namespace: false, turn: 'last', steps };
}

function requestStep(recorded: Recorded, use: (text: string) => string): RequestStep {
  const { method, url, headers, body, label } = recorded;
  const { 'content-type': contentType, ...others } = headers;
  const rest = asJson(others);
  return {
    request: `${method} ${use(withoutHash(url))}`,
    case: label,
    headers: rest,
    ...(contentType !== undefined && body.length > 0 && { contentType }),
    ...(body.length > 0 && bodyOf(body, contentType ?? '', use)),
    ...(isLoose(url) && { only: ['status', 'contentType'] }),
  };
}

/** Clients that take protobuf or JSON are answered in JSON, which can be compared. */
function asJson(headers: Readonly<Record<string, string>>): Record<string, string> {
  const accept = headers['accept']?.replaceAll(/application\/vnd\.kubernetes\.protobuf(;[^,]*)?,\s*/g, '');
  return { ...headers, ...(accept !== undefined && { accept }) };
}

/** Definitions and namespaces come and go in their own time; what a client asks meanwhile would be chance. */
function waitingSteps({ method, url, body, status }: Recorded): Step[] {
  if (status >= 300) return [];
  const [path = ''] = url.split('?');
  const ofCrd = /\/customresourcedefinitions(\/|$)/.test(path);
  const isNamed = /\/(customresourcedefinitions|namespaces)\/[^/]+$/.test(path);
  if (method === 'DELETE' && isNamed) return [{ request: `GET ${path}`, until: { status: 404, seconds: 15 } }];
  if (!ofCrd || !(method === 'POST' || method === 'PATCH') || path.endsWith('/status')) return [];
  return servedPaths(body).map((served) => ({ request: `GET ${served}`, until: { status: 200, seconds: 10 } }));
}

/** The collections that a definition's body adds. */
function servedPaths(body: Buffer): string[] {
  try {
    const { spec } = JSON.parse(body.toString('utf8')) as { spec?: CrdSpec };
    if (spec?.group === undefined) return [];
    const served = (spec.versions ?? []).filter((version) => version.served);
    return served.map(({ name }) => `/apis/${spec.group}/${name}/${spec.names.plural}`);
  } catch {
    return [];
  }
}

interface CrdSpec {
  readonly group: string;
  readonly names: { readonly plural: string };
  readonly versions?: readonly { readonly name: string; readonly served: boolean }[];
}

function bodyOf(body: Buffer, contentType: string, use: (text: string) => string): Partial<RequestStep> {
  if (contentType.includes('protobuf')) return { base64: body.toString('base64') };
  const text = body.toString('utf8');
  try {
    return { body: JSON.parse(use(text)) as Json };
  } catch {
    return { text: use(text) };
  }
}

/** How a watch's stream is told in steps: it is collected at once, since the events that the client saw are there by then. */
function watchSteps(recorded: Recorded, name: string, use: (text: string) => string): Step[] {
  const { url, headers, label, answer } = recorded;
  const events = parseLines(answer).filter((event) => typeOf(event) !== 'BOOKMARK').length;
  const asksInitial = url.includes('sendInitialEvents=true');
  return [
    { watch: name, request: `GET ${use(url)}`, headers: asJson(headers) },
    {
      collect: name,
      case: label,
      seconds: 2,
      ...(asksInitial ? { initial: true } : { events: Math.max(1, events) }),
    },
  ];
}

const IDENTITIES = new Set(['uid', 'resourceVersion', 'continue']);

/** Notes where in an answer the values are that a client may send later. */
function learn({ answer }: Recorded, step: number, known: Known): void {
  const body = parseLines(Buffer.from(answer.toString('utf8').replaceAll('\n', ' ')))[0];
  if (body === undefined || !isObjectWithMetadata(body)) return;
  const isList = 'items' in (body as object);
  for (const [path, key, value] of leaves(body)) {
    if (!IDENTITIES.has(key) || value.length < 2) continue;
    // A list has the version of what was written last. In another run it has not: objects go first.
    if (isList && path === LIST_VERSION && known.has(value)) continue;
    known.set(value, { step, path });
  }
}

/** Every text of a tree with its path and key. */
function* leaves(value: Json, path = '', key = ''): Generator<readonly [path: string, key: string, text: string]> {
  if (typeof value === 'string') {
    yield [path, key, value];
  } else if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) yield* leaves(each as Json, `${path}[${index}]`);
  } else if (value !== null && typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) yield* leaves(inner, joinPath(path, name), name);
  }
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const VERSION = /(?<=[?&]resourceVersion=|"resourceVersion":\s?")\d+(?=["&]|$)/g;
const TOKEN = /(?<=[?&]continue=)[^&]+/g;

/** Puts a variable where a client sent what it knew from an answer, and notes that the step of that answer saves it. */
function replaceKnown(text: string, known: Known, saves: Map<number, Map<string, string>>): string {
  const replace = (value: string) => {
    const source = known.get(decodeURIComponent(value));
    if (source === undefined) return value;
    const names = saves.get(source.step) ?? new Map<string, string>();
    saves.set(source.step, names);
    const existing = [...names].find(([, path]) => path === source.path)?.[0];
    const name = existing ?? `v${source.step}-${names.size}`;
    names.set(name, source.path);
    return `$(${name})`;
  };
  return text.replace(UUID, replace).replace(VERSION, replace).replace(TOKEN, replace);
}

function isWatch({ url }: Recorded): boolean {
  return /[?&]watch=(true|1)/.test(url);
}

/** Documents that are compared in whole elsewhere, and lists of events: the real server writes some at any time. */
function isLoose(url: string): boolean {
  return /^\/(openapi|api$|apis$|api\?|apis\?|version)/.test(url) || /\/events(\?|$)/.test(url);
}

function withoutHash(url: string): string {
  return url.replace(/\?hash=[0-9A-F]+(&timeout=\w+)?$/, '');
}

function parseLines(bytes: Buffer): Json[] {
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Json];
      } catch {
        return [];
      }
    });
}

function typeOf(event: Json): unknown {
  return event !== null && typeof event === 'object' && !Array.isArray(event)
    ? (event as { type?: Json }).type
    : undefined;
}

function joinPath(path: string, key: string): string {
  if (!/^\w+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
}

function isObjectWithMetadata(body: Json): boolean {
  return body !== null && typeof body === 'object' && 'metadata' in body;
}
