import { writeSync } from 'node:fs';
import { openDurableStore } from '../../src/storage/durable.ts';

/** Writes to the store in the directory given as argument and tells every write that was done, until it is killed. */
const store = openDurableStore(process.argv[2] ?? '', { maxDeadBytes: 20_000 });
for (;;) {
  const name = `object-${Math.floor(Math.random() * 20)}`;
  const present = store.get('configmaps.', 'default', name);
  const where = { key: 'configmaps.', namespace: 'default', name, expected: present?.revision ?? 0 };
  const deletes = present !== undefined && Math.random() < 0.3;
  const data = { filling: 'x'.repeat(Math.floor(Math.random() * 600)) };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
  const { revision } = store.write({ ...where, object: deletes ? undefined : object });
  writeSync(1, `${name} ${revision} ${deletes ? 'deleted' : 'written'}\n`);
}
