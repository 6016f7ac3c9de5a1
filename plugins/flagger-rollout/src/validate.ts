import { type KubernetesObject, type Problem, re2Problem } from '@capstan/plugin-api';
import { type MetricQuery, type RolloutSpec, rolloutSpec, STRATEGY_DEFAULTS, secondsOf } from './spec.ts';

/** Flagger's loop looks at a Canary no more often, whatever its interval says. */
const SHORTEST_INTERVAL_S = 10;

/** Name of the webhook that `loadTest` becomes. */
export const LOAD_TEST_NAME = 'load-test';

/** Checks that Flagger has without a query. */
const BUILT_IN = ['request-success-rate', 'request-duration'];

/**
 * What is wrong with a Rollout beyond its schema. The CRD has the same rules in CEL; here they hold where no API server is
 * asked, as in `capstan validate`.
 */
export function validateRollout(trait: KubernetesObject): Problem[] {
  const spec = rolloutSpec(trait);
  return [
    ...strategyProblems(spec),
    ...weightProblems(spec),
    ...providerProblems(spec),
    ...intervalProblems(spec),
    ...targetPortProblems(spec),
    ...(spec.metrics.queries ?? []).flatMap((query, index) => queryProblems(query, `spec.metrics.queries[${index}]`)),
    ...duplicates(spec.metrics.queries ?? [], 'spec.metrics.queries'),
    ...duplicates(spec.webhooks ?? [], 'spec.webhooks'),
    ...loadTestProblems(spec),
  ];
}

/** Each strategy has fields of its own, which mean nothing beside another. */
function strategyProblems(spec: RolloutSpec): Problem[] {
  const { strategy, match } = spec;
  const isCanary = strategy === 'canary';
  const foreign = isCanary ? (['iterations'] as const) : (['stepWeight', 'stepWeights', 'maxWeight'] as const);
  const problems: Problem[] = foreign
    .filter((field) => spec[field] !== undefined)
    .map((field) => ({ path: `spec.${field}`, message: `is not for the strategy ${strategy}` }));
  if (strategy === 'ab-test' && match === undefined) {
    const hint = 'For example match: [{ headers: { x-canary: { exact: "true" } } }].';
    problems.push({ path: 'spec.match', message: 'is missing: the strategy ab-test needs it', hint });
  }
  if (strategy !== 'ab-test' && match !== undefined) {
    problems.push({ path: 'spec.match', message: 'is for the strategy ab-test only' });
  }
  return [...problems, ...matchProblems(spec)];
}

function matchProblems({ match = [] }: RolloutSpec): Problem[] {
  return match.flatMap(({ headers }, index) =>
    Object.entries(headers).flatMap(([name, value]): Problem[] => {
      const path = `spec.match[${index}].headers.${name}`;
      const upper = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)
        ? []
        : [{ path, message: 'is not a name in lower-case letters, digits and hyphens', hint: name.toLowerCase() }];
      const ways = (['exact', 'prefix', 'regex'] as const).filter((way) => value[way] !== undefined);
      if (ways.length !== 1) return [...upper, { path, message: 'needs exactly one of exact, prefix and regex' }];
      const unreadable = re2Problem(value.regex ?? '');
      return unreadable ? [...upper, { path: `${path}.regex`, message: `${value.regex} ${unreadable}` }] : upper;
    }),
  );
}

function weightProblems(spec: RolloutSpec): Problem[] {
  const { strategy, stepWeights, stepWeight, maxWeight } = spec;
  if (strategy !== 'canary') return [];
  if (stepWeights === undefined) {
    const step = stepWeight ?? STRATEGY_DEFAULTS.stepWeight;
    const most = maxWeight ?? STRATEGY_DEFAULTS.maxWeight;
    if (step <= most) return [];
    return [{ path: 'spec.stepWeight', message: `${step} is greater than maxWeight, which is ${most}` }];
  }
  const problems: Problem[] = [];
  if (stepWeight !== undefined) {
    problems.push({ path: 'spec.stepWeights', message: 'and stepWeight exclude each other' });
  }
  if (maxWeight !== undefined) {
    const hint = 'The last of stepWeights is the most.';
    problems.push({ path: 'spec.maxWeight', message: 'goes with stepWeight, not with stepWeights', hint });
  }
  const wrong = stepWeights.findIndex((weight, index) => index > 0 && weight <= (stepWeights[index - 1] ?? 0));
  if (wrong < 0) return problems;
  const message = `${stepWeights[wrong]} is not greater than the one before, ${stepWeights[wrong - 1]}`;
  return [...problems, { path: `spec.stepWeights[${wrong}]`, message }];
}

function providerProblems({ provider, strategy }: RolloutSpec): Problem[] {
  const path = 'spec.provider';
  if (provider === 'kubernetes' && strategy !== 'blue-green') {
    const message = `kubernetes cannot split traffic, which the strategy ${strategy} needs`;
    return [{ path, message, hint: 'Use the strategy blue-green, or another provider.' }];
  }
  if (provider !== 'knative' || strategy !== 'ab-test') return [];
  return [{ path, message: 'knative splits traffic by weight only; the strategy ab-test needs headers' }];
}

function intervalProblems({ interval }: RolloutSpec): Problem[] {
  const seconds = secondsOf(interval);
  if (seconds !== undefined && seconds >= SHORTEST_INTERVAL_S) return [];
  const message = `${interval} is less than ${SHORTEST_INTERVAL_S}s, and Flagger looks no more often`;
  return [{ path: 'spec.interval', message }];
}

/** A Service takes a number, or the name of a container's port. */
function targetPortProblems({ targetPort }: RolloutSpec): Problem[] {
  if (targetPort === undefined) return [];
  const isPort =
    typeof targetPort === 'number'
      ? targetPort >= 1 && targetPort <= 65_535
      : /^(?=.*[a-z])(?!.*--)[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/.test(targetPort);
  if (isPort) return [];
  const message = `${JSON.stringify(targetPort)} is neither a number from 1 to 65535 nor a name of a port`;
  return [
    { path: 'spec.targetPort', message, hint: 'Such a name has up to 15 lower-case letters, digits and hyphens.' },
  ];
}

function queryProblems({ name, min, max }: MetricQuery, path: string): Problem[] {
  const problems: Problem[] = [];
  if (BUILT_IN.includes(name)) {
    const hint = 'Use successRate and latencyMs.';
    problems.push({ path: `${path}.name`, message: `${name} is a check that Flagger has already`, hint });
  }
  if (min === undefined && max === undefined) problems.push({ path, message: 'needs min, max or both' });
  if (min !== undefined && max !== undefined && min > max) {
    problems.push({ path: `${path}.min`, message: `${min} is greater than max, which is ${max}` });
  }
  return problems;
}

function loadTestProblems({ loadTest, webhooks = [] }: RolloutSpec): Problem[] {
  if (!loadTest) return [];
  const problems: Problem[] = [];
  const beside = (['path', 'requestsPerSecond', 'concurrency'] as const).filter(
    (field) => loadTest[field] !== undefined,
  );
  if (loadTest.command !== undefined && beside.length > 0) {
    const message = `stands alone: ${beside.join(', ')} would mean nothing`;
    problems.push({ path: 'spec.loadTest.command', message });
  }
  const taken = webhooks.findIndex(({ name }) => name === LOAD_TEST_NAME);
  if (taken >= 0) {
    const message = `${LOAD_TEST_NAME} is the name of the webhook that loadTest becomes`;
    problems.push({ path: `spec.webhooks[${taken}].name`, message });
  }
  return problems;
}

function duplicates(items: readonly { readonly name: string }[], path: string): Problem[] {
  return items.flatMap(({ name }, index) => {
    const first = items.findIndex((other) => other.name === name);
    if (first === index) return [];
    return [{ path: `${path}[${index}].name`, message: `"${name}" is the name of ${path}[${first}] too` }];
  });
}
