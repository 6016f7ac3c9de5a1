import type { StatusCause } from '../../model/api-error.ts';
import { forbidden, invalid, notSupported, required } from '../../model/field-error.ts';
import type { KubeObject } from '../../model/object.ts';
import { autoscalerToStorage } from '../conversions/autoscaler.ts';
import { immutable } from '../metadata.ts';
import { labelName, pathSegmentName, subdomainName } from '../names.ts';
import { parseQuantity } from '../quantity.ts';
import {
  atMost100Percent,
  broken,
  invalidStruct,
  labelSelector,
  nonNegativeFields,
  notSupportedStruct,
  oneOf,
  positiveIntOrPercent,
} from '../validation/common.ts';
import { asFields, type Fields, fields, list, text } from '../values.ts';
import { type PartsByKind, readSpec } from './parts.ts';

/* Scaling, disruption, priority, leases and quotas of the API server. Upstream: pkg/apis/<group>/validation. */

const METRICS_NOTE = 'autoscaling.alpha.kubernetes.io/metrics';
const DEFAULT_UTILIZATION = 80;
const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  'system-node-critical': 2_000_001_000,
  'system-cluster-critical': 2_000_000_000,
};

/** Strategies of the groups autoscaling, policy, scheduling, coordination, node and flowcontrol. */
export const policyParts: PartsByKind = {
  'autoscaling/HorizontalPodAutoscaler': {
    nameRule: subdomainName,
    defaults: defaultTarget,
    validate: (next) => validateAutoscaler(readSpec(asStored(next))),
    validateStatusUpdate: (next) =>
      nonNegativeFields(fields(next['status']), ['currentReplicas', 'desiredReplicas'], 'status'),
  },
  'policy/PodDisruptionBudget': {
    ignoresMetaChange: true,
    kubeFinalizers: false,
    generation: true,
    unconditionalUpdate: false,
    validate: (next) => validateBudget(readSpec(next)),
  },
  'scheduling.k8s.io/PriorityClass': {
    nameRule: subdomainName,
    // Set once, and never counted.
    generation: () => false,
    validate: validatePriority,
    validateUpdate: (next, live) => [
      ...((next['value'] ?? 0) === (live['value'] ?? 0)
        ? []
        : [forbidden('value', 'may not be changed in an update.')]),
      ...immutable('preemptionPolicy', next['preemptionPolicy'], live['preemptionPolicy']),
    ],
  },
  'coordination.k8s.io/Lease': {
    kubeFinalizers: false,
    nameRule: subdomainName,
    createOnUpdate: true,
    unconditionalUpdate: false,
    prepareForCreate: dropElection,
    prepareForUpdate: dropElection,
    validate: (next) => validateLease(readSpec(next)),
  },
  'node.k8s.io/RuntimeClass': {
    kubeFinalizers: false,
    nameRule: subdomainName,
    createOnUpdate: true,
    unconditionalUpdate: false,
    validate: (next) => broken('handler', text(next['handler']), labelName(text(next['handler']), false)),
    validateUpdate: (next, live) => immutable('handler', next['handler'], live['handler']),
  },
  'flowcontrol.apiserver.k8s.io/FlowSchema': {
    ignoresMetaChange: true,
    statusKeepsMeta: true,
    nameRule: subdomainName,
    generation: true,
    validate: (next) => validateFlowSchema(readSpec(next)),
  },
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': {
    ignoresMetaChange: true,
    statusKeepsMeta: true,
    nameRule: subdomainName,
    generation: true,
    validate: (next) => validatePriorityLevel(readSpec(next)),
  },
};

/** Version 1 shows the default metric of version 2 even where nothing is stored (dry runs, managed fields). */
function defaultTarget(next: KubeObject): void {
  if (next.apiVersion !== 'autoscaling/v1' || next.metadata.annotations?.[METRICS_NOTE] !== undefined) return;
  const spec = asFields(next['spec']);
  if (spec) spec['targetCPUUtilizationPercentage'] ??= DEFAULT_UTILIZATION;
}

function objectReference(value: unknown, path: string, groupRequired: boolean): StatusCause[] {
  const reference = fields(value);
  const causes = ['kind', 'name'].flatMap((field) => {
    const word = text(reference[field]);
    return word === ''
      ? [required(`${path}.${field}`)]
      : broken(`${path}.${field}`, word, pathSegmentName(word, false));
  });
  const version = text(reference['apiVersion']);
  if (version.split('/').length > 2) {
    causes.push(invalid(`${path}.apiVersion`, version, `unexpected GroupVersion string: ${version}`));
  } else if (groupRequired && !version.includes('/')) {
    causes.push(invalid(`${path}.apiVersion`, version, 'apiVersion must specify API group'));
  }
  return causes;
}

/** Rules are those of version 2, in which autoscalers are stored. */
function asStored(autoscaler: KubeObject): KubeObject {
  return autoscaler.apiVersion === 'autoscaling/v1' ? autoscalerToStorage(autoscaler) : autoscaler;
}

function validateAutoscaler(spec: Fields): StatusCause[] {
  const min = typeof spec['minReplicas'] === 'number' ? spec['minReplicas'] : undefined;
  const max = Number(spec['maxReplicas'] ?? 0);
  const causes: StatusCause[] = [];
  if (min !== undefined && min < 1) causes.push(invalid('spec.minReplicas', min, 'must be greater than or equal to 1'));
  if (max < 1) causes.push(invalid('spec.maxReplicas', max, 'must be greater than 0'));
  if (min !== undefined && max < min) {
    causes.push(invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`'));
  }
  causes.push(...objectReference(spec['scaleTargetRef'], 'spec.scaleTargetRef', true));
  for (const [at, metric] of list(spec['metrics']).entries())
    causes.push(...validateMetric(metric, `spec.metrics[${at}]`));
  const scalesByLoad = list(spec['metrics']).some(
    (metric) => metric['type'] === 'Object' || metric['type'] === 'External',
  );
  if (min === 0 && !scalesByLoad) {
    const detail = 'must specify at least one Object or External metric to support scaling to zero replicas';
    causes.push(forbidden('spec.metrics', detail));
  }
  const behavior = fields(spec['behavior']);
  for (const side of ['scaleUp', 'scaleDown']) {
    const rules = asFields(behavior[side]);
    if (rules) causes.push(...scalingRules(rules, `spec.behavior.${side}`));
  }
  return causes;
}

const METRICS: Readonly<Record<string, string>> = {
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
};

function validateMetric(metric: Fields, path: string): StatusCause[] {
  const type = text(metric['type']);
  const expected = METRICS[type];
  const causes: StatusCause[] = [];
  if (type === '') causes.push(required(`${path}.type`, 'must specify a metric source type'));
  if (expected === undefined) causes.push(notSupported(`${path}.type`, type, Object.keys(METRICS)));
  const given = ['object', 'external', 'pods', 'resource', 'containerResource'].filter((field) =>
    asFields(metric[field]),
  );
  const first = given[0];
  if (first !== undefined) causes.push(...metricSource(first, fields(metric[first]), `${path}.${first}`));
  if (expected === undefined) causes.push(notSupported(`${path}.type`, type, Object.keys(METRICS)));
  else if (!given.includes(expected)) {
    causes.push(required(`${path}.${expected}`, 'must populate information for the given metric source'));
  }
  if (given.length === 1) return causes;
  const others = given.filter((field) => field !== expected);
  return [
    ...causes,
    ...others.map((field) => forbidden(`${path}.${field}`, 'must populate the given metric source only')),
  ];
}

function metricSource(kind: string, source: Fields, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  if (kind === 'containerResource' && text(source['container']) === '') {
    causes.push(required(`${path}.container`, 'must specify a container name'));
  }
  if (kind === 'resource' || kind === 'containerResource') {
    if (text(source['name']) === '') causes.push(required(`${path}.name`, 'must specify a resource name'));
  } else {
    if (kind === 'object') causes.push(...objectReference(source['describedObject'], `${path}.describedObject`, false));
    const name = text(fields(source['metric'])['name']);
    const where = `${path}.metric.name`;
    causes.push(
      ...(name === ''
        ? [required(where, 'must specify a metric name')]
        : broken(where, name, pathSegmentName(name, false))),
    );
  }
  return [...causes, ...metricTarget(kind, fields(source['target']), `${path}.target`)];
}

function metricTarget(kind: string, target: Fields, path: string): StatusCause[] {
  const type = text(target['type']);
  const causes: StatusCause[] = [];
  if (type === '') causes.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    causes.push(invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue'));
  }
  const utilization = target['averageUtilization'];
  if (typeof utilization === 'number' && utilization < 1) {
    causes.push(invalid(`${path}.averageUtilization`, utilization, 'must be greater than 0'));
  }
  for (const field of ['value', 'averageValue']) {
    const amount = target[field];
    if (amount !== undefined && parseQuantity(String(amount)).nano <= 0n) {
      causes.push(invalid(`${path}.${field}`, amount, 'must be positive'));
    }
  }
  return [...causes, ...metricTargetValue(kind, target, path)];
}

function metricTargetValue(kind: string, target: Fields, path: string): StatusCause[] {
  const { averageUtilization: utilization, averageValue: average, value } = target;
  if (kind === 'resource' || kind === 'containerResource') {
    if (utilization === undefined && average === undefined) {
      const where = `${path}.averageUtilization`;
      return [required(where, 'must set either a target raw value or a target utilization')];
    }
    return utilization !== undefined && average !== undefined
      ? [forbidden(`${path}.averageValue`, 'may not set both a target raw value and a target utilization')]
      : [];
  }
  if (kind === 'pods') {
    return average === undefined
      ? [required(`${path}.averageValue`, 'must specify a positive target averageValue')]
      : [];
  }
  if (value === undefined && average === undefined) {
    const detail =
      kind === 'object'
        ? 'must set either a target value or averageValue'
        : 'must set either a target value for metric or a per-pod target';
    return [required(`${path}.averageValue`, detail)];
  }
  return [];
}

function scalingRules(rules: Fields, path: string): StatusCause[] {
  const window = rules['stabilizationWindowSeconds'];
  const causes: StatusCause[] = [];
  const where = `${path}.stabilizationWindowSeconds`;
  if (typeof window === 'number' && window < 0)
    causes.push(invalid(where, window, 'must be greater than or equal to zero'));
  if (typeof window === 'number' && window > 3600)
    causes.push(invalid(where, window, 'must be less than or equal to 3600'));
  if (rules['selectPolicy'] !== undefined) {
    causes.push(...oneOf(rules['selectPolicy'], ['Disabled', 'Max', 'Min'], `${path}.selectPolicy`));
  }
  const policies = list(rules['policies']);
  if (policies.length === 0) causes.push(required(`${path}.policies`, 'must specify at least one Policy'));
  for (const [at, policy] of policies.entries()) {
    const policyPath = `${path}.policies[${at}]`;
    causes.push(...oneOf(policy['type'], ['Percent', 'Pods'], `${policyPath}.type`));
    for (const field of ['value', 'periodSeconds']) {
      const value = Number(policy[field] ?? 0);
      if (value <= 0) causes.push(invalid(`${policyPath}.${field}`, value, 'must be greater than zero'));
    }
    if (Number(policy['periodSeconds']) > 1800) {
      causes.push(
        invalid(`${policyPath}.periodSeconds`, policy['periodSeconds'], 'must be less than or equal to 1800'),
      );
    }
  }
  return causes;
}

function validateBudget(spec: Fields): StatusCause[] {
  const causes: StatusCause[] = [];
  const { minAvailable, maxUnavailable } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    causes.push(invalidStruct('spec', budgetAsGo(spec), 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const field of ['minAvailable', 'maxUnavailable']) {
    if (spec[field] === undefined) continue;
    causes.push(
      ...positiveIntOrPercent(spec[field], `spec.${field}`),
      ...atMost100Percent(spec[field], `spec.${field}`),
    );
  }
  causes.push(...labelSelector(spec['selector'], 'spec.selector'));
  if (spec['unhealthyPodEvictionPolicy'] === undefined) return causes;
  const policies = ['AlwaysAllow', 'IfHealthyBudget'];
  return [...causes, ...oneOf(spec['unhealthyPodEvictionPolicy'], policies, 'spec.unhealthyPodEvictionPolicy')];
}

/** The spec as the internal Go type, which has no JSON names, is written. */
function budgetAsGo(spec: Fields): Fields {
  return {
    MinAvailable: spec['minAvailable'] ?? null,
    Selector: spec['selector'] ?? null,
    MaxUnavailable: spec['maxUnavailable'] ?? null,
    UnhealthyPodEvictionPolicy: spec['unhealthyPodEvictionPolicy'] ?? null,
  };
}

function validatePriority(object: KubeObject): StatusCause[] {
  const name = object.metadata.name ?? '';
  const value = Number(object['value'] ?? 0);
  const causes: StatusCause[] = [];
  if (name.startsWith('system-')) {
    const known = SYSTEM_PRIORITIES[name];
    const why =
      known === undefined
        ? `${name} is not a known system priority class`
        : `value of ${name} PriorityClass must be ${known}`;
    if (known !== value) {
      const detail = `priority class names with 'system-' prefix are reserved for system use only. error: ${why}`;
      causes.push(forbidden('metadata.name', detail));
    }
  } else if (value > HIGHEST_USER_PRIORITY) {
    causes.push(forbidden('value', `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`));
  }
  if (object['preemptionPolicy'] === undefined) return causes;
  const policies = ['PreemptLowerPriority', 'Never'];
  return [...causes, ...oneOf(object['preemptionPolicy'], policies, 'preemptionPolicy', true)];
}

function validateLease(spec: Fields): StatusCause[] {
  const duration = spec['leaseDurationSeconds'];
  const transitions = spec['leaseTransitions'];
  const causes: StatusCause[] = [];
  if (typeof duration === 'number' && duration <= 0) {
    causes.push(invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
  }
  if (typeof transitions === 'number' && transitions < 0) {
    causes.push(invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
  }
  return causes;
}

/** Coordinated leader election is off by default. */
function dropElection(next: KubeObject): void {
  for (const field of ['strategy', 'preferredHolder']) delete readSpec(next)[field];
}

const METHODS = ['ByNamespace', 'ByUser'];

function validateFlowSchema(spec: Fields): StatusCause[] {
  const causes: StatusCause[] = [];
  const precedence = Number(spec['matchingPrecedence'] ?? 0);
  if (precedence <= 0) causes.push(invalid('spec.matchingPrecedence', precedence, 'must be a positive value'));
  if (precedence > 10000) {
    causes.push(invalid('spec.matchingPrecedence', precedence, 'must not be greater than 10000'));
  }
  const method = asFields(spec['distinguisherMethod']);
  if (method && !METHODS.includes(text(method['type']))) {
    const shown = { Type: text(method['type']) };
    causes.push(notSupportedStruct('spec.distinguisherMethod.type', shown, METHODS));
  }
  const level = text(fields(spec['priorityLevelConfiguration'])['name']);
  const path = 'spec.priorityLevelConfiguration.name';
  if (level === '') causes.push(required(path, 'must reference a priority level'));
  else causes.push(...broken(path, level, subdomainName(level, false)));
  return causes;
}

function validatePriorityLevel(spec: Fields): StatusCause[] {
  const type = text(spec['type']);
  const limited = asFields(spec['limited']);
  const causes: StatusCause[] = [];
  if (type === 'Exempt') {
    return limited ? [forbidden('spec.limited', 'must be nil if the type is not Limited')] : [];
  }
  if (type !== 'Limited') return [notSupported('spec.type', type, ['Exempt', 'Limited'])];
  if (asFields(spec['exempt'])) causes.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
  if (!limited) return [...causes, required('spec.limited', 'must not be empty when type is Limited')];
  const response = fields(limited['limitResponse']);
  causes.push(...oneOf(response['type'], ['Queue', 'Reject'], 'spec.limited.limitResponse.type'));
  if (response['type'] === 'Queue' && !asFields(response['queuing'])) {
    causes.push(required('spec.limited.limitResponse.queuing', 'must not be empty if limited response is not Reject'));
  }
  return causes;
}
