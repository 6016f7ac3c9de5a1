/*
 * Asks a real server about the cases of crd-cases.ts and object-cases.ts and writes its answers to
 * testdata/recorded.json, or OUTPUT. Needs a cluster that may be written to:
 *
 *   node --conditions=@capstan/source packages/apiserver/test/crd/record.ts KUBECONFIG [OUTPUT]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { crdCases, crdOf } from './crd-cases.ts';
import { objectCases } from './object-cases.ts';
import type { Recorded, RecordedAnswer } from './recorded.ts';

interface Body {
  readonly code?: number;
  readonly message?: string;
  readonly details?: { readonly causes?: RecordedAnswer['causes'] };
  readonly spec?: unknown;
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}
interface Answer {
  readonly status: number;
  readonly body: Body;
}

const [kubeconfig = '', output] = process.argv.slice(2);
const config = parse(readFileSync(kubeconfig, 'utf8')) as {
  clusters: { cluster: { server: string; 'certificate-authority-data'?: string; 'certificate-authority'?: string } }[];
  users: { user: { token: string } }[];
};
const { server, ...authority } = config.clusters[0]?.cluster ?? { server: '' };
const token = config.users[0]?.user.token ?? '';
const inline = authority['certificate-authority-data'];
const file = authority['certificate-authority'];
const ca = inline !== undefined ? Buffer.from(inline, 'base64') : file !== undefined ? readFileSync(file) : undefined;
const agent = new Agent({ keepAlive: true, ...(ca && { ca }) });

function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const sent = request(new URL(path, server), { method, headers, agent }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const body = text.startsWith('{') ? (JSON.parse(text) as Body) : { message: text };
      resolve({ status: answer.statusCode ?? 0, body });
    });
  });
  sent.on('error', reject);
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

function recorded(answer: Answer): RecordedAnswer {
  const { status, body } = answer;
  if (status < 300) return { code: status, spec: body.spec };
  const causes = body.details?.causes;
  return causes ? { code: status, causes } : { code: status, message: body.message ?? '' };
}

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const NAME = 'things.cases.capstan.example';
const OBJECTS = '/apis/cases.capstan.example/v1/namespaces/default/things';

async function until(what: string, test: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await test())) {
    if (performance.now() > deadline) throw new Error(`waited too long until ${what}`);
    await sleep(100);
  }
}

async function createCrd(crd: unknown): Promise<void> {
  const { status, body } = await ask('POST', CRDS, crd);
  if (status !== 201) throw new Error(`the CRD was refused: ${body.message}`);
  await until('it is served', async () => (await ask('GET', OBJECTS)).status === 200);
}

async function deleteCrd(): Promise<void> {
  await ask('DELETE', `${CRDS}/${NAME}`);
  await until('it is gone', async () => (await ask('GET', `${CRDS}/${NAME}`)).status === 404);
}

function thing(name: string, spec: unknown): Record<string, unknown> {
  return {
    apiVersion: 'cases.capstan.example/v1',
    kind: 'Thing',
    metadata: { name },
    ...(spec !== undefined && { spec }),
  };
}

async function recordCrds(): Promise<Recorded['crds']> {
  const answers: Record<string, RecordedAnswer> = {};
  for (const [name, crd] of Object.entries(crdCases)) {
    const { spec: _spec, ...answer } = recorded(await ask('POST', `${CRDS}?dryRun=All`, crd));
    answers[name] = answer;
  }
  return answers;
}

async function recordObjects(): Promise<Recorded['objects']> {
  const all: Record<string, Record<string, RecordedAnswer>> = {};
  for (const [feature, { crd, specs, before }] of Object.entries(objectCases)) {
    const answers: Record<string, RecordedAnswer> = {};
    await createCrd(before ? crdOf(before) : crd);
    const created = new Map<string, Record<string, unknown>>();
    for (const [at, [name, { spec, next }]] of Object.entries(specs).entries()) {
      const dryRun = next === undefined ? '&dryRun=All' : '';
      const answer = await ask('POST', `${OBJECTS}?fieldValidation=Ignore${dryRun}`, thing(`t${at}`, spec));
      if (next === undefined) answers[name] = recorded(answer);
      else created.set(name, answer.body as Record<string, unknown>);
    }
    if (before) {
      const live = await ask('GET', `${CRDS}/${NAME}`);
      await ask('PUT', `${CRDS}/${NAME}`, { ...crd, metadata: (live.body as { metadata?: unknown }).metadata });
      // The server needs a moment until it validates by the new schema.
      await sleep(3000);
    }
    for (const [name, object] of created) {
      const path = `${OBJECTS}/${(object['metadata'] as { name: string }).name}?fieldValidation=Ignore&dryRun=All`;
      answers[name] = recorded(await ask('PUT', path, { ...object, spec: specs[name]?.next }));
    }
    all[feature] = answers;
    await deleteCrd();
  }
  return all;
}

await deleteCrd();
const result: Recorded = { crds: await recordCrds(), objects: await recordObjects() };
writeFileSync(output ?? new URL('testdata/recorded.json', import.meta.url), `${JSON.stringify(result, null, 1)}\n`);
agent.destroy();
