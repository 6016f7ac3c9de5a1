import type { StatusCause } from '../../model/api-error.ts';
import { duplicate, forbidden, invalid, notFound, notSupported, required } from '../../model/field-error.ts';
import { patternError, portNameErrors, portNumberErrors } from '../names.ts';
import { asFields, type Fields, fields, list, strings, text } from '../values.ts';
import { broken, dnsLabel, localDescendingPath, noBacksteps, nonNegative, oneOf, portNumberOrName } from './common.ts';
import { validateEnv, validateEnvFrom } from './environment.ts';
import { validateContainerResources } from './resources.ts';
import { validateSecurityContext } from './security.ts';

/* Containers of Pods. Upstream: validateContainers and what it calls in pkg/apis/core/validation/validation.go. */

/** What containers refer to in their Pod. */
export interface PodParts {
  /** Valid volumes by name. */
  readonly volumes: ReadonlyMap<string, Fields>;
  readonly claimNames: ReadonlySet<string>;
  readonly gracePeriod: number | undefined;
  readonly restartPolicy: string;
  readonly hostUsers: boolean;
}

/** All that is wrong with `containers`. */
export function validateContainers(containers: readonly Fields[], pod: PodParts, path: string): StatusCause[] {
  if (containers.length === 0) return [required(path)];
  const names = new Set<string>();
  const causes: StatusCause[] = [];
  for (const [at, container] of containers.entries()) {
    const where = `${path}[${at}]`;
    causes.push(...validateContainer(container, pod, where));
    const name = text(container['name']);
    if (names.has(name)) causes.push(duplicate(`${where}.name`, name));
    names.add(name);
    causes.push(...validateLifecycle(container['lifecycle'], pod, `${where}.lifecycle`));
    causes.push(...validateProbes(container, pod, where));
    causes.push(...restartRules(container, where));
  }
  return [...causes, ...hostPortConflicts(containers, path)];
}

/** All that is wrong with `initContainers`. */
export function validateInitContainers(
  containers: readonly Fields[],
  regular: readonly Fields[],
  pod: PodParts,
  path: string,
): StatusCause[] {
  const names = new Set(regular.map((one) => text(one['name'])));
  const causes: StatusCause[] = [];
  for (const [at, container] of containers.entries()) {
    const where = `${path}[${at}]`;
    causes.push(...validateContainer(container, pod, where));
    causes.push(...restartRules(container, where));
    const name = text(container['name']);
    if (names.has(name)) causes.push(duplicate(`${where}.name`, name));
    else if (name !== '') names.add(name);
    causes.push(...hostPortConflicts([container], path));
    if (container['restartPolicy'] === 'Always') {
      causes.push(...validateLifecycle(container['lifecycle'], pod, `${where}.lifecycle`));
      causes.push(...validateProbes(container, pod, where));
      continue;
    }
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']) {
      if (container[field] === undefined) continue;
      causes.push(forbidden(`${where}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
    }
  }
  return causes;
}

/** What holds for containers of every sort. */
export function validateContainer(container: Fields, pod: PodParts, path: string): StatusCause[] {
  const name = text(container['name']);
  return [
    ...(name === '' ? [required(`${path}.name`)] : dnsLabel(name, `${path}.name`)),
    ...(text(container['image']) === '' ? [required(`${path}.image`)] : []),
    ...oneOf(
      container['terminationMessagePolicy'],
      ['File', 'FallbackToLogsOnError'],
      `${path}.terminationMessagePolicy`,
      true,
    ),
    ...validatePorts(list(container['ports']), `${path}.ports`),
    ...validateEnv(container['env'], `${path}.env`),
    ...validateEnvFrom(container['envFrom'], `${path}.envFrom`),
    ...validateMounts(container, pod, `${path}.volumeMounts`),
    ...validateDevices(container, pod, `${path}.volumeDevices`),
    ...oneOf(container['imagePullPolicy'], ['Always', 'IfNotPresent', 'Never'], `${path}.imagePullPolicy`, true),
    ...validateContainerResources(container['resources'], pod.claimNames, `${path}.resources`),
    ...resizePolicy(list(container['resizePolicy']), pod.restartPolicy, `${path}.resizePolicy`),
    ...validateSecurityContext(container['securityContext'], `${path}.securityContext`, pod.hostUsers),
  ];
}

function validatePorts(ports: readonly Fields[], path: string): StatusCause[] {
  const names = new Set<string>();
  return ports.flatMap((port, at) => {
    const where = `${path}[${at}]`;
    const causes: StatusCause[] = [];
    const name = text(port['name']);
    const bad = name === '' ? [] : portNameErrors(name);
    causes.push(...broken(`${where}.name`, name, bad));
    if (bad.length === 0 && names.has(name)) causes.push(duplicate(`${where}.name`, name));
    if (name !== '' && bad.length === 0) names.add(name);
    const number = Number(port['containerPort'] ?? 0);
    if (number === 0) causes.push(required(`${where}.containerPort`));
    else causes.push(...broken(`${where}.containerPort`, number, portNumberErrors(number)));
    const hostPort = Number(port['hostPort'] ?? 0);
    if (hostPort !== 0) causes.push(...broken(`${where}.hostPort`, hostPort, portNumberErrors(hostPort)));
    return [...causes, ...oneOf(port['protocol'], ['SCTP', 'TCP', 'UDP'], `${where}.protocol`, true)];
  });
}

function hostPortConflicts(containers: readonly Fields[], path: string): StatusCause[] {
  const taken = new Set<string>();
  const causes: StatusCause[] = [];
  for (const [at, container] of containers.entries()) {
    for (const [portAt, port] of list(container['ports']).entries()) {
      if ((port['hostPort'] ?? 0) === 0) continue;
      const shown = `${text(port['protocol'])}/${text(port['hostIP'])}/${port['hostPort']}`;
      if (taken.has(shown)) causes.push(duplicate(`${path}[${at}].ports[${portAt}].hostPort`, shown));
      taken.add(shown);
    }
  }
  return causes;
}

function validateMounts(container: Fields, pod: PodParts, path: string): StatusCause[] {
  const devices = list(container['volumeDevices']);
  const paths = new Set<string>();
  return list(container['volumeMounts']).flatMap((mount, at) => {
    const where = `${path}[${at}]`;
    const causes: StatusCause[] = [];
    const name = text(mount['name']);
    const mountPath = text(mount['mountPath']);
    if (name === '') causes.push(required(`${where}.name`));
    if (!pod.volumes.has(name)) causes.push(notFound(`${where}.name`, name));
    if (mountPath === '') causes.push(required(`${where}.mountPath`));
    if (paths.has(mountPath)) causes.push(invalid(`${where}.mountPath`, mountPath, 'must be unique'));
    paths.add(mountPath);
    if (devices.some((device) => device['name'] === name)) {
      causes.push(invalid(`${where}.name`, name, 'must not already exist in volumeDevices'));
    }
    if (devices.some((device) => device['devicePath'] === mountPath)) {
      causes.push(invalid(`${where}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'));
    }
    // Upstream leaves out the position here.
    return [...causes, ...subPaths(mount, path, where), ...propagation(mount, container, path)];
  });
}

function subPaths(mount: Fields, path: string, where: string): StatusCause[] {
  const subPath = text(mount['subPath']);
  const expression = text(mount['subPathExpr']);
  const causes = subPath === '' ? [] : localDescendingPath(subPath, `${path}.subPath`);
  if (expression === '') return causes;
  if (subPath !== '') {
    causes.push(invalid(`${where}.subPathExpr`, expression, 'subPathExpr and subPath are mutually exclusive'));
  }
  return [...causes, ...localDescendingPath(expression, `${path}.subPathExpr`)];
}

function propagation(mount: Fields, container: Fields, path: string): StatusCause[] {
  const mode = mount['mountPropagation'];
  if (mode === undefined) return [];
  const supported = ['Bidirectional', 'HostToContainer', 'None'];
  if (!supported.includes(text(mode))) return [notSupported(`${path}.mountPropagation`, text(mode), supported)];
  const privileged = fields(container['securityContext'])['privileged'] === true;
  return mode === 'Bidirectional' && !privileged
    ? [
        forbidden(
          `${path}.mountPropagation`,
          'Bidirectional mount propagation is available only to privileged containers',
        ),
      ]
    : [];
}

function validateDevices(container: Fields, pod: PodParts, path: string): StatusCause[] {
  return list(container['volumeDevices']).flatMap((device, at) => {
    const where = `${path}[${at}]`;
    const name = text(device['name']);
    const causes: StatusCause[] = [];
    if (name === '') causes.push(required(`${where}.name`));
    const volume = pod.volumes.get(name);
    if (volume && !asFields(volume['persistentVolumeClaim']) && !asFields(volume['ephemeral'])) {
      causes.push(
        invalid(
          `${where}.name`,
          name,
          'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
        ),
      );
    }
    if (!volume) causes.push(notFound(`${where}.name`, name));
    const devicePath = text(device['devicePath']);
    if (devicePath === '') causes.push(required(`${where}.devicePath`));
    return [...causes, ...noBacksteps(devicePath, `${where}.devicePath`)];
  });
}

function resizePolicy(policies: readonly Fields[], restartPolicy: string, path: string): StatusCause[] {
  const seen = new Set<string>();
  return policies.flatMap((policy, at) => {
    const name = text(policy['resourceName']);
    const causes = seen.has(name) ? [duplicate(`${path}[${at}]`, name)] : [];
    seen.add(name);
    causes.push(...oneOf(name, ['cpu', 'memory'], path, true));
    causes.push(...oneOf(policy['restartPolicy'], ['NotRequired', 'RestartContainer'], path, true));
    if (restartPolicy === 'Never' && policy['restartPolicy'] !== 'NotRequired') {
      const detail = "must be 'NotRequired' when `restartPolicy` is 'Never'";
      causes.push(invalid(path, text(policy['restartPolicy']), detail));
    }
    return causes;
  });
}

function restartRules(container: Fields, path: string): StatusCause[] {
  const policy = container['restartPolicy'];
  if (policy !== undefined) return oneOf(policy, ['Always', 'Never', 'OnFailure'], `${path}.restartPolicy`);
  const rules = list(container['restartPolicyRules']);
  return rules.length === 0
    ? []
    : [required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used')];
}

function validateLifecycle(value: unknown, pod: PodParts, path: string): StatusCause[] {
  const lifecycle = asFields(value);
  if (!lifecycle) return [];
  return ['postStart', 'preStop'].flatMap((field) => {
    const handler = asFields(lifecycle[field]);
    return handler ? validateHandler(handler, pod, `${path}.${field}`) : [];
  });
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

function validateHandler(handler: Fields, pod: PodParts, path: string): StatusCause[] {
  const given = HANDLERS.filter((field) => asFields(handler[field]));
  const [first, ...others] = given;
  if (first === undefined) return [required(path, 'must specify a handler type')];
  return [
    ...validateAction(first, fields(handler[first]), pod, `${path}.${first}`),
    ...others.map((field) => forbidden(`${path}.${field}`, 'may not specify more than 1 handler type')),
  ];
}

function validateAction(kind: string, action: Fields, pod: PodParts, path: string): StatusCause[] {
  switch (kind) {
    case 'exec':
      return strings(action['command']).length === 0 ? [required(`${path}.command`)] : [];
    case 'httpGet':
      return httpGet(action, path);
    case 'sleep':
      return sleep(Number(action['seconds'] ?? 0), pod.gracePeriod, path);
    default:
      return portNumberOrName(action['port'], `${path}.port`);
  }
}

function sleep(seconds: number, gracePeriod: number | undefined, path: string): StatusCause[] {
  if (gracePeriod === undefined || (seconds >= 0 && seconds <= gracePeriod)) return [];
  const detail = `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`;
  return [invalid(path, seconds, detail)];
}

function httpGet(action: Fields, path: string): StatusCause[] {
  const rule = "a valid HTTP header must consist of alphanumeric characters or '-'";
  const names = list(action['httpHeaders']).map((header) => text(header['name']));
  return [
    ...(text(action['path']) === '' ? [required(`${path}.path`)] : []),
    ...portNumberOrName(action['port'], `${path}.port`),
    ...oneOf(action['scheme'], ['HTTP', 'HTTPS'], `${path}.scheme`),
    ...names
      .filter((name) => !/^[-A-Za-z0-9]+$/.test(name))
      .map((name) => invalid(`${path}.httpHeaders`, name, patternError(rule, '[-A-Za-z0-9]+', 'X-Header-Name'))),
  ];
}

function validateProbes(container: Fields, pod: PodParts, path: string): StatusCause[] {
  return ['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((field) => {
    const probe = asFields(container[field]);
    return probe ? validateProbe(probe, field, pod, `${path}.${field}`) : [];
  });
}

const PROBE_NUMBERS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
];

function validateProbe(probe: Fields, kind: string, pod: PodParts, path: string): StatusCause[] {
  const causes = validateHandler(probe, pod, path);
  for (const field of PROBE_NUMBERS) causes.push(...nonNegative(probe[field], `${path}.${field}`));
  const grace = probe['terminationGracePeriodSeconds'];
  const gracePath = `${path}.terminationGracePeriodSeconds`;
  if (grace !== undefined && Number(grace) <= 0) causes.push(invalid(gracePath, grace, 'must be greater than 0'));
  if (grace !== undefined && kind === 'readinessProbe') {
    causes.push(invalid(gracePath, grace, 'must not be set for readinessProbes'));
  }
  if (kind !== 'readinessProbe' && probe['successThreshold'] !== 1) {
    causes.push(invalid(`${path}.successThreshold`, probe['successThreshold'] ?? 0, 'must be 1'));
  }
  return causes;
}
