import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import { main } from '../src/main.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a command printed and how it ended. */
export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON. */
  json(): Record<string, unknown> & { items: Record<string, unknown>[] };
}

/** Runs a command line inside the test process, as it would run from its sources; one at a time. */
export async function capstan(...argv: string[]): Promise<Ran> {
  return capstanTelling(argv, () => {});
}

/** As `capstan`; tells of all that is on stdout so far whenever something is printed. */
export async function capstanTelling(argv: readonly string[], onPrint: (stdout: string) => void): Promise<Ran> {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      printed[stream] += String(text);
      onPrint(printed.stdout);
      return true;
    }),
  );
  try {
    const exit = await main({ root, fromSource: true, argv });
    return { exit, ...printed, json: () => JSON.parse(printed.stdout) };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** A file of the test's own, deleted when the test ends. */
export function aFile(name: string, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'capstan-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
