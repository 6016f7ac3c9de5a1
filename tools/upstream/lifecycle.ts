import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capstan, type Outcome } from '../../e2e/support/capstan.ts';
import { groupOf } from '../../packages/base/src/index.ts';
import { connect, type KubeClient } from '../../packages/kube/src/index.ts';
import { namedBy, outsideServices, snapshot } from './snapshot.ts';
import type { ChartFolder, GoldenObject } from './sources.ts';

const root = join(import.meta.dirname, '..', '..');
const SETTLE_MS = 30_000;
const POLL_MS = 250;

/** The steps in their order. */
export const STEPS = ['install', 'cluster', 'objects', 'upgrade', 'rollback', 'uninstall', 'nothing left'] as const;

/** One step of a package's life. */
export interface StepResult {
  readonly step: (typeof STEPS)[number];
  readonly passed: boolean;
  readonly seconds: number;
  /** What was seen: why it failed, or what a reader should know. */
  readonly detail: string;
}

/** A package that goes through its life on an engine. */
export interface LifeRequest {
  readonly engine: 'embedded' | 'real';
  readonly charts: ChartFolder;
  readonly name: string;
  /** Where it begins, and where the upgrade goes; the same where there is one version only. */
  readonly older: string;
  readonly newer: string;
  /** The version of `older` without its release: people ask for versions, and get the newest release. */
  readonly goal: string;
  /** Objects of ours for its kinds: a cluster with the package must accept them, its webhooks included. */
  readonly objects: readonly GoldenObject[];
  /** Kinds that its programs bring at run time, `group/Kind`: on simulated pods nobody may have. */
  readonly atRunTime: readonly string[];
}

/** What became of it. A step that failed ends the run, but for the removal, which is always tried. */
export interface Life extends Pick<LifeRequest, 'engine' | 'name' | 'older' | 'newer'> {
  readonly results: readonly StepResult[];
}

/**
 * Install, upgrade, rollback and uninstall of a package by the command line, in a sandbox of its own whose charts come
 * through a mirror of a center. Leaves no process and no file.
 */
export async function liveThrough(request: LifeRequest): Promise<Life> {
  const folder = await mkdtemp(join(tmpdir(), 'capstan-upstream-'));
  const env = { CAPSTAN_SANDBOX_DIR: join(folder, 'sandbox'), KUBECONFIG: '', HOME: folder, ...caches() };
  const run = (args: string) => capstan(args.split(' '), { env });
  try {
    await must(run(`sandbox start --engine ${request.engine} --charts upstream`));
    await must(run('system install --yes --context sandbox'));
    const registry = join(root, 'capability-registry');
    const mirror = `charts=${request.charts.directory}`;
    await must(run(`center add charts ${registry} --priority 10 --mirror ${mirror} --context sandbox`));
    const client = await connect({ kubeconfig: join(folder, 'sandbox', 'kubeconfig') });
    try {
      const { engine, name, older, newer } = request;
      return { engine, name, older, newer, results: await steps(request, run, client) };
    } finally {
      client.close();
    }
  } finally {
    await run('sandbox reset --yes');
    await rm(folder, { recursive: true, force: true });
  }
}

type Run = (args: string) => Promise<Outcome>;
type Seen = { readonly passed: boolean; readonly detail: string };

async function steps(request: LifeRequest, run: Run, client: KubeClient): Promise<StepResult[]> {
  const { name, older, newer } = request;
  const results: StepResult[] = [];
  const step = async (which: StepResult['step'], work: () => Promise<Seen>): Promise<boolean> => {
    const began = performance.now();
    const seen = await work();
    results.push({ step: which, ...seen, seconds: (performance.now() - began) / 1000 });
    return seen.passed;
  };
  const change = (verb: string) => async () => {
    const outcome = await run(`cap ${verb} --yes --quiet --context sandbox`);
    return outcome.code === 0 ? statusOf(run, name) : { passed: false, detail: failureOf(outcome) };
  };
  const before = await snapshot(client);
  let kept: Set<string> = new Set();
  const there =
    (await step('install', change(`install ${name}@${request.goal}`))) &&
    (await step('cluster', () => clusterAnswers(client))) &&
    (await step('objects', () => accepted(client, request)));
  if (there && older !== newer) {
    (await step('upgrade', change(`upgrade ${name}`))) && (await step('rollback', change(`rollback ${name}`)));
  }
  await step('uninstall', async () => {
    const outcome = await run(`cap uninstall ${name} --prune --yes --quiet -o json --context sandbox`);
    if (outcome.code !== 0) return { passed: false, detail: failureOf(outcome) };
    const report = JSON.parse(outcome.stdout) as { kept: { what: string; delete?: string }[] };
    kept = namedBy(report.kept.flatMap((one) => (one.delete === undefined ? [] : [one.delete])));
    return { passed: true, detail: `${kept.size} objects kept and named` };
  });
  await step('nothing left', () => nothingLeft(client, before, kept));
  return results;
}

async function statusOf(run: Run, name: string): Promise<Seen> {
  const outcome = await run(`cap status ${name} -o json --context sandbox`);
  const status = JSON.parse(outcome.stdout || '{}') as {
    phase?: string;
    checks?: { source: string; result: string; message?: string }[];
  };
  const which = (result: string) => (status.checks ?? []).filter((one) => one.result === result);
  const failed = which('failed').map(({ source, message = '' }) => `${source}: ${message}`);
  const unverifiable = which('unverifiable').map(({ source }) => source.replace(/^probe\//, ''));
  const detail = [
    `${which('ok').length} checks ok`,
    ...(unverifiable.length > 0 ? [`unverifiable: ${unverifiable.join(', ')}`] : []),
    ...(failed.length > 0 ? [`failed: ${failed.join('; ')}`] : []),
    ...(status.phase === 'Ready' ? [] : [`phase ${status.phase}`]),
  ];
  return { passed: status.phase === 'Ready' && failed.length === 0, detail: detail.join('; ') };
}

/** Claims are bound, LoadBalancers have addresses, APIServices are available: what a cluster does for a chart. */
async function clusterAnswers(client: KubeClient): Promise<Seen> {
  const problems = await settled(async () => {
    const found = await outsideServices(client);
    return [...found].flatMap(([what, problem]) => (problem === undefined ? [] : [`${what} ${problem}`]));
  });
  const asked = [...(await outsideServices(client)).keys()];
  return { passed: problems.length === 0, detail: problems.join('; ') || asked.join(', ') || 'asks for nothing' };
}

/** Dry runs reach the webhooks of the charts, by way of the sandbox's service front. */
async function accepted(client: KubeClient, { objects, atRunTime }: LifeRequest): Promise<Seen> {
  const refused: string[] = [];
  const unserved = new Set<string>();
  client.discovery.invalidate();
  for (const { file, object } of objects) {
    const { namespace: _elsewhere, ...metadata } = object.metadata;
    const resource = await client.discovery.find(object);
    if (resource === undefined && atRunTime.includes(`${groupOf(object.apiVersion)}/${object.kind}`)) {
      unserved.add(object.kind);
      continue;
    }
    const placed = { ...object, metadata: { ...metadata, ...(resource?.namespaced && { namespace: 'default' }) } };
    try {
      await client.create(placed, { dryRun: true });
    } catch (error) {
      refused.push(`${object.kind} of ${file}: ${(error as Error).message}`);
    }
  }
  const later = unserved.size > 0 ? `; not served, since no program runs: ${[...unserved].join(', ')}` : '';
  return { passed: refused.length === 0, detail: refused.join('; ') || `${objects.length} asked about${later}` };
}

async function nothingLeft(client: KubeClient, before: Set<string>, kept: Set<string>): Promise<Seen> {
  const left = await settled(async () => {
    const now = await snapshot(client);
    return [...now].filter((one) => !before.has(one) && !kept.has(one));
  });
  return { passed: left.length === 0, detail: left.length === 0 ? '' : `left and not told: ${left.join(', ')}` };
}

/** What is wrong still, when things have had their time. */
async function settled(problems: () => Promise<string[]>): Promise<string[]> {
  for (const end = Date.now() + SETTLE_MS; ; ) {
    const found = await problems();
    if (found.length === 0 || Date.now() > end) return found;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The first lines of an error, on one line. */
function failureOf({ code, stderr }: Outcome): string {
  const from = stderr.indexOf('error:');
  const text = (from < 0 ? stderr : stderr.slice(from)).trim().split('\n').slice(0, 6);
  return `exit ${code}: ${text.map((line) => line.trim()).join(' ')}`;
}

async function must(outcome: Promise<Outcome>): Promise<void> {
  const ended = await outcome;
  if (ended.code !== 0) throw new Error(failureOf(ended));
}

/** Where downloaded programs are, which a home of its own would hide. */
function caches(): Record<string, string> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '/root', '.cache');
  return { XDG_CACHE_HOME: cache };
}
