import { fill, fillTree, type Variables } from '../script/fill.ts';
import { mergePatch } from '../script/merge-patch.ts';
import { readPath } from '../script/path.ts';
import type { CollectStep, Json, RequestStep, Script, Sent, Step, Until, WatchStep } from '../script/types.ts';
import type { Answer, Client, OpenWatch, Outgoing } from './client.ts';

/** What one step got. Watches that are only opened have none. */
export interface Exchange extends Answer {
  /** The events of a collected watch; then the body is null, or the error that came instead of events. */
  readonly events?: readonly Json[];
}

/** How a script is run. */
export interface ExecuteOptions {
  readonly client: Client;
  readonly token: string;
  /** Longest time for a wait that does not come true; without it the script's own. */
  readonly maxWaitMs?: number;
}

/** Runs the steps of a script in order. The result has an exchange or undefined per step. */
export async function execute(script: Script, options: ExecuteOptions): Promise<(Exchange | undefined)[]> {
  const run = new Execution(script, options);
  try {
    await run.prepare();
    const exchanges: (Exchange | undefined)[] = [];
    for (const step of script.steps) exchanges.push(await run.step(step));
    return exchanges;
  } finally {
    run.close();
  }
}

const RETRY_MS = 25;

class Execution {
  readonly #script: Script;
  readonly #options: ExecuteOptions;
  readonly #variables: Variables;
  readonly #watches = new Map<string, OpenWatch>();

  constructor(script: Script, options: ExecuteOptions) {
    this.#script = script;
    this.#options = options;
    this.#variables = new Map(Object.entries(script.variables));
    this.#variables.set('admin', options.token);
  }

  async prepare(): Promise<void> {
    if (!this.#script.namespace) return;
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: '$(ns)' } };
    await this.#ask({ request: 'POST /api/v1/namespaces', body });
  }

  async step(step: Step): Promise<Exchange | undefined> {
    if ('watch' in step) return this.#open(step);
    if ('collect' in step) return this.#collect(step);
    return this.#request(step);
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.close();
  }

  async #request(step: RequestStep): Promise<Exchange> {
    const answer = step.until === undefined ? await this.#ask(step) : await this.#askUntil(step, step.until);
    for (const [name, path] of Object.entries(step.save ?? {})) {
      const value = path === '' ? answer.body : readPath(answer.body, path);
      this.#variables.set(name, typeof value === 'string' ? value : JSON.stringify(value ?? ''));
    }
    return answer;
  }

  async #askUntil(step: RequestStep, until: Until): Promise<Answer> {
    const deadline = Date.now() + this.#limit(until.seconds ?? 10);
    for (;;) {
      const answer = await this.#ask(step);
      if (holds(until, answer) || Date.now() >= deadline) return answer;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #open(step: WatchStep): Promise<undefined> {
    this.#watches.get(step.watch)?.close();
    this.#watches.set(step.watch, await this.#options.client.watch(this.#outgoing(step)));
    return undefined;
  }

  async #collect(step: CollectStep): Promise<Exchange> {
    const watch = this.#watches.get(step.collect);
    if (watch === undefined) throw new Error(`${this.#script.name}: no watch ${step.collect} is open`);
    await watch.wait((events) => isComplete(step, events), this.#limit(step.seconds ?? 5));
    const { status, contentType, warnings, ended } = watch;
    watch.close();
    const events = wanted(step, watch.events);
    if (status !== 200) return { status, contentType, warnings, body: events[0] ?? null };
    return { status, contentType, warnings, body: step.end ? { ended } : null, events };
  }

  #limit(seconds: number): number {
    return Math.min(seconds * 1000, this.#options.maxWaitMs ?? Number.POSITIVE_INFINITY);
  }

  #ask(sent: Sent): Promise<Answer> {
    return this.#options.client.ask(this.#outgoing(sent));
  }

  #outgoing(sent: Sent): Outgoing {
    const [method = 'GET', ...path] = sent.request.split(' ');
    const token = sent.as === undefined ? this.#options.token : this.#variables.get(sent.as);
    const body = this.#bodyOf(sent);
    const type = sent.contentType ?? ((sent.body ?? sent.from) === undefined ? undefined : 'application/json');
    const headers: Record<string, string> = { accept: 'application/json' };
    if (token) headers['authorization'] = `Bearer ${token}`;
    if (type !== undefined && body !== undefined) headers['content-type'] = type;
    for (const [name, value] of Object.entries(sent.headers ?? {})) {
      headers[name.toLowerCase()] = fill(value, this.#variables);
    }
    return { method, path: fill(path.join(' '), this.#variables), headers, ...(body && { body }) };
  }

  #bodyOf({ body, text, base64, from }: Sent): Buffer | undefined {
    if (from !== undefined) {
      const saved = parseSaved(this.#variables.get(from));
      return Buffer.from(JSON.stringify(mergePatch(saved, fillTree(body ?? {}, this.#variables))));
    }
    if (base64 !== undefined) return Buffer.from(base64, 'base64');
    if (text !== undefined) return Buffer.from(fill(text, this.#variables));
    if (body !== undefined && body !== null) return Buffer.from(JSON.stringify(fillTree(body, this.#variables)));
    return undefined;
  }
}

/** Where a failed step saved nothing, or a text, it is an empty object. */
function parseSaved(text: string | undefined): Json {
  return text?.startsWith('{') ? (JSON.parse(text) as Json) : {};
}

function holds({ status, path, is, absent }: Until, answer: Answer): boolean {
  if (status !== undefined && answer.status !== status) return false;
  if (path === undefined) return true;
  const found = readPath(answer.body, path);
  if (absent) return found === undefined;
  return is === undefined ? found !== undefined : JSON.stringify(found) === JSON.stringify(is);
}

function isComplete(step: CollectStep, events: readonly Json[]): boolean {
  if (step.initial) return events.some(isEndOfInitialEvents);
  return step.events !== undefined && wanted(step, events).length >= step.events;
}

/** More may have come in the meantime than was waited for, and how much more is chance. */
function wanted(step: CollectStep, events: readonly Json[]): Json[] {
  const counted = events.filter((event) => !isPeriodicBookmark(event));
  const end = step.initial ? counted.findIndex(isEndOfInitialEvents) : -1;
  return counted.slice(0, end === -1 ? step.events : end + 1);
}

function isEndOfInitialEvents(event: Json): boolean {
  return readPath(event, 'object.metadata.annotations["k8s.io/initial-events-end"]') === 'true';
}

/** A server sends bookmarks when it wants to; only the one that ends the initial events is part of the protocol. */
function isPeriodicBookmark(event: Json): boolean {
  return readPath(event, 'type') === 'BOOKMARK' && !isEndOfInitialEvents(event);
}
