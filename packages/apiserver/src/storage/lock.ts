import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Another process uses the directory. */
export class DirectoryLocked extends Error {
  override readonly name = 'DirectoryLocked';
}

/**
 * Takes a directory for this process and returns how to leave it. The lock of a process that is gone is taken over; a process
 * is known by its id and, where the system tells, by when it started, so that an id that was given again is no hindrance.
 * Throws `DirectoryLocked`.
 */
export function lockDirectory(directory: string): () => void {
  const lock = join(directory, 'lock');
  const own = join(directory, `lock.${process.pid}`);
  // The lock appears whole or not at all: nobody reads half of it.
  writeFileSync(own, `${process.pid} ${startOf(process.pid) ?? ''}\n`, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 10; attempt += 1) {
      if (link(own, lock)) return () => removeIfPresent(lock);
      const holder = readIfPresent(lock);
      if (holder === undefined) continue;
      if (isAlive(holder)) throw new DirectoryLocked(`process ${holder.split(' ')[0]} uses ${directory}`);
      removeStale(lock, holder);
    }
    throw new DirectoryLocked(`others take ${directory} all the time`);
  } finally {
    removeIfPresent(own);
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves the lock away first: should another process have taken it meanwhile, it is put back. */
function removeStale(lock: string, holder: string): void {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readIfPresent(aside) !== holder) link(aside, lock);
  removeIfPresent(aside);
}

function isAlive(holder: string): boolean {
  const [pid = '', start = ''] = holder.trim().split(' ');
  if (!/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: it is alive and somebody else's.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = startOf(Number(pid));
  return start === '' || now === undefined || now === start;
}

/** When a process started, in the kernel's ticks; undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  const stat = readIfPresent(`/proc/${pid}/stat`);
  // The command, in parentheses, may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function removeIfPresent(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
