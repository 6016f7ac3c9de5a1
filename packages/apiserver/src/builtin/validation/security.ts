import type { StatusCause } from '../../model/api-error.ts';
import { invalid, notSupported, required } from '../../model/field-error.ts';
import { rangeError } from '../names.ts';
import { asFields, type Fields, fields, list, strings, text } from '../values.ts';
import { invalidStruct, localDescendingPath } from './common.ts';

/* Security contexts. Upstream: ValidateSecurityContext, validatePodSpecSecurityContext in core/validation/validation.go. */

const MOST_ID = 2 ** 31 - 1;

function id(value: unknown, path: string): StatusCause[] {
  if (typeof value !== 'number' || (value >= 0 && value <= MOST_ID)) return [];
  return [invalid(path, value, rangeError(0, MOST_ID))];
}

function seccompProfile(value: unknown, path: string): StatusCause[] {
  const profile = asFields(value);
  if (!profile) return [];
  const type = text(profile['type']);
  const file = profile['localhostProfile'];
  if (type === '') return [required(`${path}.type`, 'type is required when seccompProfile is set')];
  if (!['Localhost', 'RuntimeDefault', 'Unconfined'].includes(type)) {
    return [notSupported(`${path}.type`, type, ['Localhost', 'RuntimeDefault', 'Unconfined'])];
  }
  if (type === 'Localhost') {
    return file === undefined
      ? [required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost')]
      : localDescendingPath(text(file), `${path}.localhostProfile`);
  }
  return file === undefined
    ? []
    : [invalid(`${path}.localhostProfile`, file, 'can only be set when seccomp type is Localhost')];
}

function appArmorProfile(value: unknown, path: string): StatusCause[] {
  const profile = asFields(value);
  if (!profile) return [];
  const type = text(profile['type']);
  const name = profile['localhostProfile'];
  if (type === 'Localhost') {
    return name === undefined
      ? [required(`${path}.localhostProfile`, 'must be set when AppArmor type is Localhost')]
      : [];
  }
  if (type === 'RuntimeDefault' || type === 'Unconfined') {
    return name === undefined
      ? []
      : [invalid(`${path}.localhostProfile`, name, 'can only be set when AppArmor type is Localhost')];
  }
  if (type === '') return [required(`${path}.type`, 'type is required when appArmorProfile is set')];
  return [notSupported(`${path}.type`, type, ['Localhost', 'RuntimeDefault', 'Unconfined'])];
}

/** All that is wrong with a container's `securityContext`. */
export function validateSecurityContext(value: unknown, path: string, hostUsers: boolean): StatusCause[] {
  const context = asFields(value);
  if (!context) return [];
  return [
    ...id(context['runAsUser'], `${path}.runAsUser`),
    ...id(context['runAsGroup'], `${path}.runAsGroup`),
    ...procMount(context['procMount'], `${path}.procMount`, hostUsers),
    ...seccompProfile(context['seccompProfile'], `${path}.seccompProfile`),
    ...escalation(context, path),
    ...appArmorProfile(context['appArmorProfile'], `${path}.appArmorProfile`),
  ];
}

function procMount(value: unknown, path: string, hostUsers: boolean): StatusCause[] {
  if (value === undefined || value === 'Default') return [];
  if (value !== 'Unmasked') return [notSupported(path, value, ['Default', 'Unmasked'])];
  return hostUsers ? [invalid(path, value, '`hostUsers` must be false to use `Unmasked`')] : [];
}

function escalation(context: Fields, path: string): StatusCause[] {
  if (context['allowPrivilegeEscalation'] !== false) return [];
  const causes: StatusCause[] = [];
  const shown = securityContextAsGo(context);
  if (context['privileged'] === true) {
    causes.push(invalidStruct(path, shown, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
  }
  if (strings(fields(context['capabilities'])['add']).includes('CAP_SYS_ADMIN')) {
    causes.push(
      invalidStruct(path, shown, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'),
    );
  }
  return causes;
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** A profile with the names of its Go type. */
function withGoNames(value: unknown): unknown {
  const profile = asFields(value);
  if (!profile || profile['type'] === undefined) return value;
  return { Type: profile['type'], LocalhostProfile: profile['localhostProfile'] ?? null };
}

/** The context as the internal Go type, which has no JSON names, is written. */
function securityContextAsGo(context: Fields): Fields {
  const names = [
    'capabilities',
    'privileged',
    'seLinuxOptions',
    'windowsOptions',
    'runAsUser',
    'runAsGroup',
    'runAsNonRoot',
    'readOnlyRootFilesystem',
    'allowPrivilegeEscalation',
    'procMount',
    'seccompProfile',
    'appArmorProfile',
  ];
  const entries = names.map((name) => [
    name === 'seLinuxOptions' ? 'SELinuxOptions' : capitalised(name),
    withGoNames(context[name] ?? null),
  ]);
  return Object.fromEntries(entries);
}

/** All that is wrong with a Pod's `securityContext`. */
export function validatePodSecurityContext(value: unknown, spec: Fields, path: string): StatusCause[] {
  const context = fields(value);
  const groups = Array.isArray(context['supplementalGroups']) ? context['supplementalGroups'] : [];
  const causes = [
    ...id(context['fsGroup'], `${path}.fsGroup`),
    ...id(context['runAsUser'], `${path}.runAsUser`),
    ...id(context['runAsGroup'], `${path}.runAsGroup`),
    ...groups.flatMap((group, at) => id(group, `${path}.supplementalGroups[${at}]`)),
  ];
  if (spec['shareProcessNamespace'] === true && spec['hostPID'] === true) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    causes.push(invalid(`${path}.shareProcessNamespace`, true, detail));
  }
  for (const [at, sysctl] of list(context['sysctls']).entries()) {
    if (text(sysctl['name']) === '') causes.push(required(`${path}.sysctls[${at}].name`));
  }
  const policy = context['fsGroupChangePolicy'];
  if (policy !== undefined && policy !== 'Always' && policy !== 'OnRootMismatch') {
    causes.push(notSupported(`${path}.fsGroupChangePolicy`, policy, ['Always', 'OnRootMismatch']));
  }
  return [
    ...causes,
    ...seccompProfile(context['seccompProfile'], `${path}.seccompProfile`),
    ...appArmorProfile(context['appArmorProfile'], `${path}.appArmorProfile`),
  ];
}
