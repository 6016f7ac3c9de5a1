import type { StatusCause } from '../../model/api-error.ts';
import { invalid, notSupported, required } from '../../model/field-error.ts';
import type { KubeObject } from '../../model/object.ts';
import { immutable } from '../metadata.ts';
import { dnsLabelErrors, subdomainName } from '../names.ts';
import {
  broken,
  labelSelector,
  nonNegative,
  nonNegativeFields,
  selectorMatches,
  selectorUnchanged,
} from '../validation/common.ts';
import { validateSchedule } from '../validation/cron.ts';
import { validatePodTemplate } from '../validation/pod-spec.ts';
import { asFields, deepEqual, ensure, type Fields, fields, list, stringMap, text } from '../values.ts';
import { podTemplateWarnings } from '../warnings.ts';
import { hostnameWarnings, type PartsByKind, readSpec, specOf } from './parts.ts';

/* Jobs and CronJobs. Upstream: pkg/apis/batch/validation, pkg/registry/batch/{job,cronjob}/strategy.go. */

const UID_LABELS = ['controller-uid', 'batch.kubernetes.io/controller-uid'];
const NAME_LABELS = ['job-name', 'batch.kubernetes.io/job-name'];
const UID_LABEL = 'batch.kubernetes.io/controller-uid';
const POD_NAMES = 'Pod names and hostnames';
const CRON_JOB_NAME_LIMIT = 63 - 11;

/** Strategies of the group `batch`. */
export const batchParts: PartsByKind = {
  'batch/Job': {
    revalidatesMeta: true,
    nameRule: subdomainName,
    generation: true,
    prepareForCreate: generateSelector,
    validate: validateJob,
    // Upstream looks at a changed spec twice.
    validateUpdate: (next, live) => [
      ...validateJob(next),
      ...validateSelected(readSpec(next)),
      ...jobUnchanged(next, live),
    ],
    warnings: (next, live) => [
      ...hostnameWarnings(next, live, POD_NAMES),
      ...podTemplateWarnings(fields(readSpec(next)['template']), 'spec.template', next, live),
    ],
    fieldValues: (object) => ({ 'status.successful': String(fields(object['status'])['succeeded'] ?? 0) }),
  },
  'batch/CronJob': {
    nameRule: subdomainName,
    generation: true,
    validate: (next) => [...validateCronJob(readSpec(next)), ...cronJobName(next)],
    validateUpdate: (next) => validateCronJob(readSpec(next)),
    warnings: (next, live) => [
      ...hostnameWarnings(next, live, POD_NAMES),
      ...podTemplateWarnings(
        fields(fields(fields(readSpec(next)['jobTemplate'])['spec'])['template']),
        'spec.jobTemplate.spec.template',
        next,
        live,
      ),
    ],
  },
};

function generateSelector(next: KubeObject): void {
  const spec = specOf(next);
  if (spec['manualSelector'] === true) return;
  const labels = ensure(ensure(ensure(spec, 'template'), 'metadata'), 'labels');
  // Upstream shares one map between the Job and its template, unless the Job has labels of its own.
  const shared = deepEqual(next.metadata.labels, labels);
  for (const label of NAME_LABELS) labels[label] ??= next.metadata.name ?? '';
  for (const label of UID_LABELS) labels[label] ??= next.metadata.uid ?? '';
  ensure(ensure(spec, 'selector'), 'matchLabels')[UID_LABEL] ??= next.metadata.uid ?? '';
  if (shared) next.metadata.labels = { ...stringMap(labels) };
}

function validateJob(next: KubeObject): StatusCause[] {
  const spec = readSpec(next);
  const selector = asFields(spec['selector']);
  const labels = stringMap(fields(fields(spec['template'])['metadata'])['labels']);
  const causes = spec['manualSelector'] === true || !selector ? [] : generatedSelector(next, selector, labels);
  causes.push(...validateSelected(spec));
  return [...causes, ...indexedHostname(next, spec)];
}

/** A Job's spec, whose selector must fit its template. */
function validateSelected(spec: Fields): StatusCause[] {
  const selector = asFields(spec['selector']);
  const labels = stringMap(fields(fields(spec['template'])['metadata'])['labels']);
  const causes = validateJobSpec(spec, 'spec');
  if (!selector) causes.push(required('spec.selector'));
  else causes.push(...labelSelector(selector, 'spec.selector'));
  if (!selectorMatches(selector, labels)) {
    const shown = Object.keys(labels).length === 0 ? null : labels;
    causes.push(invalid('spec.template.metadata.labels', shown, '`selector` does not match template `labels`'));
  }
  return causes;
}

function generatedSelector(
  next: KubeObject,
  selector: Fields,
  labels: Readonly<Record<string, string>>,
): StatusCause[] {
  const causes: StatusCause[] = [];
  const { uid = '', name = '' } = next.metadata;
  for (const [names, value] of [
    [UID_LABELS, uid],
    [NAME_LABELS, name],
  ] as const) {
    for (const label of names) {
      const path = 'spec.template.metadata.labels';
      if (labels[label] === undefined) causes.push(required(`${path}[${label}]`, `must be '${value}'`));
      else if (labels[label] !== value) causes.push(invalid(`${path}[${label}]`, labels, `must be '${value}'`));
    }
  }
  const found = Object.entries(stringMap(selector['matchLabels']));
  const expected = found.length === 1 && found.every(([label, value]) => UID_LABELS.includes(label) && value === uid);
  if (expected && list(selector['matchExpressions']).length === 0) return causes;
  return [...causes, invalid('spec.selector', selector, '`selector` not auto-generated')];
}

function indexedHostname(next: KubeObject, spec: Fields): StatusCause[] {
  const completions = Number(spec['completions'] ?? 0);
  if (spec['completionMode'] !== 'Indexed' || completions <= 0) return [];
  const hostname = `${next.metadata.name}-${completions - 1}`;
  if (dnsLabelErrors(hostname).length === 0) return [];
  const detail = `will not able to create pod with invalid DNS label: ${hostname}`;
  return [invalid('metadata.name', next.metadata.name, detail)];
}

const JOB_NUMBERS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
];

function validateJobSpec(spec: Fields, path: string): StatusCause[] {
  const template = fields(spec['template']);
  const causes = nonNegativeFields(spec, JOB_NUMBERS, path);
  if (spec['maxFailedIndexes'] !== undefined && spec['backoffLimitPerIndex'] === undefined) {
    causes.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  causes.push(...managedBy(spec['managedBy'], `${path}.managedBy`), ...completionMode(spec, path));
  for (const [at, rule] of list(fields(spec['podFailurePolicy'])['rules']).entries()) {
    causes.push(...failureRule(rule, `${path}.podFailurePolicy.rules[${at}]`));
  }
  const replacement = text(spec['podReplacementPolicy']);
  const allowed = asFields(spec['podFailurePolicy']) ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  if (replacement !== '' && !allowed.includes(replacement)) {
    causes.push(notSupported(`${path}.podReplacementPolicy`, replacement, allowed));
  }
  return [...causes, ...validatePodTemplate(template, `${path}.template`), ...restartPolicy(spec, template, path)];
}

function managedBy(value: unknown, path: string): StatusCause[] {
  if (value === undefined) return [];
  const [host = '', ...rest] = text(value).split('/');
  if (host === '' || rest.join('/') === '') {
    return [invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  return broken(path, host, subdomainName(host, false));
}

const FAILURE_ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];

function failureRule(rule: Fields, path: string): StatusCause[] {
  const action = text(rule['action']);
  const causes: StatusCause[] = [];
  if (action === '') {
    causes.push(required(`${path}.action`, `valid values: ["${FAILURE_ACTIONS.join('" "')}"]`));
  } else if (!FAILURE_ACTIONS.includes(action)) {
    causes.push(notSupported(`${path}.action`, action, FAILURE_ACTIONS));
  }
  const codes = asFields(rule['onExitCodes']) !== undefined;
  const conditions = list(rule['onPodConditions']).length > 0;
  if (codes !== conditions) return causes;
  const what = codes
    ? 'both OnExitCodes and OnPodConditions is not supported'
    : 'one of OnExitCodes and OnPodConditions is required';
  return [...causes, { reason: 'FieldValueInvalid', field: path, message: `Invalid value: specifying ${what}` }];
}

function completionMode(spec: Fields, path: string): StatusCause[] {
  const mode = text(spec['completionMode']);
  if (mode !== 'Indexed' && mode !== 'NonIndexed' && mode !== '') {
    return [notSupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed'])];
  }
  if (mode === 'Indexed') {
    return spec['completions'] === undefined
      ? [required(`${path}.completions`, 'when completion mode is Indexed')]
      : [];
  }
  return ['backoffLimitPerIndex', 'maxFailedIndexes'].flatMap((field) =>
    spec[field] === undefined ? [] : [invalid(`${path}.${field}`, spec[field], 'requires indexed completion mode')],
  );
}

function restartPolicy(spec: Fields, template: Fields, path: string): StatusCause[] {
  const where = `${path}.template.spec.restartPolicy`;
  const policy = text(fields(template['spec'])['restartPolicy']);
  if (policy === 'Always' || policy === '') return [required(where, 'valid values: "OnFailure", "Never"')];
  if (policy !== 'OnFailure' && policy !== 'Never') return [notSupported(where, policy, ['OnFailure', 'Never'])];
  return asFields(spec['podFailurePolicy']) && policy !== 'Never'
    ? [invalid(where, policy, 'only "Never" is supported when podFailurePolicy is specified')]
    : [];
}

function jobUnchanged(next: KubeObject, live: KubeObject): StatusCause[] {
  const after = readSpec(next);
  const before = readSpec(live);
  const causes: StatusCause[] = [];
  if (!(after['completionMode'] === 'Indexed' && after['completions'] === after['parallelism'])) {
    causes.push(...immutable('spec.completions', after['completions'], before['completions']));
  }
  causes.push(...selectorUnchanged(after['selector'], before['selector'], 'spec.selector'));
  const frozenTemplate = { ...fields(after['template']) };
  if (mayChangeScheduling(live)) keepScheduling(frozenTemplate, fields(before['template']));
  if (!deepEqual(frozenTemplate, before['template'])) {
    causes.push(invalid('spec.template', after['template'], 'field is immutable'));
  }
  for (const field of ['completionMode', 'podFailurePolicy', 'backoffLimitPerIndex', 'managedBy', 'successPolicy']) {
    causes.push(...immutable(`spec.${field}`, after[field], before[field]));
  }
  return causes;
}

function mayChangeScheduling(live: KubeObject): boolean {
  return readSpec(live)['suspend'] === true && fields(live['status'])['startTime'] === undefined;
}

const SCHEDULING = ['nodeSelector', 'tolerations', 'schedulingGates', 'affinity'];

function keepScheduling(template: Fields, live: Fields): void {
  const spec = { ...fields(template['spec']) };
  const before = fields(live['spec']);
  for (const field of SCHEDULING) {
    if (before[field] === undefined) delete spec[field];
    else spec[field] = before[field];
  }
  template['spec'] = spec;
  template['metadata'] = live['metadata'];
}

function validateCronJob(spec: Fields): StatusCause[] {
  const schedule = text(spec['schedule']);
  const zone = spec['timeZone'];
  const causes =
    schedule === '' ? [required('spec.schedule')] : validateSchedule(schedule, 'spec.schedule', zone !== undefined);
  causes.push(...nonNegative(spec['startingDeadlineSeconds'], 'spec.startingDeadlineSeconds'));
  const policy = text(spec['concurrencyPolicy']);
  const policies = ['Allow', 'Forbid', 'Replace'];
  if (policy === '') causes.push(required('spec.concurrencyPolicy'));
  else if (!policies.includes(policy)) causes.push(notSupported('spec.concurrencyPolicy', policy, policies));
  causes.push(...validateTimeZone(zone));
  causes.push(...nonNegativeFields(spec, ['successfulJobsHistoryLimit', 'failedJobsHistoryLimit'], 'spec'));
  return [...causes, ...validateJobTemplate(fields(spec['jobTemplate']))];
}

function validateTimeZone(value: unknown): StatusCause[] {
  if (value === undefined) return [];
  const zone = text(value);
  if (zone === '') return [invalid('spec.timeZone', zone, 'timeZone must be nil or non-empty string')];
  if (zone.toLowerCase() === 'local') {
    return [
      invalid(
        'spec.timeZone',
        zone,
        'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ),
    ];
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return [];
  } catch {
    return [invalid('spec.timeZone', zone, `unknown time zone ${zone}`)];
  }
}

function validateJobTemplate(template: Fields): StatusCause[] {
  const spec = fields(template['spec']);
  const causes = validateJobSpec(spec, 'spec.jobTemplate.spec');
  if (spec['manualSelector'] === true) {
    causes.push(notSupported('spec.jobTemplate.spec.manualSelector', true, ['nil', 'false']));
  }
  return causes;
}

function cronJobName(next: KubeObject): StatusCause[] {
  const name = next.metadata.name ?? '';
  if (name.length <= CRON_JOB_NAME_LIMIT) return [];
  return [invalid('metadata.name', name, `must be no more than ${CRON_JOB_NAME_LIMIT} characters`)];
}
