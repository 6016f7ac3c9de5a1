import type { DecisionProblem, ProblemReason } from './model.ts';

/** Takes problems. */
export type Report = (problem: DecisionProblem) => void;

/** Takes problems of one component. */
export type Complain = (reason: ProblemReason, message: string, more?: Partial<DecisionProblem>) => void;

/** Reports in the name of a component. */
export function complainFor(component: string, report: Report): Complain {
  return (reason, message, more = {}) => report({ ...more, reason, message, component });
}
