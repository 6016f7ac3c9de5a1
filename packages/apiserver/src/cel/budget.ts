/** A rule ran for too long. */
export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded';
}

/** Steps between looks at the clock. */
const CHECK_EVERY = 4096;
/** Milliseconds for all rules of one object; what the real server counts as cost, here counts as time. */
const TIME_LIMIT = 1000;

let steps = 0;
let deadline = Number.POSITIVE_INFINITY;

/** Counts one step of an evaluation. Throws `BudgetExceeded` when the time of `withinBudget` is over. */
export function spend(): void {
  steps += 1;
  if (steps % CHECK_EVERY === 0 && performance.now() > deadline) throw new BudgetExceeded('cost budget exceeded');
}

/** Runs an evaluation under a limit of time; evaluations do not nest. */
export function withinBudget<T>(run: () => T): T {
  steps = 0;
  deadline = performance.now() + TIME_LIMIT;
  try {
    return run();
  } finally {
    deadline = Number.POSITIVE_INFINITY;
  }
}
