import type { StatusCause } from '../../model/api-error.ts';
import { forbidden, invalid, required } from '../../model/field-error.ts';
import type { KubeObject } from '../../model/object.ts';
import { rangeError, subdomainName } from '../names.ts';
import { qosClass } from '../pods.ts';
import { validatePodSpec } from '../validation/pod-spec.ts';
import { asFields, deepEqual, type Fields, fields, list, number, text } from '../values.ts';
import { podWarnings } from '../warnings.ts';
import { hostnameWarnings, type PartsByKind, readSpec, specOf } from './parts.ts';

/* Pods. Upstream: pkg/registry/core/pod/strategy.go, ValidatePodCreate and ValidatePodUpdate in core/validation. */

const MOST_INT32 = 2 ** 31 - 1;
const UPDATABLE =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
const GRACE_SECONDS = 30;

/** The strategy of Pods. */
export const podParts: PartsByKind = {
  '/Pod': {
    revalidatesMeta: true,
    nameRule: subdomainName,
    generation: (next, live) => !deepEqual(next['spec'], live['spec']),
    prepareForCreate(next, context) {
      const spec = specOf(next);
      if (Number(spec['terminationGracePeriodSeconds']) < 0) spec['terminationGracePeriodSeconds'] = 1;
      const status: Fields = { phase: 'Pending', qosClass: qosClass(spec) };
      if (list(spec['schedulingGates']).length > 0) status['conditions'] = [gatedCondition(context.now)];
      next['status'] = status;
    },
    validate: (next) => [...validatePodSpec(readSpec(next), 'spec'), ...createOnly(readSpec(next))],
    validateUpdate: validatePodUpdate,
    prepareStatus(next, live) {
      const status = next['status'];
      const qosClass = fields(live['status'])['qosClass'];
      if (asFields(status) && qosClass !== undefined) next['status'] = { qosClass, ...fields(status) };
    },
    subresources: {
      ephemeralcontainers: { prepareForUpdate: keepAllBut(['ephemeralContainers']), validateUpdate: ephemeralUpdate },
      resize: {
        prepareForUpdate: keepAllBut(['containers', 'initContainers', 'resources']),
        validateUpdate: validateResize,
      },
    },
    warnings: (next, live) =>
      live ? [] : [...hostnameWarnings(next, live, "the Pod's hostname"), ...podWarnings(readSpec(next), 'spec')],
    fieldValues: podFieldValues,
    gracePeriodSeconds,
  },
};

function gatedCondition(now: string): Fields {
  return {
    type: 'PodScheduled',
    status: 'False',
    reason: 'SchedulingGated',
    message: 'Scheduling is blocked due to non-empty scheduling gates',
    lastProbeTime: null,
    lastTransitionTime: now,
  };
}

function createOnly(spec: Fields): StatusCause[] {
  const causes = list(spec['containers']).flatMap((container, at) => trimmedImage(container, `spec.containers[${at}]`));
  causes.push(
    ...list(spec['initContainers']).flatMap((container, at) => trimmedImage(container, `spec.initContainers[${at}]`)),
  );
  if (list(spec['ephemeralContainers']).length > 0) {
    causes.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  }
  if (text(spec['nodeName']) !== '' && list(spec['schedulingGates']).length > 0) {
    causes.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  return causes;
}

function trimmedImage(container: Fields, path: string): StatusCause[] {
  const image = text(container['image']);
  return image.trim() === image
    ? []
    : [invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')];
}

function validatePodUpdate(next: KubeObject, live: KubeObject): StatusCause[] {
  const after = readSpec(next);
  const before = readSpec(live);
  const causes = validatePodSpec(after, 'spec');
  for (const field of ['containers', 'initContainers']) {
    if (list(after[field]).length !== list(before[field]).length) {
      return [...causes, forbidden(`spec.${field}`, 'pod updates may not add or remove containers')];
    }
    for (const [at, container] of list(after[field]).entries()) {
      if (text(container['image']) === '') causes.push(required(`spec.${field}[${at}].image`));
      causes.push(...trimmedImage(container, `spec.${field}[${at}]`));
    }
  }
  causes.push(...deadline(after, before));
  causes.push(...addedTolerations(list(after['tolerations']), list(before['tolerations'])));
  causes.push(...removedGates(list(after['schedulingGates']), list(before['schedulingGates'])));
  if (!deepEqual(munged(after, before), before)) causes.push(forbidden('spec', `${UPDATABLE}\n`));
  return causes;
}

function validateResize(next: KubeObject, live: KubeObject): StatusCause[] {
  const causes = validatePodSpec(readSpec(next), 'spec');
  const before = text(fields(live['status'])['qosClass']) || qosClass(readSpec(live));
  if (qosClass(readSpec(next)) !== before) {
    const shown = text(fields(next['status'])['qosClass']);
    causes.push(invalid('spec', shown, 'Pod QOS Class may not change as a result of resizing'));
  }
  return causes;
}

function deadline(after: Fields, before: Fields): StatusCause[] {
  const next = number(after['activeDeadlineSeconds']);
  const live = number(before['activeDeadlineSeconds']);
  const path = 'spec.activeDeadlineSeconds';
  if (next === undefined) {
    return live === undefined ? [] : [invalid(path, null, 'must not update from a positive integer to nil value')];
  }
  if (next < 0 || next > MOST_INT32) return [invalid(path, next, rangeError(0, MOST_INT32))];
  if (live !== undefined && live < next) return [invalid(path, next, 'must be less than or equal to previous value')];
  return [];
}

function addedTolerations(after: readonly Fields[], before: readonly Fields[]): StatusCause[] {
  const kept = before.every((old) =>
    after.some((one) => deepEqual({ ...one, tolerationSeconds: null }, { ...old, tolerationSeconds: null })),
  );
  return kept
    ? []
    : [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function removedGates(after: readonly Fields[], before: readonly Fields[]): StatusCause[] {
  const known = new Set(before.map((gate) => text(gate['name'])));
  return after.flatMap((gate, at) => {
    const name = text(gate['name']);
    if (known.has(name)) return [];
    return [
      forbidden(
        `spec.schedulingGates[${at}].name`,
        `only deletion is allowed, but found new scheduling gate '${name}'`,
      ),
    ];
  });
}

/** The new spec with the fields that may change as they were. */
function munged(after: Fields, before: Fields): Fields {
  const withImages = (field: string) =>
    list(after[field]).map((container, at) => ({ ...container, image: list(before[field])[at]?.['image'] }));
  const negative = Number(before['terminationGracePeriodSeconds'] ?? 0) < 0;
  const grace = negative && after['terminationGracePeriodSeconds'] === 1;
  return {
    ...after,
    containers: withImages('containers'),
    initContainers: withImages('initContainers'),
    activeDeadlineSeconds: before['activeDeadlineSeconds'],
    schedulingGates: before['schedulingGates'],
    tolerations: before['tolerations'],
    ...(grace && { terminationGracePeriodSeconds: before['terminationGracePeriodSeconds'] }),
  };
}

function keepAllBut(changeable: readonly string[]): (next: KubeObject, live: KubeObject) => void {
  return (next, live) => {
    const spec: Fields = { ...readSpec(live) };
    for (const field of changeable) {
      if (readSpec(next)[field] === undefined) delete spec[field];
      else spec[field] = readSpec(next)[field];
    }
    next['spec'] = spec;
    next['status'] = live['status'];
    next.metadata = {
      ...live.metadata,
      ...(next.metadata.managedFields && { managedFields: next.metadata.managedFields }),
      ...(next.metadata.resourceVersion !== undefined && { resourceVersion: next.metadata.resourceVersion }),
    };
  };
}

function ephemeralUpdate(next: KubeObject, live: KubeObject): StatusCause[] {
  const before = list(readSpec(live)['ephemeralContainers']);
  const after = list(readSpec(next)['ephemeralContainers']);
  return before.flatMap((old) => {
    const found = after.find((one) => one['name'] === old['name']);
    if (!found)
      return [
        forbidden(
          'spec.ephemeralContainers',
          `existing ephemeral containers "${text(old['name'])}" may not be removed\n`,
        ),
      ];
    return deepEqual(found, old)
      ? []
      : [
          forbidden(
            'spec.ephemeralContainers',
            `existing ephemeral containers "${text(old['name'])}" may not be changed\n`,
          ),
        ];
  });
}

function podFieldValues(object: KubeObject): Record<string, string> {
  const spec = readSpec(object);
  const status = fields(object['status']);
  return {
    'spec.nodeName': text(spec['nodeName']),
    'spec.restartPolicy': text(spec['restartPolicy']),
    'spec.schedulerName': text(spec['schedulerName']),
    'spec.serviceAccountName': text(spec['serviceAccountName']),
    'spec.hostNetwork': String(spec['hostNetwork'] === true),
    'status.phase': text(status['phase']),
    'status.podIP': text(status['podIP']),
    'status.podIPs': text(status['podIP']),
    'status.nominatedNodeName': text(status['nominatedNodeName']),
  };
}

/** A Pod that runs nowhere, or runs no longer, goes at once. */
function gracePeriodSeconds(object: KubeObject): number {
  const spec = readSpec(object);
  const phase = text(fields(object['status'])['phase']);
  if (text(spec['nodeName']) === '' || phase === 'Failed' || phase === 'Succeeded') return 0;
  const grace = number(spec['terminationGracePeriodSeconds']) ?? GRACE_SECONDS;
  return grace < 0 ? 1 : grace;
}
