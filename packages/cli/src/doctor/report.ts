import { access, open } from 'node:fs/promises';
import { CapstanError, EXIT, messageOf, redact } from '@capstan/base';
import { SYSTEM_NAMESPACE } from '@capstan/capability-model';
import type { KubeClient } from '@capstan/kube';
import { CLI_CODES } from '../codes.ts';
import type { DoctorFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import { reading } from './gather.ts';

/** No file of a report is larger; of longer ones the end is kept, which tells what happened last. */
const MOST_BYTES = 256 * 1024;
const MOST_EVENTS = 500;

/** One file of a report. */
export interface ReportFile {
  readonly path: string;
  readonly text: string;
}

/**
 * Writes a report for an issue: findings and facts, versions, events, the log of the sandbox's operator. Nothing of a
 * Secret's data is in it, no values, no locations with credentials; sizes are bounded. An existing file is not replaced.
 */
export async function writeReport(input: {
  readonly file: string;
  readonly facts: DoctorFacts;
  readonly findings: readonly Finding[];
  readonly client: KubeClient | undefined;
  /** Of this program. */
  readonly version: string;
  readonly signal: AbortSignal;
}): Promise<{ readonly files: number; readonly bytes: number }> {
  const { file, facts, findings, client, version, signal } = input;
  const files = [
    ...factFiles(facts, findings, version),
    ...(client ? await clusterFiles(client, signal) : []),
    ...(await logFiles(facts)),
  ];
  const { gzipArchive } = await import('../lib/archive.ts');
  const packed = files.map(({ path, text }) => ({ path: `capstan-report/${path}`, bytes: Buffer.from(bounded(text)) }));
  const bytes = await gzipArchive(packed);
  await writeNew(file, bytes);
  return { files: files.length, bytes: bytes.length };
}

/** What doctor found and what it found it from. Pure. */
export function factFiles(facts: DoctorFacts, findings: readonly Finding[], version: string): ReportFile[] {
  const { installs, centers, ...rest } = facts;
  const about = {
    capstan: version,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    context: facts.context,
  };
  return [
    json('about.json', about),
    json('findings.json', findings),
    json('facts.json', { ...rest, unmanaged: unmanagedFacts(facts) }),
    json('capabilities.json', installs),
    json('centers.json', 'value' in centers ? centers.value.map(centerFacts) : centers),
  ];
}

/** A center without where its credentials are and without keys. */
function centerFacts({
  record,
  source,
  warning,
}: NonNullable<Extract<DoctorFacts['centers'], { value: unknown }>['value'][number]>) {
  const { name, type, location, priority } = record;
  return { name, type, location, ...(priority === undefined ? {} : { priority }), source, warning };
}

/** What was found by hand, without the values of its Helm releases. */
function unmanagedFacts({ unmanaged }: DoctorFacts) {
  if (!('value' in unmanaged)) return unmanaged;
  return unmanaged.value.map(({ releases, ...rest }) => ({
    ...rest,
    releases: releases.map(({ name, namespace, revision, status, chart }) => ({
      name,
      namespace,
      revision,
      status,
      chart,
    })),
  }));
}

async function clusterFiles(client: KubeClient, signal: AbortSignal): Promise<ReportFile[]> {
  const events = await reading(
    () => client.list({ apiVersion: 'v1', kind: 'Event' }, { namespace: SYSTEM_NAMESPACE, signal }),
    signal,
  );
  const nodes = await reading(() => client.list({ apiVersion: 'v1', kind: 'Node' }, { signal }), signal);
  return [
    json('events.json', 'value' in events ? events.value.items.slice(-MOST_EVENTS).map(eventFacts) : events),
    json('nodes.json', 'value' in nodes ? nodes.value.items.slice(0, MOST_EVENTS).map(nodeFacts) : nodes),
  ];
}

function eventFacts(event: Readonly<Record<string, unknown>>) {
  const { type, reason, message, count, lastTimestamp, eventTime, involvedObject } = event;
  return { type, reason, message, count, at: lastTimestamp ?? eventTime, about: involvedObject };
}

function nodeFacts(node: { readonly metadata: { readonly name: string } } & Readonly<Record<string, unknown>>) {
  const { nodeInfo } = (node['status'] ?? {}) as { nodeInfo?: unknown };
  return { name: node.metadata.name, nodeInfo };
}

/** The log of the sandbox's own operator; those of other clusters are not on this machine. */
async function logFiles({ sandbox }: DoctorFacts): Promise<ReportFile[]> {
  if (!sandbox) return [];
  const { operatorProcess } = await import('../lib/operator-process.ts');
  const { log } = await operatorProcess();
  const file = await open(log, 'r').catch(() => undefined);
  if (!file) return [];
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(Math.min(size, MOST_BYTES)),
      position: Math.max(0, size - MOST_BYTES),
    });
    return [{ path: 'operator.log', text: redact(buffer.subarray(0, bytesRead).toString('utf8')) }];
  } finally {
    await file.close();
  }
}

function json(path: string, value: unknown): ReportFile {
  return { path, text: redact(`${JSON.stringify(value, undefined, 2)}\n`) };
}

function bounded(text: string): string {
  return text.length <= MOST_BYTES ? text : `... the beginning is left out\n${text.slice(-MOST_BYTES)}`;
}

/** Fails with exit 2 where there is a file of this name already: before all the looking, not after it. */
export async function requireNewFile(path: string): Promise<void> {
  const there = await access(path).then(
    () => true,
    () => false,
  );
  if (there) throw unwritable(path, 'there is a file of this name already');
}

async function writeNew(path: string, bytes: Buffer): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(bytes);
    await file.close();
  } catch (cause) {
    throw unwritable(path, messageOf(cause), cause);
  }
}

function unwritable(path: string, reason: string, cause?: unknown): CapstanError {
  return new CapstanError(CLI_CODES.fileUnwritable, `${path} cannot be written: ${reason}`, {
    hint: 'Name a file that does not exist yet, in a folder that you may write to.',
    exit: EXIT.usage,
    cause,
  });
}
