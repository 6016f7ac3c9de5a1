import type { Problem } from '@capstan/plugin-api';

/** The group of the annotations by which Knative's autoscalers are set. */
export const AUTOSCALING = 'autoscaling.knative.dev';

/** What the autoscaler counts that a Service has where it names no class. */
const COUNTED_BY_KNATIVE = ['concurrency', 'rps'];

const WHOLE_NUMBERS = ['min-scale', 'max-scale', 'initial-scale', 'activation-scale'] as const;

/** Least and most, where they are numbers. */
const RANGES = [
  ['target', 0.01, Number.POSITIVE_INFINITY],
  ['target-utilization-percentage', 1, 100],
] as const;

type Annotations = Readonly<Record<string, string>>;

/** An annotation that is set, by the name it has: Knative reads `min-scale` and `minScale`. */
interface Setting {
  readonly name: string;
  readonly value: string;
}

/**
 * What Knative's webhook would refuse of the autoscaling annotations of a template, which stand at `path`, in every
 * cluster: numbers that are none or out of range, a maximum below the minimum, what no autoscaler of that class counts.
 * Durations, and what its ConfigMaps decide, are left to the webhook.
 */
export function scalingProblems(annotations: Annotations, path: string): Problem[] {
  const get = (setting: string) => settingOf(annotations, setting);
  const problem = ({ name }: Setting, message: string): Problem => ({ path: `${path}.${name}`, message });
  const problems: Problem[] = [];
  for (const setting of WHOLE_NUMBERS) {
    const found = get(setting);
    if (found && !/^\d{1,9}$/.test(found.value)) {
      problems.push(problem(found, `"${found.value}" is no whole number from 0 on`));
    }
  }
  for (const [setting, least, most] of RANGES) {
    const found = get(setting);
    if (!found || isBetween(found.value, least, most)) continue;
    const range = most === Number.POSITIVE_INFINITY ? `from ${least} on` : `from ${least} to ${most}`;
    problems.push(problem(found, `"${found.value}" is no number ${range}`));
  }
  const [min, max] = [get('min-scale'), get('max-scale')];
  if (min && max && Number(max.value) !== 0 && Number(max.value) < Number(min.value)) {
    problems.push(problem(max, `${max.value} is less than ${min.name}, which is ${min.value}`));
  }
  return [...problems, ...metricProblems(get('class'), get('metric'), problem)];
}

function metricProblems(
  autoscaler: Setting | undefined,
  metric: Setting | undefined,
  problem: (setting: Setting, message: string) => Problem,
): Problem[] {
  const [kpa, hpa] = [`kpa.${AUTOSCALING}`, `hpa.${AUTOSCALING}`];
  const { value } = autoscaler ?? { value: kpa };
  if (autoscaler && value.endsWith(AUTOSCALING) && value !== kpa && value !== hpa) {
    return [problem(autoscaler, `"${value}" is neither ${kpa} nor ${hpa}`)];
  }
  if (!metric || value !== kpa || COUNTED_BY_KNATIVE.includes(metric.value)) return [];
  const message = `"${metric.value}" is not counted by the class ${kpa}`;
  return [{ ...problem(metric, message), hint: `Set ${AUTOSCALING}/class: ${hpa}, or count concurrency or rps.` }];
}

function settingOf(annotations: Annotations, setting: string): Setting | undefined {
  const camel = setting.replaceAll(/-(.)/g, (_dash, letter: string) => letter.toUpperCase());
  const name = [setting, camel].map((one) => `${AUTOSCALING}/${one}`).find((one) => annotations[one] !== undefined);
  return name === undefined ? undefined : { name, value: annotations[name] ?? '' };
}

function isBetween(text: string, least: number, most: number): boolean {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return value >= least && value <= most;
}
