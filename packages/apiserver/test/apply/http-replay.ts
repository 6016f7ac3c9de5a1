import { Agent, request } from 'node:https';
import { isMap, type JsonMap } from '../../src/schema/json.ts';
import { HTTP_CASES, type HttpStep, WIDGET_DEFINITION } from './http-cases.ts';

/** Where a server is. */
export interface ServerAddress {
  readonly url: string;
  readonly token: string;
  readonly ca: string;
}

/** What was answered, without what differs from run to run. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Runs all cases against a server, in an empty namespace. Answers by name of the case. */
export async function replayHttpCases(server: ServerAddress): Promise<Record<string, HttpAnswer[]>> {
  const agent = new Agent({ keepAlive: true, ca: server.ca });
  const results: Record<string, HttpAnswer[]> = {};
  try {
    await send(server, agent, WIDGET_DEFINITION);
    await widgetsServed(server, agent);
    for (const { name, steps } of HTTP_CASES) {
      const tidy = new Tidy();
      results[name] = [];
      for (const step of steps) {
        const { status, body } = await send(server, agent, step);
        results[name].push({ status, body: tidy.answer(body) });
      }
    }
  } finally {
    agent.destroy();
  }
  return results;
}

async function widgetsServed(server: ServerAddress, agent: Agent): Promise<void> {
  const deadline = Date.now() + 20_000;
  const step: HttpStep = { method: 'GET', path: '/apis/apply.example.dev/v2/namespaces/default/widgets' };
  while ((await send(server, agent, step)).status !== 200) {
    if (Date.now() > deadline) throw new Error('the definition of widgets was not established in 20 s');
  }
}

function send(server: ServerAddress, agent: Agent, step: HttpStep): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const headers = {
    authorization: `Bearer ${server.token}`,
    'user-agent': step.agent ?? 'test/1',
    ...(step.body !== undefined && { 'content-type': step.type ?? 'application/json' }),
  };
  const sent = request(`${server.url}${step.path}`, { method: step.method, agent, headers }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => {
      try {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString()) });
      } catch (error) {
        reject(error);
      }
    });
  });
  sent.on('error', reject);
  sent.end(step.body === undefined ? undefined : JSON.stringify(step.body));
  return promise;
}

/** Replaces what a server makes up: versions by their rank, times and uids by a mark. */
class Tidy {
  readonly #versions = new Map<string, string>();

  answer(body: unknown): unknown {
    const copy = structuredClone(body);
    if (isMap(copy) && isMap(copy['details'])) sortCauses(copy['details']);
    if (!isMap(copy) || !isMap(copy['metadata'])) return copy;
    const { metadata } = copy;
    for (const name of ['uid', 'creationTimestamp']) if (metadata[name] !== undefined) metadata[name] = name;
    const version = metadata['resourceVersion'];
    if (typeof version === 'string') {
      if (!this.#versions.has(version)) this.#versions.set(version, `version ${this.#versions.size + 1}`);
      metadata['resourceVersion'] = this.#versions.get(version);
    }
    const entries = metadata['managedFields'];
    if (Array.isArray(entries)) metadata['managedFields'] = entries.filter(isMap).map(tidyEntry).sort(compareEntries);
    return copy;
  }
}

/** Causes of several managers come in random order from the real server. */
function sortCauses(details: JsonMap): void {
  const { causes } = details;
  if (Array.isArray(causes)) causes.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** The fields keep their order, which parsing would not compare. */
function tidyEntry(entry: JsonMap): JsonMap {
  const { time, fieldsV1, ...rest } = entry;
  return { ...rest, fields: JSON.stringify(fieldsV1), hasTime: time !== undefined };
}

/** Entries are in order of times, which differ from run to run. */
function compareEntries(a: JsonMap, b: JsonMap): number {
  const key = ({ operation, manager, apiVersion, subresource }: JsonMap) =>
    JSON.stringify([operation, manager, apiVersion, subresource]);
  return key(a) < key(b) ? -1 : 1;
}
