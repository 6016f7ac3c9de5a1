import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type Clock, systemClock } from '@capstan/base';

/** SQLITE_BUSY: another connection holds the lock (https://sqlite.org/rescode.html#busy). */
const SQLITE_BUSY = 5;
const RETRY_MS = 100;

/** Options of `withFileLock`. */
export interface FileLockOptions {
  readonly signal?: AbortSignal;
  /** Called once when somebody else holds the lock. */
  readonly onWait?: () => void;
  readonly clock?: Clock;
}

/**
 * Runs `work` while no other process holds the lock file. The lock is the operating system's (an exclusive SQLite
 * transaction), so it ends with the process that holds it and can never be stale. Rejects when the signal is aborted.
 */
export async function withFileLock<T>(file: string, work: () => Promise<T>, options: FileLockOptions = {}): Promise<T> {
  const { signal, onWait, clock = systemClock } = options;
  const database = new DatabaseSync(file);
  try {
    chmodSync(file, 0o600);
    let waited = false;
    while (!tryLock(database)) {
      if (!waited) onWait?.();
      waited = true;
      await clock.sleep(RETRY_MS, signal);
      signal?.throwIfAborted();
    }
    return await work();
  } finally {
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
