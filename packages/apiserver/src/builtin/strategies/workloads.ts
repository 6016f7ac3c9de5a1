import type { StatusCause } from '../../model/api-error.ts';
import { forbidden, invalid, notSupported, required } from '../../model/field-error.ts';
import type { KubeObject, ObjectMeta } from '../../model/object.ts';
import { immutable, validateAnnotations, validateLabels } from '../metadata.ts';
import { dnsLabelErrors, labelName, subdomainName } from '../names.ts';
import {
  atMost100Percent,
  broken,
  intOrPercentValue,
  invalidStruct,
  isEmptySelector,
  labelSelector,
  nonNegative,
  nonNegativeFields,
  notSupportedStruct,
  positiveIntOrPercent,
  selectorUnchanged as sameSelector,
  selectorAsGo,
  selectorMatches,
} from '../validation/common.ts';
import { validatePodTemplate } from '../validation/pod-spec.ts';
import { validateClaimSpec } from '../validation/volume-claim.ts';
import { asFields, deepEqual, ensure, type Fields, fields, list, stringMap, text } from '../values.ts';
import { podTemplateWarnings } from '../warnings.ts';
import { boundedBy, hostnameWarnings, type PartsByKind, readSpec } from './parts.ts';

/* Workloads. Upstream: pkg/apis/apps/validation, pkg/registry/apps/<resource>/strategy.go, core ReplicationController. */

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
const POD_NAMES = 'Pod names and hostnames';

/** Strategies of the group `apps` and of ReplicationControllers. */
export const workloadParts: PartsByKind = {
  'apps/Deployment': {
    nameRule: subdomainName,
    generation: (next, live) =>
      !deepEqual(next['spec'], live['spec']) || !deepEqual(next.metadata.annotations, live.metadata.annotations),
    validate: (next) => validateDeployment(readSpec(next)),
    validateUpdate: (next, live) => [...validateDeployment(readSpec(next)), ...selectorUnchanged(next, live)],
    validateStatusUpdate: (next) => validateReplicaStatus(fields(next['status']), 'updatedReplicas'),
    warnings: (next, live) => workloadWarnings(next, live),
    resetFields: statusAndLabels,
    subresources: { status: { prepareForUpdate: keepLabelsToo, validateUpdate: deploymentStatus } },
  },
  'apps/ReplicaSet': {
    nameRule: subdomainName,
    generation: true,
    validate: (next) => validateReplicaSet(readSpec(next)),
    validateUpdate: (next, live) => [...validateReplicaSet(readSpec(next)), ...selectorUnchanged(next, live)],
    validateStatusUpdate: (next) => validateReplicaStatus(fields(next['status']), 'fullyLabeledReplicas'),
    warnings: (next, live) => workloadWarnings(next, live),
  },
  'apps/StatefulSet': {
    nameRule: labelName,
    defaults: typeClaimTemplates,
    generation: true,
    prepareForCreate: (next) => dropMaxUnavailable(next, undefined),
    prepareForUpdate: dropMaxUnavailable,
    validate: (next) => validateStatefulSet(readSpec(next), false),
    validateUpdate: (next, live) => [...validateStatefulSet(readSpec(next), true), ...statefulSetUnchanged(next, live)],
    validateStatusUpdate: (next) => validateReplicaStatus(fields(next['status']), 'currentReplicas'),
    warnings: (next, live) => podTemplateWarnings(fields(readSpec(next)['template']), 'spec.template', next, live),
  },
  'apps/DaemonSet': {
    nameRule: subdomainName,
    defaults(next) {
      zeroBounds(next);
      const unset = next.metadata.annotations?.[TEMPLATE_GENERATION] === undefined;
      // Only what creates or replaces says a template; what applies a status must not set this.
      if (unset && readSpec(next)['template'] !== undefined) setTemplateGeneration(next, 0);
    },
    generation: true,
    prepareForCreate: (next) => setTemplateGeneration(next, 1),
    prepareForUpdate: (next, live) => {
      const before = Number(live.metadata.annotations?.[TEMPLATE_GENERATION] ?? 0);
      const changed = !deepEqual(readSpec(next)['template'], readSpec(live)['template']);
      setTemplateGeneration(next, changed ? before + 1 : before);
    },
    prepareStatus: (next, live) => {
      const kept = live.metadata.annotations?.[TEMPLATE_GENERATION];
      if (kept !== undefined) setTemplateGeneration(next, Number(kept));
    },
    validate: (next) => validateDaemonSet(readSpec(next)),
    validateUpdate: (next, live) => [...selectorUnchanged(next, live), ...validateDaemonSet(readSpec(next))],
    warnings: (next, live) => podTemplateWarnings(fields(readSpec(next)['template']), 'spec.template', next, live),
  },
  'apps/ControllerRevision': {
    nameRule: subdomainName,
    validate: (next) => validateRevision(next),
    validateUpdate: (next, live) => [
      ...nonNegative(next['revision'], 'revision'),
      ...immutable('data', next['data'], live['data']),
    ],
  },
  '/ReplicationController': {
    generateNameIsFree: true,
    nameRule: subdomainName,
    generation: true,
    validate: (next) => validateReplicationController(readSpec(next)),
    validateStatusUpdate: (next) => validateReplicaStatus(fields(next['status']), 'fullyLabeledReplicas'),
    warnings: (next, live) => workloadWarnings(next, live),
    fieldValues: (object) => ({ 'status.replicas': String(fields(object['status'])['replicas'] ?? 0) }),
  },
  '/PodTemplate': {
    nameRule: subdomainName,
    generation: (next, live) => !deepEqual(next['template'], live['template']),
    validate: (next) => validatePodTemplate(fields(next['template']), 'template'),
    warnings: (next, live) => podTemplateWarnings(fields(next['template']), 'template', next, live),
  },
};

function statusAndLabels(subresource: string | undefined): readonly (readonly string[])[] {
  return subresource === 'status' ? [['spec'], ['metadata', 'labels']] : [['status']];
}

function keepLabelsToo(next: KubeObject, live: KubeObject): void {
  next['spec'] = live['spec'];
  if (live.metadata.labels === undefined) delete next.metadata.labels;
  else next.metadata.labels = live.metadata.labels;
}

function deploymentStatus(next: KubeObject): StatusCause[] {
  return validateReplicaStatus(fields(next['status']), 'updatedReplicas');
}

function workloadWarnings(next: KubeObject, live: KubeObject | undefined): string[] {
  const template = podTemplateWarnings(fields(readSpec(next)['template']), 'spec.template', next, live);
  return [...hostnameWarnings(next, live, POD_NAMES), ...template];
}

/** A feature that is off by default: the field is dropped unless it was there before. */
function dropMaxUnavailable(next: KubeObject, live: KubeObject | undefined): void {
  const rolling = (object: KubeObject) => fields(fields(readSpec(object)['updateStrategy'])['rollingUpdate']);
  if (live && rolling(live)['maxUnavailable'] !== undefined) return;
  delete rolling(next)['maxUnavailable'];
}

/** Claim templates are written with their kind. */
function typeClaimTemplates(set: KubeObject): void {
  for (const claim of list(readSpec(set)['volumeClaimTemplates'])) {
    claim['apiVersion'] ??= 'v1';
    claim['kind'] ??= 'PersistentVolumeClaim';
  }
}

/** The internal Go type has no absent bounds: without defaults they are zero. */
function zeroBounds(daemonSet: KubeObject): void {
  const rolling = asFields(fields(readSpec(daemonSet)['updateStrategy'])['rollingUpdate']);
  if (!rolling) return;
  rolling['maxUnavailable'] ??= 0;
  rolling['maxSurge'] ??= 0;
}

function setTemplateGeneration(daemonSet: KubeObject, value: number): void {
  ensure(daemonSet.metadata as Fields, 'annotations')[TEMPLATE_GENERATION] = String(value);
}

function selectorUnchanged(next: KubeObject, live: KubeObject): StatusCause[] {
  return sameSelector(readSpec(next)['selector'], readSpec(live)['selector'], 'spec.selector');
}

function validateDeployment(spec: Fields): StatusCause[] {
  const deadline = spec['progressDeadlineSeconds'];
  const ready = Number(spec['minReadySeconds'] ?? 0);
  return [
    ...nonNegative(spec['replicas'], 'spec.replicas'),
    ...requiredSelector(spec, 'deployment'),
    ...matchingTemplate(spec),
    ...validateStrategy(fields(spec['strategy'])),
    ...nonNegativeFields(spec, ['minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'], 'spec'),
    ...(typeof deadline === 'number' && deadline <= ready
      ? [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
      : []),
  ];
}

function validateReplicaSet(spec: Fields): StatusCause[] {
  return [
    ...nonNegativeFields(spec, ['replicas', 'minReadySeconds'], 'spec'),
    ...requiredSelector(spec, 'deployment'),
    ...matchingTemplate(spec),
  ];
}

function requiredSelector(spec: Fields, kind: string): StatusCause[] {
  const selector = asFields(spec['selector']);
  if (!selector) return [required('spec.selector')];
  const causes = labelSelector(selector, 'spec.selector');
  if (isEmptySelector(selector))
    causes.push(invalidStruct('spec.selector', selectorAsGo(selector), `empty selector is invalid for ${kind}`));
  return causes;
}

/** The template of a ReplicaSet or Deployment; that of a selector which is none selects nothing. */
function matchingTemplate(spec: Fields): StatusCause[] {
  const template = fields(spec['template']);
  const bad = unusableSelector(spec, 'invalid label selector');
  if (bad.length > 0) return bad;
  const causes = templateLabels(spec, template);
  causes.push(...validatePodTemplate(template, 'spec.template'));
  return [...causes, ...alwaysRestarted(template, 'ReplicaSet')];
}

/** A selector that cannot be evaluated is told, and the template is not looked at. */
function unusableSelector(spec: Fields, detail: string): StatusCause[] {
  const selector = asFields(spec['selector']);
  if (!selector || labelSelector(selector, '').length === 0) return [];
  return [invalidStruct('spec.selector', selectorAsGo(selector), detail)];
}

function templateLabels(spec: Fields, template: Fields): StatusCause[] {
  const labels = stringMap(fields(template['metadata'])['labels']);
  const selector = asFields(spec['selector']);
  if (selector && (isEmptySelector(selector) || selectorMatches(selector, labels))) return [];
  const shown = Object.keys(labels).length === 0 ? null : labels;
  return [invalid('spec.template.metadata.labels', shown, '`selector` does not match template `labels`')];
}

function alwaysRestarted(template: Fields, kind: string): StatusCause[] {
  const spec = fields(template['spec']);
  const causes: StatusCause[] = [];
  if (spec['restartPolicy'] !== 'Always') {
    causes.push(notSupported('spec.template.spec.restartPolicy', text(spec['restartPolicy']), ['Always']));
  }
  if (spec['activeDeadlineSeconds'] !== undefined) {
    causes.push(
      forbidden('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${kind} is not Supported`),
    );
  }
  return causes;
}

function validateStrategy(strategy: Fields): StatusCause[] {
  const rolling = asFields(strategy['rollingUpdate']);
  const path = 'spec.strategy.rollingUpdate';
  if (strategy['type'] === 'Recreate') {
    return rolling ? [forbidden(path, "may not be specified when strategy `type` is 'Recreate'")] : [];
  }
  if (strategy['type'] !== 'RollingUpdate') {
    const shown = { Type: text(strategy['type']), RollingUpdate: rolling ?? null };
    return [notSupportedStruct('spec.strategy', shown, ['Recreate', 'RollingUpdate'])];
  }
  const { maxUnavailable, maxSurge } = rolling ?? {};
  const causes = [
    ...positiveIntOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...positiveIntOrPercent(maxSurge, `${path}.maxSurge`),
  ];
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
    causes.push(invalid(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...causes, ...atMost100Percent(maxUnavailable, `${path}.maxUnavailable`)];
}

function validateStatefulSet(spec: Fields, update: boolean): StatusCause[] {
  const template = fields(spec['template']);
  const service = text(spec['serviceName']);
  const causes = [...statefulSetPolicies(spec)];
  if (!update) {
    for (const [at, claim] of list(spec['volumeClaimTemplates']).entries()) {
      causes.push(...validateClaimSpec(fields(claim['spec']), `spec.volumeClaimTemplates[${at}].spec`));
    }
    if (service !== '') causes.push(...broken('spec.serviceName', service, dnsLabelErrors(service)));
  }
  causes.push(...nonNegativeFields(spec, ['replicas', 'minReadySeconds'], 'spec'));
  causes.push(...nonNegative(fields(spec['ordinals'])['start'], 'spec.ordinals.start'));
  causes.push(...requiredSelector(spec, 'statefulset'));
  const bad = unusableSelector(spec, '');
  causes.push(...bad);
  if (bad.length === 0) {
    const complete = withClaimVolumes(template, list(spec['volumeClaimTemplates']));
    causes.push(...templateLabels(spec, template), ...statefulSetTemplate(complete));
  }
  return [...causes, ...alwaysRestarted(template, 'StatefulSet')];
}

/** Labels and annotations of the template are looked at twice. */
function statefulSetTemplate(template: Fields): StatusCause[] {
  const meta = fields(template['metadata']) as ObjectMeta;
  return [
    ...validatePodTemplate(template, 'spec.template'),
    ...validateLabels(meta.labels, 'spec.template.labels'),
    ...validateAnnotations(meta.annotations, 'spec.template.annotations'),
  ];
}

/** Each claim template stands for a volume of its name; names that the controller sets are not looked at. */
function withClaimVolumes(template: Fields, claims: readonly Fields[]): Fields {
  const { subdomain: _subdomain, hostname: _hostname, ...spec } = fields(template['spec']);
  const own = claims.map((claim) => {
    const name = fields(claim['metadata'])['name'];
    return { name, persistentVolumeClaim: { claimName: name } };
  });
  const others = list(spec['volumes']).filter((volume) => !own.some((one) => one.name === volume['name']));
  return { ...template, spec: { ...spec, volumes: [...own, ...others] } };
}

function statefulSetPolicies(spec: Fields): StatusCause[] {
  const causes: StatusCause[] = [];
  const management = text(spec['podManagementPolicy']);
  if (management !== 'OrderedReady' && management !== 'Parallel') {
    causes.push(invalid('spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'"));
  }
  const strategy = fields(spec['updateStrategy']);
  const rolling = asFields(strategy['rollingUpdate']);
  const path = 'spec.updateStrategy';
  if (strategy['type'] === 'OnDelete') {
    if (rolling) {
      const shown = { Partition: rolling['partition'] ?? 0, MaxUnavailable: rolling['maxUnavailable'] ?? null };
      causes.push(invalidStruct(`${path}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'"));
    }
  } else if (strategy['type'] === 'RollingUpdate') {
    causes.push(...nonNegative(rolling?.['partition'], `${path}.rollingUpdate.partition`));
  } else {
    const shown = { Type: text(strategy['type']), RollingUpdate: rolling ?? null };
    causes.push(invalidStruct(path, shown, "must be 'RollingUpdate' or 'OnDelete'"));
  }
  const retention = fields(spec['persistentVolumeClaimRetentionPolicy']);
  for (const field of ['whenDeleted', 'whenScaled']) {
    const value = text(retention[field]);
    if (value === 'Retain' || value === 'Delete') continue;
    causes.push(notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, value, ['Retain', 'Delete']));
  }
  return causes;
}

const STATEFUL_SET_MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function statefulSetUnchanged(next: KubeObject, live: KubeObject): StatusCause[] {
  const fixed = (object: KubeObject) =>
    Object.fromEntries(Object.entries(readSpec(object)).filter(([field]) => !STATEFUL_SET_MUTABLE.includes(field)));
  if (deepEqual(fixed(next), fixed(live))) return [];
  const detail =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  return [forbidden('spec', detail)];
}

function validateDaemonSet(spec: Fields): StatusCause[] {
  const template = fields(spec['template']);
  const selector = asFields(spec['selector']);
  const labels = stringMap(fields(template['metadata'])['labels']);
  const causes = labelSelector(selector, 'spec.selector');
  const usable = causes.length === 0;
  const matches = selector ? isEmptySelector(selector) || selectorMatches(selector, labels) : false;
  if (usable && !matches) {
    const shown = Object.keys(labels).length === 0 ? null : labels;
    causes.push(invalid('spec.template.metadata.labels', shown, '`selector` does not match template `labels`'));
  }
  if (selector && isEmptySelector(selector)) {
    causes.push(invalidStruct('spec.selector', {}, 'empty selector is invalid for daemonset'));
  }
  return [
    ...causes,
    ...validatePodTemplate(template, 'spec.template'),
    ...alwaysRestarted(template, 'DaemonSet'),
    ...nonNegative(spec['minReadySeconds'], 'spec.minReadySeconds'),
    ...daemonSetStrategy(fields(spec['updateStrategy'])),
    ...nonNegative(spec['revisionHistoryLimit'], 'spec.revisionHistoryLimit'),
  ];
}

function daemonSetStrategy(strategy: Fields): StatusCause[] {
  if (strategy['type'] === 'OnDelete') return [];
  if (strategy['type'] !== 'RollingUpdate') {
    const shown = { Type: text(strategy['type']), RollingUpdate: strategy['rollingUpdate'] ?? null };
    return [notSupportedStruct('spec.updateStrategy', shown, ['RollingUpdate', 'OnDelete'])];
  }
  const { maxUnavailable, maxSurge } = fields(strategy['rollingUpdate']);
  const path = 'spec.updateStrategy.rollingUpdate';
  const causes = [
    ...positiveIntOrPercent(maxUnavailable, `${path}.maxUnavailable`),
    ...positiveIntOrPercent(maxSurge, `${path}.maxSurge`),
    ...atMost100Percent(maxUnavailable, `${path}.maxUnavailable`),
    ...atMost100Percent(maxSurge, `${path}.maxSurge`),
  ];
  const unavailable = intOrPercentValue(maxUnavailable) !== 0;
  const surge = intOrPercentValue(maxSurge) !== 0;
  if (unavailable && surge) {
    causes.push(invalid(`${path}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  }
  if (!unavailable && !surge) causes.push(required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  return causes;
}

function validateReplicationController(spec: Fields): StatusCause[] {
  const selector = stringMap(spec['selector']);
  const template = asFields(spec['template']);
  const causes = nonNegative(spec['minReadySeconds'], 'spec.minReadySeconds');
  if (Object.keys(selector).length === 0) causes.push(required('spec.selector'));
  causes.push(...nonNegative(spec['replicas'], 'spec.replicas'));
  if (!template) return [...causes, required('spec.template')];
  const labels = stringMap(fields(template['metadata'])['labels']);
  if (Object.entries(selector).some(([name, value]) => labels[name] !== value)) {
    causes.push(invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  return [
    ...causes,
    ...validatePodTemplate(template, 'spec.template'),
    ...alwaysRestarted(template, 'ReplicationController'),
  ];
}

function validateRevision(next: KubeObject): StatusCause[] {
  const data = next['data'];
  const causes = nonNegative(next['revision'], 'revision');
  if (data === undefined || data === null) return [...causes, required('data', 'data is mandatory')];
  return asFields(data) ? causes : [...causes, required('data', 'data must be a valid JSON object')];
}

const COUNTERS = ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'];

function validateReplicaStatus(status: Fields, own: string): StatusCause[] {
  const available = Number(status['availableReplicas'] ?? 0);
  const causes = [
    ...nonNegativeFields(
      status,
      [...COUNTERS, 'fullyLabeledReplicas', 'unavailableReplicas', 'observedGeneration'],
      'status',
    ),
    ...boundedBy(status, [own, 'readyReplicas', 'availableReplicas'], 'replicas'),
  ];
  if (available > Number(status['readyReplicas'] ?? 0)) {
    const detail = `cannot be greater than ${own === 'currentReplicas' ? 'status.' : ''}readyReplicas`;
    causes.push(invalid('status.availableReplicas', available, detail));
  }
  return causes;
}
