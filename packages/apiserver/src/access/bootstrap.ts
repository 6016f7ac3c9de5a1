import { randomUUID } from 'node:crypto';
import { readAsset } from '../builtin/asset.ts';
import type { JsonObject, KubeObject, ManagedFieldsEntry } from '../model/object.ts';
import type { Store } from '../storage/store.ts';
import { ROLE_KEYS } from './role-index.ts';

/** A row of the asset `rbac`. */
interface Row {
  readonly kind: keyof typeof KEYS;
  readonly namespace?: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly aggregationRule?: unknown;
  readonly rules?: unknown;
  readonly roleRef?: unknown;
  readonly subjects?: unknown;
}

const KEYS = {
  ClusterRole: ROLE_KEYS.clusterRoles,
  ClusterRoleBinding: ROLE_KEYS.clusterRoleBindings,
  Role: ROLE_KEYS.roles,
  RoleBinding: ROLE_KEYS.roleBindings,
} as const;

const API_VERSION = 'rbac.authorization.k8s.io/v1';
const AUTOUPDATE = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };
const BOOTSTRAPPING = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };

/**
 * Writes the roles and bindings that every cluster begins with (the bootstrap policy of v1.35.4), where they are missing.
 * `now` is RFC 3339 with seconds. Returns how many were written.
 */
export function writeBootstrapRoles(store: Store, now: string): number {
  let written = 0;
  for (const row of readAsset('rbac') as readonly Row[]) {
    const { namespace = '', name } = row;
    const key = KEYS[row.kind];
    if (store.get(key, namespace, name)) continue;
    store.write({ key, namespace, name, expected: 0, object: objectOf(row, now) });
    written += 1;
  }
  return written;
}

function objectOf(row: Row, now: string): KubeObject {
  const { kind, namespace, name, labels, ...content } = row;
  const allLabels = { ...BOOTSTRAPPING, ...labels };
  return {
    apiVersion: API_VERSION,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      uid: randomUUID(),
      creationTimestamp: now,
      labels: allLabels,
      annotations: AUTOUPDATE,
      managedFields: managedFields(row, Object.keys(allLabels), now),
    },
    ...content,
    // A role without rules says so.
    ...(kind.endsWith('Role') && row.rules === undefined && { rules: null }),
  };
}

/** Aggregated rules belong to the controller that gathered them. */
function managedFields(row: Row, labels: readonly string[], now: string): ManagedFieldsEntry[] {
  const aggregated = row.aggregationRule !== undefined;
  const shared = { apiVersion: API_VERSION, time: now, fieldsType: 'FieldsV1' } as const;
  const own: JsonObject = {
    ...(aggregated && { 'f:aggregationRule': { '.': {}, 'f:clusterRoleSelectors': {} } }),
    'f:metadata': {
      'f:annotations': fieldsOf(Object.keys(AUTOUPDATE)),
      'f:labels': fieldsOf(labels),
    },
    ...(row.roleRef !== undefined && { 'f:roleRef': {} }),
    ...(row.rules !== undefined && !aggregated && { 'f:rules': {} }),
    ...(row.subjects !== undefined && { 'f:subjects': {} }),
  };
  const server: ManagedFieldsEntry = { manager: 'kube-apiserver', operation: 'Update', ...shared, fieldsV1: own };
  if (!aggregated) return [server];
  const gathered = {
    manager: AGGREGATION_MANAGER,
    operation: 'Apply',
    ...shared,
    fieldsV1: { 'f:rules': {} },
  } as const;
  return [gathered, server];
}

/** The field manager of rules that aggregated ClusterRoles are given. */
export const AGGREGATION_MANAGER = 'clusterrole-aggregation-controller';

function fieldsOf(names: readonly string[]): JsonObject {
  return { '.': {}, ...Object.fromEntries([...names].sort().map((name) => [`f:${name}`, {}])) };
}
