import { compare, type Difference } from './compare.ts';
import type { Normal } from './normalise/normalise.ts';
import type { Answers } from './run/run-suite.ts';
import { type CaseKey, caseId, caseOf } from './script/cases.ts';
import type { Script } from './script/types.ts';

/** Where an answer of a case differs. */
export interface StepDifference {
  readonly script: string;
  /** From 1. */
  readonly step: number;
  readonly request: string;
  readonly differences: readonly Difference[];
}

/** What became of a case: equal when every step that counts for it was answered the same. */
export interface CaseResult {
  readonly id: string;
  readonly area: string;
  readonly key: CaseKey;
  readonly steps: number;
  readonly different: readonly StepDifference[];
}

/** Compares two runs of scripts, case by case, in order of area and case. */
export function compareRuns(scripts: readonly Script[], real: Answers, embedded: Answers): CaseResult[] {
  const results = new Map<string, CaseResult & { steps: number; different: StepDifference[] }>();
  for (const script of scripts) {
    script.steps.forEach((step, index) => {
      const key = caseOf(script, step);
      if (key === undefined) return;
      const { area } = script;
      const id = caseId(area, key);
      const result = results.get(id) ?? { id, area, key, steps: 0, different: [] };
      results.set(id, result);
      result.steps++;
      const differences = compareStep(real.get(script.name)?.[index], embedded.get(script.name)?.[index]);
      if (differences.length === 0) return;
      const request = 'collect' in step ? `watch ${step.collect}` : step.request;
      result.different.push({ script: script.name, step: index + 1, request, differences });
    });
  }
  return [...results.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function compareStep(real: Normal | undefined, embedded: Normal | undefined): Difference[] {
  if (real === undefined) return [{ path: '', real: '<not recorded>' }];
  if (embedded === undefined) return [{ path: '', embedded: '<not run>' }];
  return compare(real, embedded);
}
