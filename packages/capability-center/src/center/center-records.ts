import { CapstanError, EXIT, type KubernetesObject, messageOf } from '@capstan/base';
import { recordLabels, recordName, SYSTEM_NAMESPACE, selectorOf } from '@capstan/capability-model';
import type { KubeClient, WriteOptions } from '@capstan/kube';
import { CENTER_CODES } from '../codes.ts';
import { recordProblem } from './record-problem.ts';
import type { CenterRecord, DirectoryCenter } from './types.ts';

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
  const recorded = await recordedCenters(client, options);
  return recorded.length === 0 ? [bundledCenter(options.bundled)] : recorded;
}

/** The centers that are recorded, by priority and name; rejects as `readCenters`. */
export async function recordedCenters(client: KubeClient, options: ReadCentersOptions): Promise<CenterRecord[]> {
  const { items } = await client.list(
    { apiVersion: 'v1', kind: 'Secret' },
    {
      namespace: SYSTEM_NAMESPACE,
      labelSelector: selectorOf(recordLabels('center')),
      ...(options.signal ? { signal: options.signal } : {}),
    },
  );
  return items
    .map(parseCenterSecret)
    .map((record) => (isBundled(record) ? { ...record, location: options.bundled } : record))
    .sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0) || (a.name < b.name ? -1 : 1));
}

function isBundled(record: CenterRecord): boolean {
  return record.type === 'directory' && record.bundled === true;
}

/** The center that stands for the registry shipped with Capstan. */
export function bundledCenter(directory: string): DirectoryCenter {
  return { name: BUNDLED_CENTER, type: 'directory', location: directory, mirrors: [] };
}

/** Writes a center's record; writing the same record again changes nothing. The system namespace must exist. */
export async function recordCenter(
  client: KubeClient,
  record: CenterRecord,
  options: WriteOptions = {},
): Promise<void> {
  requireRecordable(record);
  await client.apply(centerSecret(record), options);
}

/** Throws CAPSTAN_CENTER_INVALID when a record could not be read again. */
export function requireRecordable(record: CenterRecord): void {
  const problem = recordProblem(record);
  if (!problem) return;
  throw new CapstanError(
    CENTER_CODES.centerInvalid,
    `The center ${String(record.name)} cannot be recorded: ${problem}.`,
    {
      hint: 'A center is a directory, an http(s):// or an oci:// address, without credentials in it.',
      exit: EXIT.usage,
    },
  );
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

function invalid(message: string): CapstanError {
  return new CapstanError(CENTER_CODES.centerInvalid, message, {
    hint: `Centers are Secrets in namespace ${SYSTEM_NAMESPACE} with key ${RECORD_KEY}; delete a damaged one and record it again.`,
    terminal: true,
  });
}
