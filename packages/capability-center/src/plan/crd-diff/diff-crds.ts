import type { JsonObject, KubernetesObject } from '@capstan/base';
import { diffSchemas } from './schema-diff.ts';
import { isMap, type SchemaFinding, same, stringsOf } from './schema-node.ts';
import { CRD_SEVERITIES, type CrdFinding } from './types.ts';

/** The static part of the review of a CRD: what its text says. */
export interface CrdDiff {
  readonly findings: readonly CrdFinding[];
  readonly addedFields: readonly string[];
  /** Whether the schema of any version differs in more than its documentation. */
  readonly schemaChanged: boolean;
}

/** One version of a CRD. */
export interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly schema: JsonObject;
  readonly subresources: JsonObject;
}

/**
 * What changes between the CRD in the cluster and a new body, by the rules of `CRD_RULES`; sorted, so that equal
 * questions get equal answers. `stored` are the versions of `status.storedVersions`. Faults that the present body has
 * already (a stored version that it does not have either) are notices: the change does not make them.
 */
export function diffCrds(before: KubernetesObject, after: KubernetesObject, stored: readonly string[]): CrdDiff {
  const versions = versionDiffs(before, after);
  const findings = [
    ...nameFindings(before, after),
    ...versionFindings(before, after, stored),
    ...conversionFindings(before, after),
    ...versions.flatMap(({ findings: found }) => found),
  ];
  return {
    findings: findings.toSorted(inOrder),
    addedFields: [...new Set(versions.flatMap(({ added }) => added))].sort(),
    schemaChanged: versions.some(({ changed }) => changed),
  };
}

/** The versions of a CRD, in its order. */
export function versionsOf(crd: KubernetesObject): CrdVersion[] {
  const versions = specOf(crd)['versions'];
  if (!Array.isArray(versions)) return [];
  return versions.filter(isMap).map((version) => {
    const schema = isMap(version['schema']) ? version['schema']['openAPIV3Schema'] : undefined;
    return {
      name: String(version['name']),
      served: version['served'] === true,
      storage: version['storage'] === true,
      schema: isMap(schema) ? schema : { 'x-kubernetes-preserve-unknown-fields': true },
      subresources: isMap(version['subresources']) ? version['subresources'] : {},
    };
  });
}

/** `spec` of a CRD. */
export function specOf(crd: KubernetesObject): JsonObject {
  return isMap(crd['spec']) ? crd['spec'] : {};
}

/** The versions in which objects of a CRD are stored, by its status. */
export function storedVersionsOf(crd: KubernetesObject): string[] {
  return isMap(crd['status']) ? stringsOf(crd['status']['storedVersions']) : [];
}

/** Whether the API server asks a webhook to convert between versions. */
export function convertsByWebhook(crd: KubernetesObject): boolean {
  const conversion = specOf(crd)['conversion'];
  return isMap(conversion) && conversion['strategy'] === 'Webhook';
}

function finding(rule: CrdFinding['rule'], message: string, more: Partial<CrdFinding> = {}): CrdFinding {
  return { rule, severity: CRD_SEVERITIES[rule], message, ...more };
}

function nameFindings(before: KubernetesObject, after: KubernetesObject): CrdFinding[] {
  const [was, is] = [specOf(before), specOf(after)];
  const scope =
    was['scope'] === is['scope']
      ? []
      : [finding('scope-changed', `The scope would be ${String(is['scope'])} instead of ${String(was['scope'])}.`)];
  const names = ['kind', 'plural'].filter((key) => !same(namesOf(was)[key], namesOf(is)[key]));
  const group = same(was['group'], is['group']) ? [] : ['group'];
  const changed = [...group, ...names];
  return [...scope, ...changed.map((key) => finding('names-changed', `The ${key} would change.`))];
}

function namesOf(spec: JsonObject): JsonObject {
  return isMap(spec['names']) ? spec['names'] : {};
}

function versionFindings(before: KubernetesObject, after: KubernetesObject, stored: readonly string[]): CrdFinding[] {
  const [was, is] = [versionsOf(before), versionsOf(after)];
  const lost = stored.filter((name) => !is.some((version) => version.name === name));
  const unserved = was
    .filter(({ served }) => served)
    .filter(({ name }) => !is.some((version) => version.name === name && version.served));
  const [from, to] = [was, is].map((list) => list.find(({ storage }) => storage)?.name ?? '');
  return [
    ...lost.map((version) => {
      const message = `Objects are stored as ${version}, which the new body does not have.`;
      const known = was.some(({ name }) => name === version);
      return finding('stored-version-removed', message, { version, ...(known ? {} : { severity: 'notice' }) });
    }),
    ...unserved.map(({ name }) =>
      finding('served-version-removed', `Clients cannot use ${name} any more.`, { version: name }),
    ),
    ...(from === to
      ? []
      : [
          finding('storage-version-changed', `Objects are stored as ${to} instead of ${from} from then on.`, {
            version: to ?? '',
          }),
        ]),
  ];
}

function conversionFindings(before: KubernetesObject, after: KubernetesObject): CrdFinding[] {
  const [was, is] = [specOf(before)['conversion'], specOf(after)['conversion']].map((value) =>
    isMap(value) ? (value['strategy'] ?? 'None') : 'None',
  );
  return was === is
    ? []
    : [finding('conversion-changed', `Versions are converted by ${String(is)} instead of ${String(was)}.`)];
}

interface VersionDiff {
  readonly findings: readonly CrdFinding[];
  readonly added: readonly string[];
  readonly changed: boolean;
}

function versionDiffs(before: KubernetesObject, after: KubernetesObject): VersionDiff[] {
  const [was, is] = [versionsOf(before), versionsOf(after)];
  const pairs = is.flatMap((version) => {
    const old = was.find(({ name }) => name === version.name);
    return old ? [{ old, fresh: version, name: version.name }] : [];
  });
  // Without a webhook, what is stored in one version is read by the schema of the other.
  const [oldStorage, newStorage] = [was, is].map((list) => list.find(({ storage }) => storage));
  const moved = oldStorage && newStorage && oldStorage.name !== newStorage.name && !convertsByWebhook(after);
  const across = moved
    ? [{ old: oldStorage, fresh: newStorage, name: `${oldStorage.name} as ${newStorage.name}` }]
    : [];
  return [...pairs, ...across].map(({ old, fresh, name }) => versionDiff(old, fresh, name));
}

function versionDiff(old: CrdVersion, fresh: CrdVersion, version: string): VersionDiff {
  const { findings, added } = diffSchemas(old.schema, fresh.schema);
  const gone = ['status', 'scale'].filter((key) => key in old.subresources && !(key in fresh.subresources));
  return {
    findings: [
      ...findings.map((found) => withVersion(found, version)),
      ...gone.map((key) => finding('subresource-removed', `The subresource ${key} would go.`, { version })),
    ],
    added,
    changed: findings.length > 0 || added.length > 0,
  };
}

function withVersion({ rule, path, message }: SchemaFinding, version: string): CrdFinding {
  const where = path === '' ? 'The object' : path;
  return finding(rule, `${where} ${message}.`, { version, ...(path === '' ? {} : { path }) });
}

const RANK = { blocking: 0, unsafe: 1, notice: 2 } as const;

function inOrder(a: CrdFinding, b: CrdFinding): number {
  return (
    RANK[a.severity] - RANK[b.severity] ||
    compare(a.version ?? '', b.version ?? '') ||
    compare(a.path ?? '', b.path ?? '') ||
    compare(a.rule, b.rule) ||
    compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
