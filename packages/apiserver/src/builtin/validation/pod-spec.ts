import type { StatusCause } from '../../model/api-error.ts';
import { duplicate, invalid, notSupported, required } from '../../model/field-error.ts';
import type { ObjectMeta } from '../../model/object.ts';
import { validateAnnotations, validateLabels } from '../metadata.ts';
import { labelValueErrors, qualifiedNameErrors, rangeError, subdomainName } from '../names.ts';
import { asFields, type Fields, fields, list, number, stringMap, strings, text } from '../values.ts';
import { validateAffinity } from './affinity.ts';
import { broken, dnsLabel, labelSelector, oneOf } from './common.ts';
import { type PodParts, validateContainers, validateInitContainers } from './container.ts';
import { ipAddress } from './ip.ts';
import { validatePodSecurityContext } from './security.ts';
import { validateVolumes } from './volumes.ts';

/* Specs of Pods and Pod templates. Upstream: ValidatePodSpec in pkg/apis/core/validation/validation.go. */

const MOST_INT32 = 2 ** 31 - 1;
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

/** All that is wrong with a Pod's spec. */
export function validatePodSpec(spec: Fields, path: string): StatusCause[] {
  const [volumes, causes] = validateVolumes(list(spec['volumes']), `${path}.volumes`);
  const pod: PodParts = {
    volumes,
    claimNames: new Set(list(spec['resourceClaims']).map((claim) => text(claim['name']))),
    gracePeriod: number(spec['terminationGracePeriodSeconds']),
    restartPolicy: text(spec['restartPolicy']),
    hostUsers: spec['hostUsers'] !== false,
  };
  const containers = list(spec['containers']);
  return [
    ...causes,
    ...resourceClaims(list(spec['resourceClaims']), `${path}.resourceClaims`),
    ...validateContainers(containers, pod, `${path}.containers`),
    ...validateInitContainers(list(spec['initContainers']), containers, pod, `${path}.initContainers`),
    ...hostNetworkPorts(spec, path),
    ...oneOf(spec['restartPolicy'], ['Always', 'OnFailure', 'Never'], `${path}.restartPolicy`, true),
    ...oneOf(spec['dnsPolicy'], DNS_POLICIES, `${path}.dnsPolicy`, true),
    ...validateLabels(stringMap(spec['nodeSelector']), `${path}.nodeSelector`),
    ...validatePodSecurityContext(spec['securityContext'], spec, `${path}.securityContext`),
    ...list(spec['imagePullSecrets']).flatMap((secret, at) =>
      text(secret['name']) === '' ? [required(`${path}.imagePullSecrets[${at}].name`)] : [],
    ),
    ...validateAffinity(spec['affinity'], `${path}.affinity`),
    ...dnsConfig(spec, `${path}.dnsConfig`),
    ...list(spec['readinessGates']).flatMap((gate, at) =>
      broken(
        `${path}.readinessGates[${at}].conditionType`,
        text(gate['conditionType']),
        qualifiedNameErrors(text(gate['conditionType'])),
      ),
    ),
    ...schedulingGates(list(spec['schedulingGates']), `${path}.schedulingGates`),
    ...spreadConstraints(list(spec['topologySpreadConstraints']), `${path}.topologySpreadConstraints`),
    ...names(spec, path),
    ...validateTolerations(list(spec['tolerations']), `${path}.tolerations`),
    ...hostAliases(list(spec['hostAliases']), `${path}.hostAliases`),
    ...classNames(spec, path),
  ];
}

function resourceClaims(claims: readonly Fields[], path: string): StatusCause[] {
  const seen = new Set<string>();
  return claims.flatMap((claim, at) => {
    const name = text(claim['name']);
    const where = `${path}[${at}].name`;
    const causes = name === '' ? [required(where)] : seen.has(name) ? [duplicate(where, name)] : dnsLabel(name, where);
    seen.add(name);
    return causes;
  });
}

function hostNetworkPorts(spec: Fields, path: string): StatusCause[] {
  if (spec['hostNetwork'] !== true) return [];
  return list(spec['containers']).flatMap((container, at) =>
    list(container['ports']).flatMap((port, portAt) => {
      // In templates it may be left out; in Pods the defaults have set it.
      const same = port['hostPort'] === undefined || port['hostPort'] === port['containerPort'];
      const where = `${path}.containers[${at}].ports[${portAt}].hostPort`;
      return same ? [] : [invalid(where, port['hostPort'], 'must match `containerPort` when `hostNetwork` is true')];
    }),
  );
}

function names(spec: Fields, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  for (const field of ['serviceAccountName', 'nodeName']) {
    const name = text(spec[field]);
    if (name !== '') causes.push(...broken(`${path}.${field}`, name, subdomainName(name, false)));
  }
  const deadline = number(spec['activeDeadlineSeconds']);
  if (deadline !== undefined && (deadline < 1 || deadline > MOST_INT32)) {
    causes.push(invalid(`${path}.activeDeadlineSeconds`, deadline, rangeError(1, MOST_INT32)));
  }
  for (const field of ['hostname', 'subdomain']) {
    const name = text(spec[field]);
    if (name !== '') causes.push(...dnsLabel(name, `${path}.${field}`));
  }
  return causes;
}

function classNames(spec: Fields, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  for (const field of ['priorityClassName', 'runtimeClassName']) {
    const name = text(spec[field]);
    if (name !== '') causes.push(...broken(`${path}.${field}`, name, subdomainName(name, false)));
  }
  const policy = spec['preemptionPolicy'];
  if (policy !== undefined) {
    causes.push(...oneOf(policy, ['PreemptLowerPriority', 'Never'], `${path}.preemptionPolicy`, true));
  }
  const os = asFields(spec['os']);
  if (os) causes.push(...oneOf(os['name'], ['linux', 'windows'], `${path}.os`, true));
  return causes;
}

function dnsConfig(spec: Fields, path: string): StatusCause[] {
  const config = asFields(spec['dnsConfig']);
  const servers = strings(config?.['nameservers']);
  if (spec['dnsPolicy'] === 'None' && servers.length === 0) {
    const where = config ? `${path}.nameservers` : path;
    const detail = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    return [
      required(config ? where : `${path}`, config ? detail : 'must provide `dnsConfig` when `dnsPolicy` is None'),
    ];
  }
  return servers.flatMap((server, at) => ipAddress(server, `${path}.nameservers[${at}]`));
}

function schedulingGates(gates: readonly Fields[], path: string): StatusCause[] {
  const seen = new Set<string>();
  return gates.flatMap((gate, at) => {
    const name = text(gate['name']);
    const causes = broken(`${path}[${at}]`, name, qualifiedNameErrors(name));
    if (seen.has(name)) causes.push(duplicate(`${path}[${at}]`, name));
    seen.add(name);
    return causes;
  });
}

function spreadConstraints(constraints: readonly Fields[], path: string): StatusCause[] {
  return constraints.flatMap((constraint, at) => {
    const where = `${path}[${at}]`;
    const skew = Number(constraint['maxSkew'] ?? 0);
    const key = text(constraint['topologyKey']);
    const unsatisfiable = text(constraint['whenUnsatisfiable']);
    const pair = `{${key}, ${unsatisfiable}}`;
    const repeated = constraints
      .slice(at + 1)
      .some((other) => other['topologyKey'] === key && other['whenUnsatisfiable'] === unsatisfiable);
    return [
      ...(skew > 0 ? [] : [invalid(`${where}.maxSkew`, skew, 'must be greater than zero')]),
      ...(key === ''
        ? [required(`${where}.topologyKey`, 'can not be empty')]
        : broken(`${where}.topologyKey`, key, qualifiedNameErrors(key))),
      ...(['DoNotSchedule', 'ScheduleAnyway'].includes(unsatisfiable)
        ? []
        : [notSupported(`${where}.whenUnsatisfiable`, unsatisfiable, ['DoNotSchedule', 'ScheduleAnyway'])]),
      ...(repeated ? [duplicate(`${where}.{topologyKey, whenUnsatisfiable}`, pair)] : []),
      ...labelSelector(constraint['labelSelector'], `${where}.labelSelector`),
    ];
  });
}

/** All that is wrong with `tolerations`. */
export function validateTolerations(tolerations: readonly Fields[], path: string): StatusCause[] {
  return tolerations.flatMap((toleration, at) => validateToleration(toleration, `${path}[${at}]`));
}

function validateToleration(toleration: Fields, path: string): StatusCause[] {
  const key = text(toleration['key']);
  const operator = text(toleration['operator']);
  const value = text(toleration['value']);
  const effect = text(toleration['effect']);
  const causes = key === '' ? [] : broken(`${path}.key`, key, qualifiedNameErrors(key));
  if (key === '' && operator !== 'Exists') {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    causes.push(invalid(`${path}.operator`, operator, detail));
  }
  if (toleration['tolerationSeconds'] !== undefined && effect !== 'NoExecute') {
    causes.push(invalid(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  }
  if (operator === 'Equal' || operator === '') {
    const bad = labelValueErrors(value);
    if (bad.length > 0) causes.push(invalid(`${path}.operator`, value, bad.join(';')));
  } else if (operator === 'Exists') {
    if (value !== '')
      causes.push(invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"));
  } else {
    const numeric = operator === 'Lt' || operator === 'Gt';
    const supported = numeric ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists'];
    causes.push(notSupported(`${path}.operator`, operator, supported));
  }
  const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
  if (effect !== '' && !effects.includes(effect)) causes.push(notSupported(`${path}.effect`, effect, effects));
  return causes;
}

function hostAliases(aliases: readonly Fields[], path: string): StatusCause[] {
  return aliases.flatMap((alias, at) => [
    ...ipAddress(text(alias['ip']), `${path}[${at}].ip`),
    ...strings(alias['hostnames']).flatMap((name, index) =>
      broken(`${path}[${at}].hostnames[${index}]`, name, subdomainName(name, false)),
    ),
  ]);
}

/** All that is wrong with a Pod template. */
export function validatePodTemplate(template: Fields, path: string): StatusCause[] {
  const meta = fields(template['metadata']) as ObjectMeta;
  const spec = fields(template['spec']);
  const causes = [
    // Upstream leaves out "metadata" in these two paths.
    ...validateLabels(meta.labels, `${path}.labels`),
    ...validateAnnotations(meta.annotations, `${path}.annotations`),
    ...validatePodSpec(spec, `${path}.spec`),
  ];
  if (list(spec['ephemeralContainers']).length > 0) {
    causes.push({
      reason: 'FieldValueForbidden',
      field: `${path}.spec.ephemeralContainers`,
      message: 'Forbidden: ephemeral containers not allowed in pod template',
    });
  }
  return causes;
}
