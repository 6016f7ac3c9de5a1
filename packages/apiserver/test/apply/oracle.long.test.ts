import { expect, test } from 'vitest';
import { hasGo, Oracle } from './oracle.ts';
import { comparable, makeScenario, type Scenario, type StepAnswer } from './scenarios.ts';

const SCENARIOS = 20_000;

test.skipIf(!hasGo())(
  `${SCENARIOS} random scenarios go as in Kubernetes' own field manager (skipped where there is no Go)`,
  async ({ onTestFinished }) => {
    const oracle = new Oracle();
    onTestFinished(() => oracle.close());
    const waiting: { readonly seed: number; readonly answers: readonly StepAnswer[] }[] = [];
    function* scenarios(): Generator<Scenario> {
      for (let seed = 0; seed < SCENARIOS; seed += 1) {
        const { scenario, answers } = makeScenario(seed);
        waiting.push({ seed, answers });
        yield scenario;
      }
    }
    let compared = 0;
    for await (const theirs of oracle.answer(scenarios())) {
      const ours = waiting.shift();
      expect(ours?.answers.map(comparable), `scenario ${ours?.seed}`).toEqual(theirs.map(comparable));
      compared += 1;
    }
    expect(compared).toBe(SCENARIOS);
  },
);
