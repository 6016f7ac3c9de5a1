import type { Problem, TraitRenderInput } from '@capstan/plugin-api';
import { isRecord } from './plain.ts';
import { providerProblems } from './provider.ts';
import { routeProblems } from './route.ts';
import { scalerProblems, scalersOf } from './scaler.ts';
import { serviceProblems } from './service.ts';
import { PRIMARY_SUFFIX, rolloutSpec } from './spec.ts';
import { isKnativeService, SELECTOR_LABELS, selectorLabel, targetObject } from './target.ts';

/** A Service's name and a label's value may have 63 characters, and Flagger adds `-primary` to both. */
const LONGEST_NAME = 63 - PRIMARY_SUFFIX.length;

/** KEDA adds `keda-hpa-` to the name of a ScaledObject. */
const LONGEST_NAME_WITH_KEDA = LONGEST_NAME - 'keda-hpa-'.length;

/**
 * What makes a Rollout unfit for the component it stands on. Flagger has no webhook: it would only write an event, and
 * hold on to the Canary for ever when it is deleted.
 */
export function checkRollout(input: TraitRenderInput): Problem[] {
  const spec = rolloutSpec(input.trait);
  if (isKnativeService(input.target)) return [...providerProblems(input, spec), ...knativeProblems(input)];
  return [
    ...providerProblems(input, spec),
    ...workloadProblems(input),
    ...serviceProblems(input, spec),
    ...routeProblems(input, spec.strategy),
    ...scalerProblems(input),
  ];
}

/** What Flagger needs of any workload that it copies: names short enough, and a label to tell its versions by. */
export function workloadProblems(input: TraitRenderInput): Problem[] {
  return [...nameProblems(input), ...labelProblems(input)];
}

/** What Flagger needs of a Knative Service, whether the trait is ours or its own. */
export function knativeProblems(input: TraitRenderInput): Problem[] {
  const spec = targetObject(input)?.['spec'];
  const problems: Problem[] = (['port', 'targetPort'] as const)
    .filter((field) => rolloutSpec(input.trait)[field] !== undefined)
    .map((field) => ({ path: `spec.${field}`, message: 'is not for a Knative Service, which has its own' }));
  if (isRecord(spec) && spec['traffic'] !== undefined) {
    const message = `the Knative Service ${input.target.name} states its traffic, which Flagger sets during a rollout`;
    problems.push({ path: 'spec', message, hint: 'Leave traffic out of the workload.' });
  }
  const [scaler] = scalersOf(input);
  if (scaler) {
    const message = `a Knative Service scales itself: Flagger takes no ${scaler.kind} beside it`;
    problems.push({ path: 'spec', message });
  }
  return problems;
}

function nameProblems(input: TraitRenderInput): Problem[] {
  const { name } = input.target;
  const withKeda = scalersOf(input).some(({ kind }) => kind === 'ScaledObject');
  const longest = withKeda ? LONGEST_NAME_WITH_KEDA : LONGEST_NAME;
  if (name.length > longest) {
    const what = withKeda ? 'to be rolled out and scaled by KEDA' : 'to be rolled out';
    const message = `workload ${name} has a name of ${name.length} characters; ${what} it may have ${longest}`;
    const made = withKeda ? 'keda-hpa-<name>-primary' : '<name>-primary';
    return [{ path: 'metadata.name', message, hint: `Flagger makes ${made} of it, which may have 63 characters.` }];
  }
  if (/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name)) return [];
  const message = `workload ${name} has a name that no Service can have: Flagger makes Services of it`;
  return [{ path: 'metadata.name', message, hint: 'Letters, digits and hyphens; a letter first.' }];
}

function labelProblems(input: TraitRenderInput): Problem[] {
  const { target, cluster, context } = input;
  const found = targetObject(input);
  if (!found) {
    const message = `${target.kind} ${target.name} is made by another controller, which would undo what Flagger does`;
    return [{ path: 'spec', message, hint: 'Use a web-service, a worker or a Deployment.' }];
  }
  const label = selectorLabel(found);
  if (!label) {
    const message = `the selector of ${target.kind} ${target.name} has none of the labels ${SELECTOR_LABELS.join(', ')}`;
    return [{ path: 'spec', message, hint: 'Flagger tells the pods of two versions by one of them.' }];
  }
  if (label.value.length > LONGEST_NAME && label.value !== target.name) {
    const message = `the label ${label.name} of ${target.kind} ${target.name} has ${label.value.length} characters; it may have ${LONGEST_NAME}`;
    return [{ path: 'metadata.name', message, hint: 'Flagger adds -primary to it.' }];
  }
  const { namespace } = context;
  const labels = { [label.name]: label.value };
  const others = cluster
    .list({ apiVersion: target.apiVersion, kind: target.kind }, { namespace, labels })
    .filter(({ metadata }) => metadata.name !== target.name);
  return others.slice(0, 1).map(({ metadata }) => ({
    path: 'spec',
    message: `${target.kind} ${metadata.name} has the label ${label.name}=${label.value} too: Flagger would send it traffic of ${target.name}`,
    hint: 'Rename one of the components: Flagger selects pods by this label alone.',
  }));
}
