import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { crashAndCheck } from './crash.ts';

test('what a durable store has acknowledged survives 30 kills', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'capstan-crash-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const stores = ['a', 'b', 'c'].map((name) => crashAndCheck(join(directory, name), 10));
  for (const writes of await Promise.all(stores)) expect(writes).toBeGreaterThan(10);
});
