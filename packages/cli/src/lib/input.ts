import { open, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { CapstanError, EXIT, messageOf } from '@capstan/base';
import { CLI_CODES } from '../codes.ts';

/** What people write by hand is far smaller; anything beyond it is a mistake. */
const MAX_BYTES = 8 * 1024 * 1024;

/** What a folder's files are called that hold objects, as for kubectl. */
const EXTENSIONS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json']);
/** A folder with more of them is not one that was meant. */
const MAX_FILES = 1000;

/** A text that a command was given. */
export interface InputText {
  /** How messages name it: the path, or `stdin`. */
  readonly file: string;
  readonly text: string;
}

/** Reads a file, or stdin for `-`. Fails with CAPSTAN_CLI_FILE_UNREADABLE, exit 2. */
export async function readInput(file: string): Promise<InputText> {
  try {
    return file === '-'
      ? { file: 'stdin', text: await readStream(process.stdin) }
      : { file, text: await readFile(file) };
  } catch (cause) {
    throw unreadable(file, cause, 'Name a file, or - for standard input.');
  }
}

/**
 * As `readInput`, and of a folder each file whose name ends in .yaml, .yml or .json, by name: links are followed, and what is
 * no file is left out. A folder without such a file, or with more than 1,000, fails in the same way.
 */
export async function readInputs(path: string): Promise<InputText[]> {
  const files = await filesIn(path);
  const texts: InputText[] = [];
  // One after the other: that many files are not open at a time.
  for (const file of files) texts.push(await readInput(file));
  return texts;
}

async function filesIn(path: string): Promise<string[]> {
  // What is not there, or cannot be looked at, is told when it is read.
  const isFolder = path !== '-' && (await stat(path).catch(() => undefined))?.isDirectory();
  if (!isFolder) return [path];
  try {
    const names = (await readdir(path)).filter((name) => EXTENSIONS.has(extname(name))).sort();
    if (names.length > MAX_FILES) throw new Error(`it holds more than ${MAX_FILES} files`);
    const found = await Promise.all(
      names.map(async (name) => {
        const file = join(path, name);
        const stats = await stat(file).catch(() => undefined);
        return stats && !stats.isFile() ? [] : [file];
      }),
    );
    const files = found.flat();
    if (files.length === 0) throw new Error('no file in it ends in .yaml, .yml or .json');
    return files;
  } catch (cause) {
    throw unreadable(path, cause, 'Folders in a folder are not read: name each.');
  }
}

function unreadable(file: string, cause: unknown, hint: string): CapstanError {
  return new CapstanError(CLI_CODES.fileUnreadable, `${file} cannot be read: ${reasonOf(cause)}`, {
    hint,
    exit: EXIT.usage,
    cause,
  });
}

async function readFile(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const stats = await file.stat();
    if (stats.isDirectory()) throw new Error('it is a directory');
    if (stats.size > MAX_BYTES) throw tooLarge();
    return await readStream(file.createReadStream({ autoClose: false }));
  } finally {
    await file.close();
  }
}

/** A pipe and a device have no size before they are read. */
async function readStream(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(): Error {
  return new Error(`it is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'no permission';
  return messageOf(error);
}
