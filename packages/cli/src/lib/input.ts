import { open } from 'node:fs/promises';
import { CapstanError, EXIT, messageOf } from '@capstan/base';
import { CLI_CODES } from '../codes.ts';

/** What people write by hand is far smaller; anything beyond it is a mistake. */
const MAX_BYTES = 8 * 1024 * 1024;

/** A text that a command was given. */
export interface InputText {
  /** How messages name it: the path, or `stdin`. */
  readonly file: string;
  readonly text: string;
}

/** Reads a file, or stdin for `-`. Fails with CAPSTAN_CLI_FILE_UNREADABLE, exit 2. */
export async function readInput(file: string): Promise<InputText> {
  try {
    return file === '-' ? { file: 'stdin', text: await readStdin() } : { file, text: await readFile(file) };
  } catch (cause) {
    throw new CapstanError(CLI_CODES.fileUnreadable, `${file} cannot be read: ${reasonOf(cause)}`, {
      hint: 'Name a file, or - for standard input.',
      exit: EXIT.usage,
      cause,
    });
  }
}

async function readFile(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw new Error('it is a directory');
    if (stats.size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'no permission';
  return messageOf(error);
}
