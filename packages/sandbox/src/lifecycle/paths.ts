import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir } from 'node:fs/promises';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { CapstanError } from '@capstan/base';
import { SANDBOX_CODES } from '../codes.ts';

/** Where a sandbox keeps its state. */
export interface SandboxLocation {
  /** Defaults to `$CAPSTAN_SANDBOX_DIR`, then `capstan/sandbox` in the user's data directory. */
  readonly directory?: string;
}

/** Every file of a sandbox. All are below `directory`, except the sockets where that path would be too long. */
export interface SandboxPaths {
  readonly directory: string;
  readonly state: string;
  readonly kubeconfig: string;
  readonly lock: string;
  readonly pki: string;
  readonly etcdData: string;
  readonly apiServerData: string;
  readonly attachments: string;
  readonly logs: string;
  readonly pids: string;
  readonly config: string;
  readonly sockets: string;
}

/** A unix socket's path may have 107 bytes on Linux and 103 on macOS; the rest is room for the file name. */
const MAX_SOCKET_DIRECTORY = 80;

/** The directory of the sandbox that is meant when nothing else is said. */
export function sandboxDirectory(location: SandboxLocation = {}, env: NodeJS.ProcessEnv = process.env): string {
  const explicit = location.directory ?? env['CAPSTAN_SANDBOX_DIR'];
  if (explicit) return resolve(explicit);
  return join(env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'capstan', 'sandbox');
}

/** The files of the sandbox in `directory`; touches no disk. */
export function sandboxPaths(directory: string, env: NodeJS.ProcessEnv = process.env): SandboxPaths {
  return {
    directory,
    state: join(directory, 'state.json'),
    kubeconfig: join(directory, 'kubeconfig'),
    lock: `${directory}.lock`,
    pki: join(directory, 'pki'),
    etcdData: join(directory, 'etcd'),
    apiServerData: join(directory, 'apiserver'),
    attachments: join(directory, 'attachments.json'),
    logs: join(directory, 'logs'),
    pids: join(directory, 'pids'),
    config: join(directory, 'config'),
    sockets: socketDirectory(directory, env),
  };
}

function socketDirectory(directory: string, env: NodeJS.ProcessEnv): string {
  const near = join(directory, 'run');
  if (Buffer.byteLength(near) <= MAX_SOCKET_DIRECTORY) return near;
  const id = createHash('sha256').update(directory).digest('hex').slice(0, 12);
  return join(env['XDG_RUNTIME_DIR'] || tmpdir(), `capstan-${id}`);
}

/**
 * Makes a directory that only this user can enter.
 * Fails with CAPSTAN_SANDBOX_DIRECTORY_UNUSABLE when it is there already and belongs to someone else or is not a directory.
 */
export async function makePrivateDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw unusable(directory, 'it cannot be created', cause);
  }
  const found = await lstat(directory);
  if (!found.isDirectory()) throw unusable(directory, 'it is not a directory');
  if (process.platform !== 'win32' && found.uid !== userInfo().uid) throw unusable(directory, 'another user owns it');
}

/** Any of these says that a directory is a sandbox's. */
const MARKS = ['state.json', 'pids', 'etcd', 'apiserver'];

/**
 * Fails with CAPSTAN_SANDBOX_DIRECTORY_UNUSABLE when a directory holds something that is not a sandbox: a reset would
 * delete it.
 */
export async function refuseForeignDirectory(directory: string): Promise<void> {
  const entries = await readdir(directory).catch((cause: NodeJS.ErrnoException): string[] => {
    if (cause.code === 'ENOENT') return [];
    throw unusable(directory, 'it cannot be read', cause);
  });
  if (entries.length === 0 || MARKS.some((mark) => entries.includes(mark))) return;
  throw unusable(directory, 'it holds files that are not a sandbox');
}

function unusable(directory: string, why: string, cause?: unknown): CapstanError {
  return new CapstanError(SANDBOX_CODES.directoryUnusable, `The directory ${directory} cannot be used: ${why}`, {
    hint: 'Name another directory with CAPSTAN_SANDBOX_DIR.',
    fields: { directory },
    cause,
  });
}
