import type { KubernetesObject, Problem } from '@capstan/plugin-api';
import { planOf } from './plan.ts';
import { schedulesOf } from './spec.ts';

/** What is wrong with a CronScale beyond its schema: expressions, time zones, and timetables that KEDA cannot play. */
export function validateCronScale(trait: KubernetesObject): Problem[] {
  const schedules = schedulesOf(trait);
  const zones = schedules.flatMap(({ timeZone }, index) => zoneProblem(timeZone, `spec.schedules[${index}].timeZone`));
  const plan = planOf(schedules);
  return 'problems' in plan ? [...zones, ...plan.problems] : zones;
}

/** KEDA looks zones up by files, so capitals count, and offsets like +01:00 are no zones. */
function zoneProblem(timeZone: string, path: string): Problem[] {
  const hint = 'Names are those of the IANA database, as Europe/Berlin or Etc/UTC.';
  const known = /^[A-Za-z]/.test(timeZone) ? canonical(timeZone) : undefined;
  if (known === undefined) return [{ path, message: `"${timeZone}" is no time zone`, hint }];
  const sameLetters = known.toLowerCase() === timeZone.toLowerCase();
  return sameLetters && known !== timeZone ? [{ path, message: `"${timeZone}" must be written ${known}`, hint }] : [];
}

function canonical(timeZone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
