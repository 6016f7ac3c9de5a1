/** Namespace of Capstan's own records. */
export const SYSTEM_NAMESPACE = 'capstan-system';

/** Label that tells what a record holds. */
export const RECORD_LABEL = 'capstan.dev/record';

/** Label that names the package a record is about. */
export const PACKAGE_LABEL = 'capstan.dev/package';

/** Label or annotation that carries the digest of the plan that wrote an object. */
export const PLAN_DIGEST_KEY = 'capstan.dev/plan-digest';

/** What a record Secret holds. `login`: credentials for a host that centers are read from. */
export type RecordKind = 'plan' | 'lock' | 'journal' | 'revision' | 'payload' | 'center' | 'login';

/** Names of the Leases in the system namespace. */
export const LEASES = { operator: 'capstan-operator', install: 'capstan-install' } as const;

/** The labels of a record, and the selector that finds its like. */
export function recordLabels(kind: RecordKind, packageName?: string): Record<string, string> {
  const labels = { [RECORD_LABEL]: kind };
  return packageName === undefined ? labels : { ...labels, [PACKAGE_LABEL]: packageName };
}

/** `key=value` text of labels, for list calls. */
export function selectorOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** Name of the Secret that holds a record: `capstan-<kind>-<id>`, with a digest cut to 16 characters. */
export function recordName(kind: RecordKind, id: string): string {
  return `capstan-${kind}-${id.startsWith('sha256:') ? id.slice('sha256:'.length, 'sha256:'.length + 16) : id}`;
}
