import { type ChangePlan, countsOf } from '../changes/model.ts';
import { diffLines, resourceOf } from '../render/change-plan.ts';
import type { Output } from '../render/output.ts';

/** Prints a plan as data: for people as a difference, for machines whole, by name only what differs. */
export async function printPlan(out: Output, plan: ChangePlan): Promise<void> {
  const differing = plan.objects.filter(({ action }) => action !== 'unchanged');
  if (out.format === 'name') {
    out.data(differing.map(resourceOf));
    return;
  }
  await out.document({
    kind: 'ChangePlan',
    data: { ...plan, counts: countsOf(plan) },
    name: '',
    text: () => diffLines(plan, out.stdout),
  });
}
