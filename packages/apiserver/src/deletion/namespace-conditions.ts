/** A condition of a Namespace (core/v1 NamespaceCondition). */
export interface NamespaceCondition {
  type: string;
  status: 'True' | 'False';
  lastTransitionTime: string;
  reason: string;
  message: string;
}

/** What stands in the way of a namespace's end. */
export interface NamespaceFindings {
  /** What is wrong with groups that cannot be discovered, by `group/version`. */
  readonly discovery: ReadonlyMap<string, string>;
  /** Faults of deletions. */
  readonly failures: readonly string[];
  /** How many objects are left, by `resource.group`. Undefined where that was not looked at. */
  readonly remaining: ReadonlyMap<string, number> | undefined;
  /** On how many objects each finalizer is. */
  readonly finalizers: ReadonlyMap<string, number>;
}

const FINE: Readonly<Record<string, readonly [reason: string, message: string]>> = {
  NamespaceDeletionDiscoveryFailure: ['ResourcesDiscovered', 'All resources successfully discovered'],
  NamespaceDeletionGroupVersionParsingFailure: ['ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  NamespaceDeletionContentFailure: [
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ],
  NamespaceContentRemaining: ['ContentRemoved', 'All content successfully removed'],
  NamespaceFinalizersRemaining: ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
};

/**
 * The conditions of a terminating namespace, from those it has (pkg/controller/namespace/deletion
 * status_condition_utils.go). Times change only with the status. Returns the same list where nothing changes.
 */
export function namespaceConditions(
  old: readonly NamespaceCondition[],
  findings: NamespaceFindings,
  now: string,
): readonly NamespaceCondition[] {
  const bad = troubles(findings);
  let conditions = old;
  for (const [type, fine] of Object.entries(FINE)) {
    const trouble = bad.get(type);
    const [reason, message] = trouble ?? fine;
    const status = trouble ? 'True' : 'False';
    const before = old.find((one) => one.type === type);
    if (before && before.status === status && before.reason === reason && before.message === message) continue;
    const lastTransitionTime = before && before.status === status ? before.lastTransitionTime : now;
    const next: NamespaceCondition = { type, status, lastTransitionTime, reason, message };
    conditions = before ? conditions.map((one) => (one === before ? next : one)) : [...conditions, next];
  }
  return conditions;
}

function troubles(findings: NamespaceFindings): Map<string, readonly [reason: string, message: string]> {
  const { discovery, failures, remaining, finalizers } = findings;
  const bad = new Map<string, readonly [string, string]>();
  if (discovery.size > 0) {
    bad.set('NamespaceDeletionDiscoveryFailure', ['DiscoveryFailed', discoveryMessage(discovery)]);
  }
  if (failures.length > 0) {
    const message = `Failed to delete all resource types, ${failures.length} remaining: ${[...failures].sort().join(', ')}`;
    bad.set('NamespaceDeletionContentFailure', ['ContentDeletionFailed', message]);
  }
  if (remaining && remaining.size > 0) {
    const counts = [...remaining].map(([type, count]) => `${type} has ${count} resource instances`).sort();
    const message = `Some resources are remaining: ${counts.join(', ')}`;
    bad.set('NamespaceContentRemaining', ['SomeResourcesRemain', message]);
  }
  if (remaining && finalizers.size > 0) {
    const counts = [...finalizers].map(([name, count]) => `${name} in ${count} resource instances`).sort();
    const message = `Some content in the namespace has finalizers remaining: ${counts.join(', ')}`;
    bad.set('NamespaceFinalizersRemaining', ['SomeFinalizersRemain', message]);
  }
  return bad;
}

function discoveryMessage(discovery: ReadonlyMap<string, string>): string {
  const groups = [...discovery].map(([version, why]) => `${version}: ${why}`).sort();
  const all = `unable to retrieve the complete list of server APIs: ${groups.join(', ')}`;
  return `Discovery failed for some groups, ${groups.length} failing: ${all}`;
}
