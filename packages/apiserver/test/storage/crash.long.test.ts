import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { crashAndCheck } from './crash.ts';

test('what a durable store has acknowledged survives 500 kills', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'capstan-crash-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  expect(await crashAndCheck(directory, 500)).toBeGreaterThan(5000);
});
