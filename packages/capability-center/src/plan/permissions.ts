import type { JsonObject, KubernetesObject } from '@capstan/base';
import type { PolicyRule } from '@capstan/capability-model';

/** Rights that a package's programs get, read from its rendered roles and bindings. */
export interface PermissionGrant {
  /** `cluster`, or the namespace in which they hold. */
  readonly scope: string;
  /** Who gets them: `keda/keda-operator` for a ServiceAccount, else the name of the user or group. */
  readonly subjects: readonly string[];
  readonly role: string;
  readonly rules: readonly PolicyRule[];
  /** One line per rule, for people. */
  readonly lines: readonly string[];
  /** The lines that deserve a second look: secrets, wildcards, escalation, impersonation. */
  readonly notable: readonly string[];
}

const ESCALATING = ['escalate', 'bind', 'impersonate'];

/**
 * What the rendered objects ask for: every Role and ClusterRole together with the bindings that put it into force,
 * and the ClusterRoles that extend the cluster's own `view`, `edit` and `admin` by aggregation.
 */
export function permissionGrants(objects: readonly KubernetesObject[], namespace: string): PermissionGrant[] {
  const rules = new Map(objects.filter(isRole).map((role) => [roleKey(role, namespace), rulesOf(role)]));
  const grants = objects.filter(isBinding).map((binding) => grantOf(binding, rules, namespace));
  const aggregated = objects.filter(isRole).flatMap((role) => aggregationGrants(role));
  return [...grants, ...aggregated];
}

function grantOf(
  binding: KubernetesObject,
  rules: ReadonlyMap<string, readonly PolicyRule[]>,
  fallback: string,
): PermissionGrant {
  const roleRef = mapOf(binding['roleRef']);
  const bindingNamespace = binding.metadata.namespace ?? fallback;
  const clusterRole = roleRef['kind'] === 'ClusterRole';
  const name = String(roleRef['name']);
  const found = rules.get(clusterRole ? `ClusterRole/${name}` : `Role/${bindingNamespace}/${name}`);
  const scope = binding.kind === 'ClusterRoleBinding' ? 'cluster' : bindingNamespace;
  const subjects = listOf(binding['subjects']).map((subject) => subjectName(mapOf(subject), fallback));
  if (found) return describeGrant({ scope, subjects, role: name, rules: found });
  const line = `everything that the existing ${String(roleRef['kind'])} ${name} allows ${where(scope)}`;
  const notable = ['cluster-admin', 'admin', 'edit'].includes(name) ? [line] : [];
  return { scope, subjects, role: name, rules: [], lines: [line], notable };
}

function aggregationGrants(role: KubernetesObject): PermissionGrant[] {
  const prefix = 'rbac.authorization.k8s.io/aggregate-to-';
  const targets = Object.entries(role.metadata.labels ?? {})
    .filter(([key, value]) => key.startsWith(prefix) && value === 'true')
    .map(([key]) => `everyone with role ${key.slice(prefix.length)}`);
  if (targets.length === 0) return [];
  return [describeGrant({ scope: 'cluster', subjects: targets, role: role.metadata.name, rules: rulesOf(role) })];
}

function describeGrant(grant: Omit<PermissionGrant, 'lines' | 'notable'>): PermissionGrant {
  const described = grant.rules.map((rule) => ({ rule, line: describeRule(rule, grant.scope) }));
  const notable = described.filter(({ rule }) => isNotableRule(rule, grant.scope)).map(({ line }) => line);
  return { ...grant, lines: described.map(({ line }) => line), notable };
}

/** `get/list/watch secrets in all namespaces`: one rule in words. */
export function describeRule(rule: PolicyRule, scope: string): string {
  const verbs = rule.verbs.includes('*') ? 'everything' : rule.verbs.join('/');
  if (rule.nonResourceURLs && rule.nonResourceURLs.length > 0) return `${verbs} on ${rule.nonResourceURLs.join(', ')}`;
  const names = rule.resourceNames && rule.resourceNames.length > 0 ? ` named ${rule.resourceNames.join(', ')}` : '';
  return `${verbs} on ${resourcesOf(rule)}${names} ${where(scope)}`;
}

function resourcesOf(rule: PolicyRule): string {
  const groups = rule.apiGroups ?? [''];
  const resources = rule.resources ?? [];
  if (resources.includes('*'))
    return groups.includes('*') ? 'all kinds' : `all kinds of ${groups.map(groupName).join(', ')}`;
  const suffix = groups.every((group) => group === '') ? '' : ` (${groups.map(groupName).join(', ')})`;
  return `${resources.join(', ')}${suffix}`;
}

function groupName(group: string): string {
  if (group === '*') return 'all groups';
  return group === '' ? 'core' : group;
}

function where(scope: string): string {
  return scope === 'cluster' ? 'in all namespaces' : `in namespace ${scope}`;
}

/** Whether a rule deserves a second look: secrets of the cluster, wildcards, escalation, impersonation. */
export function isNotableRule(rule: PolicyRule, scope: string): boolean {
  if (rule.verbs.some((verb) => ESCALATING.includes(verb))) return true;
  const resources = rule.resources ?? [];
  if (resources.includes('*') && (rule.apiGroups ?? []).includes('*')) return true;
  const cluster = scope === 'cluster' || scope === 'kube-system';
  const core = (rule.apiGroups ?? []).some((group) => group === '' || group === '*');
  return cluster && core && resources.some((resource) => ['secrets', 'nodes', 'pods/exec', '*'].includes(resource));
}

function isRole(object: KubernetesObject): boolean {
  return isRbac(object) && (object.kind === 'Role' || object.kind === 'ClusterRole');
}

function isBinding(object: KubernetesObject): boolean {
  return isRbac(object) && (object.kind === 'RoleBinding' || object.kind === 'ClusterRoleBinding');
}

function isRbac(object: KubernetesObject): boolean {
  return object.apiVersion.startsWith('rbac.authorization.k8s.io/');
}

function roleKey(role: KubernetesObject, namespace: string): string {
  const { name } = role.metadata;
  return role.kind === 'ClusterRole' ? `ClusterRole/${name}` : `Role/${role.metadata.namespace ?? namespace}/${name}`;
}

function rulesOf(role: KubernetesObject): readonly PolicyRule[] {
  return Array.isArray(role['rules']) ? (role['rules'] as PolicyRule[]) : [];
}

function subjectName(subject: JsonObject, namespace: string): string {
  const name = String(subject['name']);
  return subject['kind'] === 'ServiceAccount' ? `${String(subject['namespace'] ?? namespace)}/${name}` : name;
}

function mapOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
