import { isAbsolute } from 'node:path';
import { CapstanError, type KubernetesObject, messageOf } from '@capstan/base';
import { recordLabels, recordName, SYSTEM_NAMESPACE, selectorOf } from '@capstan/capability-model';
import type { KubeClient, WriteOptions } from '@capstan/kube';
import { CENTER_CODES } from '../codes.ts';
import type { CenterRecord, MirrorRecord } from './types.ts';

/** Name of the center that stands for the registry shipped with Capstan. */
export const BUNDLED_CENTER = 'capstan';

/** Key of the record in its Secret. */
const RECORD_KEY = 'center.json';

/** Options of `readCenters`. */
export interface ReadCentersOptions {
  /** Directory of the registry shipped with Capstan: the only center while none is recorded. */
  readonly bundled: string;
  readonly signal?: AbortSignal;
}

/**
 * The centers recorded in the cluster, by priority and name; the bundled one where none is. Rejects with
 * CAPSTAN_CENTER_INVALID, which names the Secret, when a record is damaged.
 */
export async function readCenters(client: KubeClient, options: ReadCentersOptions): Promise<CenterRecord[]> {
  const { items } = await client.list(
    { apiVersion: 'v1', kind: 'Secret' },
    {
      namespace: SYSTEM_NAMESPACE,
      labelSelector: selectorOf(recordLabels('center')),
      ...(options.signal ? { signal: options.signal } : {}),
    },
  );
  if (items.length === 0) return [bundledCenter(options.bundled)];
  return items
    .map(parseCenterSecret)
    .sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0) || (a.name < b.name ? -1 : 1));
}

/** The center that stands for the registry shipped with Capstan. */
export function bundledCenter(directory: string): CenterRecord {
  return { name: BUNDLED_CENTER, type: 'directory', location: directory, mirrors: [] };
}

/** Writes a center's record; writing the same record again changes nothing. The system namespace must exist. */
export async function recordCenter(
  client: KubeClient,
  record: CenterRecord,
  options: WriteOptions = {},
): Promise<void> {
  const problem = recordProblem(record);
  if (problem) throw invalid(`The center ${String(record.name)} cannot be recorded: ${problem}.`);
  await client.apply(centerSecret(record), options);
}

/** The Secret that carries a center's record. */
export function centerSecret(record: CenterRecord): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: recordName('center', record.name),
      namespace: SYSTEM_NAMESPACE,
      labels: recordLabels('center'),
    },
    type: 'Opaque',
    data: { [RECORD_KEY]: Buffer.from(JSON.stringify(record)).toString('base64') },
  };
}

/** The record in a Secret; throws CAPSTAN_CENTER_INVALID. */
export function parseCenterSecret(secret: KubernetesObject): CenterRecord {
  const { name } = secret.metadata;
  const encoded = (secret['data'] as Record<string, unknown> | undefined)?.[RECORD_KEY];
  if (typeof encoded !== 'string') throw invalid(`The center record ${name} has no key ${RECORD_KEY}.`);
  let record: unknown;
  try {
    record = JSON.parse(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch (error) {
    throw invalid(`The center record ${name} is not JSON: ${messageOf(error)}.`);
  }
  const problem = recordProblem(record);
  if (problem) throw invalid(`The center record ${name} is not valid: ${problem}.`);
  return record as CenterRecord;
}

function recordProblem(record: unknown): string | undefined {
  const {
    name,
    type,
    location,
    mirrors,
    priority = 0,
  } = (record ?? {}) as Partial<Record<keyof CenterRecord, unknown>>;
  if (typeof name !== 'string' || !/^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$/.test(name)) return 'its name is no DNS label';
  if (type !== 'directory') return `its type is ${JSON.stringify(type)}; only "directory" is known`;
  if (typeof location !== 'string' || !isAbsolute(location)) return 'its location is no absolute path';
  if (!Number.isSafeInteger(priority)) return 'its priority is no whole number';
  if (!Array.isArray(mirrors) || !mirrors.every(isMirror)) return 'a mirror lacks its name or an absolute directory';
  return undefined;
}

function isMirror(value: unknown): value is MirrorRecord {
  const { name, directory } = (value ?? {}) as Partial<Record<keyof MirrorRecord, unknown>>;
  return typeof name === 'string' && typeof directory === 'string' && isAbsolute(directory);
}

function invalid(message: string): CapstanError {
  return new CapstanError(CENTER_CODES.centerInvalid, message, {
    hint: `Centers are Secrets in namespace ${SYSTEM_NAMESPACE} with key ${RECORD_KEY}; delete a damaged one and record it again.`,
    terminal: true,
  });
}
