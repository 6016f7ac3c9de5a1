import type { KubeObject } from '../model/object.ts';
import { type Cell, columns, type Printer } from './columns.ts';
import { humanDuration, since } from './duration.ts';
import { count, type Fields, fieldsOf, items, optionalFields, text, valueAt } from './fields.ts';
import { firstOf, orNone } from './format.ts';

/* Tables of the kinds that configure the control plane, as pkg/printers/internalversion makes them. */

const age = (object: KubeObject, now: number) => since(object.metadata.creationTimestamp, now);
const nameOf = (object: KubeObject) => object.metadata.name ?? '';

/** Webhook configurations of both kinds. */
export const webhookPrinter: Printer = {
  columns: columns('Name|Webhooks:integer|Age'),
  cells: (object, now) => [nameOf(object), items(object, 'webhooks').length, age(object, now)],
};

/** ValidatingAdmissionPolicies. */
export const admissionPolicyPrinter: Printer = {
  columns: columns('Name|Validations:integer|ParamKind|Age'),
  cells: (object, now) => {
    const kind = optionalFields(object, 'spec', 'paramKind');
    const shown = kind ? `${text(kind, 'apiVersion')}/${text(kind, 'kind')}` : '<unset>';
    return [nameOf(object), items(object, 'spec', 'validations').length, shown, age(object, now)];
  },
};

/** ValidatingAdmissionPolicyBindings. */
export const admissionPolicyBindingPrinter: Printer = {
  columns: columns('Name|PolicyName|ParamRef|Age'),
  cells: (object, now) => [
    nameOf(object),
    text(object, 'spec', 'policyName'),
    parameterName(optionalFields(object, 'spec', 'paramRef')),
    age(object, now),
  ],
};

function parameterName(reference: Fields | undefined): string {
  if (!reference) return '<unset>';
  const name = text(reference, 'name');
  if (name !== '') return `${text(reference, 'namespace') || '*'}/${name}`;
  const selector = optionalFields(reference, 'selector');
  if (!selector) return '<unset>';
  const labels = Object.entries(fieldsOf(selector, 'matchLabels')).sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = labels.map(([key, value]) => `${key}: ${String(value)},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${shown}},MatchExpressions:[]LabelSelectorRequirement{},}`;
}

/** APIServices (kube-aggregator registry/apiservice). */
export const apiServicePrinter: Printer = {
  columns: columns('Name|Service|Available|Age'),
  cells: (object, now) => {
    const service = optionalFields(object, 'spec', 'service');
    const shown = service ? `${text(service, 'namespace')}/${text(service, 'name')}` : 'Local';
    return [nameOf(object), shown, apiServiceStatus(object), age(object, now)];
  },
};

function apiServiceStatus(object: KubeObject): string {
  const condition = items(object, 'status', 'conditions').find((one) => text(one, 'type') === 'Available');
  if (!condition) return 'Unknown';
  const status = text(condition, 'status');
  const reason = text(condition, 'reason');
  return status === 'True' || reason === '' ? status : `${status} (${reason})`;
}

/** CertificateSigningRequests. */
export const signingRequestPrinter: Printer = {
  columns: columns('Name|Age|SignerName|Requestor|RequestedDuration|Condition'),
  cells: (object, now) => {
    const seconds = valueAt(object, ['spec', 'expirationSeconds']);
    return [
      nameOf(object),
      age(object, now),
      orNone(text(object, 'spec', 'signerName')),
      text(object, 'spec', 'username'),
      typeof seconds === 'number' ? humanDuration(seconds * 1000) : '<none>',
      signingStatus(object),
    ];
  },
};

function signingStatus(request: KubeObject): string {
  const types = items(request, 'status', 'conditions').map((condition) => text(condition, 'type'));
  const decision = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending';
  const failed = types.includes('Failed') ? ',Failed' : '';
  return `${decision}${failed}${text(request, 'status', 'certificate') === '' ? '' : ',Issued'}`;
}

/** FlowSchemas. */
export const flowSchemaPrinter: Printer = {
  columns: columns('Name|PriorityLevel|MatchingPrecedence|DistinguisherMethod|Age|MissingPL'),
  cells: (object, now) => {
    const dangling = items(object, 'status', 'conditions').find((one) => text(one, 'type') === 'Dangling');
    return [
      nameOf(object),
      text(object, 'spec', 'priorityLevelConfiguration', 'name'),
      count(object, 'spec', 'matchingPrecedence'),
      orNone(text(object, 'spec', 'distinguisherMethod', 'type')),
      age(object, now),
      dangling ? text(dangling, 'status') : '?',
    ];
  },
  // As they are tried.
  order: (a, b) =>
    count(a, 'spec', 'matchingPrecedence') - count(b, 'spec', 'matchingPrecedence') || (nameOf(a) < nameOf(b) ? -1 : 1),
};

/** PriorityLevelConfigurations. */
export const priorityLevelPrinter: Printer = {
  columns: columns('Name|Type|NominalConcurrencyShares|Queues|HandSize|QueueLengthLimit|Age'),
  cells: (object, now) => {
    const limited = optionalFields(object, 'spec', 'limited');
    const queuing = limited && optionalFields(limited, 'limitResponse', 'queuing');
    const number = (fields: Fields | undefined, name: string): Cell => (fields ? count(fields, name) : '<none>');
    return [
      nameOf(object),
      text(object, 'spec', 'type'),
      number(limited, 'nominalConcurrencyShares'),
      number(queuing, 'queues'),
      number(queuing, 'handSize'),
      number(queuing, 'queueLengthLimit'),
      age(object, now),
    ];
  },
};

/** HorizontalPodAutoscalers. Of version 1 only the target for CPU is shown; its other metrics are in annotations. */
export const autoscalerPrinter: Printer = {
  columns: columns('Name|Reference|Targets|MinPods|MaxPods|Replicas|Age'),
  cells: (object, now) => [
    nameOf(object),
    `${text(object, 'spec', 'scaleTargetRef', 'kind')}/${text(object, 'spec', 'scaleTargetRef', 'name')}`,
    autoscalerTargets(object),
    text(object, 'spec', 'minReplicas') || '<unset>',
    count(object, 'spec', 'maxReplicas'),
    count(object, 'status', 'currentReplicas'),
    age(object, now),
  ],
};

function autoscalerTargets(object: KubeObject): string {
  const simple = valueAt(object, ['spec', 'targetCPUUtilizationPercentage']);
  if (typeof simple === 'number') {
    const current = text(object, 'status', 'currentCPUUtilizationPercentage');
    return `cpu: ${current === '' ? '<unknown>' : `${current}%`}/${simple}%`;
  }
  const statuses = items(object, 'status', 'currentMetrics');
  const targets = items(object, 'spec', 'metrics').map((metric, index) => metricTarget(metric, statuses[index]));
  return targets.length === 0 ? '<none>' : firstOf(targets, 2, ', ');
}

/** The field of a metric that holds its details, by its type. */
const METRIC_FIELDS: Readonly<Record<string, string>> = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
};

function metricTarget(metric: Fields, status: Fields | undefined): string {
  const type = text(metric, 'type');
  const field = METRIC_FIELDS[type];
  if (field === undefined) return '<unknown type>';
  const target = fieldsOf(metric, field, 'target');
  const current = status && optionalFields(status, field, 'current');
  const average = text(target, 'averageValue');
  const known = (name: string) => (current && text(current, name)) || '<unknown>';
  if (type === 'Pods') return `${known('averageValue')}/${average}`;
  if (type === 'Resource' || type === 'ContainerResource') {
    const resource = text(metric, field, 'name');
    if (average !== '') return `${resource}: ${known('averageValue')}/${average}`;
    const percent = (fields: Fields, none: string) => {
      const utilization = text(fields, 'averageUtilization');
      return utilization === '' ? none : `${utilization}%`;
    };
    return `${resource}: ${percent(current ?? {}, '<unknown>')}/${percent(target, '<auto>')}`;
  }
  return average === '' ? `${known('value')}/${text(target, 'value')}` : `${known('averageValue')}/${average} (avg)`;
}
