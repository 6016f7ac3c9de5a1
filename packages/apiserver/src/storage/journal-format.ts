import { crc32 } from 'node:zlib';

/*
 * A journal is a line that names the format, then records. A record is a head of 16 bytes (mark, length of the body, checksum
 * of the body, checksum of these twelve bytes) and a body: a line of JSON with revision, key, namespace and name, then the
 * object's JSON, which is empty for a deletion. A record without a key only tells a revision.
 */

/** The first bytes of every journal. */
export const JOURNAL_TITLE = Buffer.from('capstan apiserver store 1\n');

const MARK = Buffer.from([0xca, 0x95, 0x7a, 0x31]);
const HEAD_BYTES = 16;
const NEWLINE = 0x0a;

/** One write, or a revision alone (empty key). */
export interface JournalRecord {
  readonly revision: number;
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  /** Undefined: the object was deleted. */
  readonly json: Buffer | undefined;
}

/** A record as it is appended. */
export function encodeRecord({ revision, key, namespace, name, json }: JournalRecord): Buffer {
  const line = Buffer.from(`${JSON.stringify(key === '' ? [revision] : [revision, key, namespace, name])}\n`);
  const body = json ? Buffer.concat([line, json]) : line;
  const head = Buffer.alloc(HEAD_BYTES);
  MARK.copy(head);
  head.writeUInt32LE(body.length, 4);
  head.writeUInt32LE(crc32(body), 8);
  head.writeUInt32LE(crc32(head.subarray(0, 12)), 12);
  return Buffer.concat([head, body]);
}

/** A journal that cannot be trusted: something in the middle of it is not what was written. */
export class JournalDamaged extends Error {
  override readonly name = 'JournalDamaged';
}

/**
 * Hands every record to `take` in order and returns where the last good one ends. What comes after that is the torn end of a
 * write that nobody was told had happened. Throws `JournalDamaged` where good records follow bad bytes, or the format is
 * another one. The records' bytes are parts of `journal`.
 */
export function readJournal(journal: Buffer, take: (record: JournalRecord) => void): number {
  if (!journal.subarray(0, JOURNAL_TITLE.length).equals(JOURNAL_TITLE)) {
    if (JOURNAL_TITLE.subarray(0, journal.length).equals(journal)) return 0;
    throw new JournalDamaged('this is not a journal of this version');
  }
  let at = JOURNAL_TITLE.length;
  while (at < journal.length) {
    const end = recordEnd(journal, at);
    if (end === undefined) break;
    take(decodeBody(journal.subarray(at + HEAD_BYTES, end)));
    at = end;
  }
  if (at < journal.length && hasRecordAfter(journal, at)) {
    throw new JournalDamaged(`bytes that were not written as they are begin at ${at}, and good records follow`);
  }
  return at;
}

/** Where the record at this place ends; undefined where there is no whole, good one. */
function recordEnd(journal: Buffer, at: number): number | undefined {
  const start = at + HEAD_BYTES;
  if (start > journal.length || !journal.subarray(at, at + MARK.length).equals(MARK)) return undefined;
  if (crc32(journal.subarray(at, at + 12)) !== journal.readUInt32LE(at + 12)) return undefined;
  const end = start + journal.readUInt32LE(at + 4);
  if (end > journal.length || crc32(journal.subarray(start, end)) !== journal.readUInt32LE(at + 8)) return undefined;
  return end;
}

function hasRecordAfter(journal: Buffer, bad: number): boolean {
  for (let at = journal.indexOf(MARK, bad + 1); at >= 0; at = journal.indexOf(MARK, at + 1)) {
    if (recordEnd(journal, at) !== undefined) return true;
  }
  return false;
}

function decodeBody(body: Buffer): JournalRecord {
  const newline = body.indexOf(NEWLINE);
  const line = JSON.parse(body.subarray(0, newline).toString()) as [number, string?, string?, string?];
  const [revision, key = '', namespace = '', name = ''] = line;
  const json = body.subarray(newline + 1);
  return { revision, key, namespace, name, json: json.length === 0 ? undefined : json };
}
