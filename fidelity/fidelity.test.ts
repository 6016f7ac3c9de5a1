import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { answersOf, EMBEDDED_WAIT_MS, withEngine } from './src/command.ts';
import { checkKnown, type KnownDifference, readKnown } from './src/known.ts';
import { fingerprint, type Recording, readRecording } from './src/recorded.ts';
import { fidelityDocument } from './src/report/document.ts';
import { type CaseResult, compareRuns } from './src/results.ts';
import { startEmbedded } from './src/run/engine.ts';
import { runSuite } from './src/run/run-suite.ts';
import type { Script } from './src/script/types.ts';
import { loadSuite } from './src/suite.ts';

/** All scripts, one server, and two cores that others use too. */
const LIMIT_MS = 240_000;
const DOCUMENT = new URL('../docs/sandbox-fidelity.md', import.meta.url);

describe('the embedded server against what the real one answered', () => {
  let scripts: readonly Script[];
  let recording: Recording;
  let known: readonly KnownDifference[];
  let results: readonly CaseResult[];

  beforeAll(async () => {
    [scripts, recording, known] = await Promise.all([loadSuite(), readRecording(), readKnown()]);
    const embedded = await withEngine(startEmbedded, (engine) =>
      runSuite(engine, scripts, { maxWaitMs: EMBEDDED_WAIT_MS }),
    );
    results = compareRuns(scripts, answersOf(scripts, recording), embedded);
  }, LIMIT_MS);

  test('each script has a recording of what it asks now', () => {
    const old = scripts.filter((script) => recording.get(script.name)?.asked !== fingerprint(script));
    expect(old.map(({ name }) => name)).toEqual([]);
    expect([...recording.keys()].sort()).toEqual(scripts.map(({ name }) => name));
  });

  test('no case that was equal has become different', () => {
    const { unexpected } = checkKnown(results, known);
    const shown = unexpected.map(({ id, different }) => ({ id, first: different[0]?.differences[0] }));
    expect(shown).toEqual([]);
  });

  test('no known difference is gone: `pnpm fidelity --ratchet --docs` takes it from the list', () => {
    expect(checkKnown(results, known).stale).toEqual([]);
  });

  test('docs/sandbox-fidelity.md has these results: `pnpm fidelity --docs` writes it', async () => {
    expect(await readFile(DOCUMENT, 'utf8')).toBe(fidelityDocument(results, known));
  });
});
