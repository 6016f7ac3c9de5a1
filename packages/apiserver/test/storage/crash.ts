import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openDurableStore } from '../../src/storage/durable.ts';

const WRITER = fileURLToPath(new URL('./crash-writer.ts', import.meta.url));

/** What was acknowledged: the revision of every object's last write, and whether that deleted it. */
type Acknowledged = Map<string, { readonly revision: number; readonly deleted: boolean }>;

/**
 * Kills a process that writes to a durable store, again and again, and checks after every kill that all it had acknowledged is
 * there and that the revision has not gone back. Rejects where that is not so. Returns how many writes were acknowledged.
 */
export async function crashAndCheck(directory: string, kills: number): Promise<number> {
  const acknowledged: Acknowledged = new Map();
  let writes = 0;
  for (let round = 0; round < kills; round += 1) {
    writes += await killWriter(directory, acknowledged);
    check(directory, acknowledged);
  }
  return writes;
}

/** Starts a writer, takes its acknowledgements, and kills it after some of them. */
async function killWriter(directory: string, acknowledged: Acknowledged): Promise<number> {
  const args = ['--conditions=@capstan/source', WRITER, directory];
  const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(writer, 'exit');
  const enough = Math.floor(Math.random() * 300);
  let writes = 0;
  for await (const line of createInterface({ input: writer.stdout })) {
    const [name = '', revision = '', deleted] = line.split(' ');
    acknowledged.set(name, { revision: Number(revision), deleted: deleted === 'deleted' });
    writes += 1;
    if (writes > enough) writer.kill('SIGKILL');
  }
  const [code, signal] = await exited;
  if (signal !== 'SIGKILL') throw new Error(`the writer ended by itself: ${code}`);
  return writes;
}

function check(directory: string, acknowledged: Acknowledged): void {
  const last = Math.max(1, ...[...acknowledged.values()].map((one) => one.revision));
  const store = openDurableStore(directory);
  try {
    if (store.revision < last) throw new Error(`the revision went back from ${last} to ${store.revision}`);
    for (const [name, { revision, deleted }] of acknowledged) {
      const found = store.get('configmaps.', 'default', name);
      const exact = deleted ? !found : found?.revision === revision;
      // One write more than was acknowledged may have been kept.
      const later = found ? found.revision > last : store.revision > last;
      if (!exact && !later) throw new Error(`${name} was acknowledged at ${revision} and is at ${found?.revision}`);
      if (found && found.object.metadata.name !== name) throw new Error(`${name} is another object`);
      if (!exact) acknowledged.set(name, { revision: store.revision, deleted: !found });
    }
  } finally {
    store.close();
  }
}
