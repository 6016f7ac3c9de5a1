import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { comparable, type Scenario, ScenarioRun, type StepAnswer } from './scenarios.ts';

interface Recorded extends Scenario {
  readonly answers: readonly StepAnswer[];
}

/** What Kubernetes' own field manager answered (record.ts). */
function recorded(): Recorded[] {
  const bytes = gunzipSync(readFileSync(join(import.meta.dirname, 'testdata/recorded.jsonl.gz')));
  return bytes
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded);
}

test("2,000 recorded scenarios of writes go as in Kubernetes' own field manager", () => {
  const scenarios = recorded();
  expect(scenarios).toHaveLength(2000);
  for (const [at, { type, steps, answers }] of scenarios.entries()) {
    const run = new ScenarioRun(type);
    const ours = steps.map((step) => comparable(run.step(step)));
    const theirs = answers.map(comparable);
    // Vitest's comparison is slow, and its difference is worth it only where there is one.
    if (!isDeepStrictEqual(ours, theirs)) expect(ours, `scenario ${at}`).toEqual(theirs);
  }
});
