import { Buffer } from 'node:buffer';
import { isCapstanError, type KubernetesObject } from '@capstan/base';
import { type RecordKind, recordLabels, recordName, SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { KUBE_CODES, type KubeClient } from '@capstan/kube';
import { INSTALLER } from './labels.ts';
import { invalidRecord } from './secrets.ts';

/** A Secret takes 1 MiB; this leaves room for its names and for base64 never to matter (it is not stored). */
const PIECE_BYTES = 900 * 1024;
const MAX_PIECES = 64;
const KEY = 'piece';
/** Annotation of the first piece: how many there are. */
const PIECES = 'capstan.dev/pieces';

/** What is kept under a digest, in as many Secrets as it needs. */
export interface PiecesReference {
  readonly kind: RecordKind;
  /** A digest: the content never changes. */
  readonly id: string;
}

/**
 * Stores bytes under a digest. The first piece is written last, so that where it exists all of them do; storing the same
 * again changes nothing. Throws RECORD_INVALID above 56 MiB.
 */
export async function storePieces(
  client: KubeClient,
  { kind, id }: PiecesReference,
  bytes: Buffer,
  options: { readonly annotations?: Record<string, string> } = {},
): Promise<void> {
  const count = Math.max(1, Math.ceil(bytes.length / PIECE_BYTES));
  if (count > MAX_PIECES) throw invalidRecord(recordName(kind, id), 'It is too large to be kept in the cluster.');
  for (let index = count - 1; index >= 0; index -= 1) {
    const annotations = index === 0 ? { [PIECES]: String(count), ...options.annotations } : undefined;
    const piece: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: pieceName(kind, id, index),
        namespace: SYSTEM_NAMESPACE,
        labels: recordLabels(kind),
        ...(annotations ? { annotations } : {}),
      },
      type: 'capstan.dev/record',
      immutable: true,
      data: { [KEY]: bytes.subarray(index * PIECE_BYTES, (index + 1) * PIECE_BYTES).toString('base64') },
    };
    await createOnce(client, piece);
  }
}

/** What is stored under a digest, or undefined when nothing is. Throws RECORD_INVALID when a piece is gone. */
export async function loadPieces(client: KubeClient, { kind, id }: PiecesReference): Promise<Buffer | undefined> {
  const first = await client.get(reference(kind, id, 0));
  if (!first) return undefined;
  const bytes = [bytesOf(first)];
  for (let index = 1; index < countOf(first); index += 1) {
    const piece = await client.get(reference(kind, id, index));
    if (!piece) throw invalidRecord(pieceName(kind, id, index), 'A piece of a record is gone.');
    bytes.push(bytesOf(piece));
  }
  return Buffer.concat(bytes);
}

async function createOnce(client: KubeClient, piece: KubernetesObject): Promise<void> {
  try {
    await client.create(piece, { fieldManager: INSTALLER });
  } catch (error) {
    if (!isCapstanError(error, KUBE_CODES.conflict)) throw error;
  }
}

/** A dot cannot be in the name of anything else of that kind. */
function pieceName(kind: RecordKind, id: string, index: number): string {
  return index === 0 ? recordName(kind, id) : `${recordName(kind, id)}.${index}`;
}

function reference(kind: RecordKind, id: string, index: number) {
  return { apiVersion: 'v1', kind: 'Secret', namespace: SYSTEM_NAMESPACE, name: pieceName(kind, id, index) } as const;
}

function countOf({ metadata }: KubernetesObject): number {
  const count = Number(metadata.annotations?.[PIECES]);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_PIECES) return count;
  throw invalidRecord(metadata.name, 'It does not say how many pieces it has.');
}

function bytesOf(secret: KubernetesObject): Buffer {
  const data = secret['data'] as Record<string, string> | undefined;
  const piece = data?.[KEY];
  if (piece === undefined) throw invalidRecord(secret.metadata.name, `It has no key ${KEY}.`);
  return Buffer.from(piece, 'base64');
}
