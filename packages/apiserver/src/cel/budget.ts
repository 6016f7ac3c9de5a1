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
let exceeded = false;

/**
 * Counts one step of an evaluation. Throws `BudgetExceeded` when the time of `withinBudget` is over; and then at every
 * step, for `all`, `exists`, `&&` and `||` put errors aside and go on.
 */
export function spend(): void {
  steps += 1;
  if (!exceeded && (steps % CHECK_EVERY !== 0 || performance.now() <= deadline)) return;
  exceeded = true;
  throw new BudgetExceeded('cost budget exceeded');
}

/** Runs evaluations under one limit of time. Throws `BudgetExceeded` where it was not enough; they do not nest. */
export function withinBudget<T>(run: () => T): T {
  steps = 0;
  exceeded = false;
  deadline = performance.now() + TIME_LIMIT;
  try {
    const result = run();
    if (exceeded) throw new BudgetExceeded('cost budget exceeded');
    return result;
  } finally {
    deadline = Number.POSITIVE_INFINITY;
    exceeded = false;
  }
}

/** A list whose every read is a step. */
export function counting(list: readonly unknown[]): readonly unknown[] {
  return new Proxy(list, {
    get(target, field) {
      spend();
      return Reflect.get(target, field) as unknown;
    },
  });
}
