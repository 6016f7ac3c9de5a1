import type { JsonObject } from '@capstan/base';
import {
  type CapabilityPackage,
  compareVersionIds,
  type FieldPath,
  type VersionId,
  versionLabel,
} from '@capstan/capability-model';
import semver from 'semver';

/** `apiVersion` of a registry's index. */
export const INDEX_API_VERSION = 'registry.capstan.dev/v1';

/** `kind` of a registry's index. */
export const INDEX_KIND = 'CapabilityIndex';

/** One published version in the index. */
export interface IndexedVersion extends VersionId {
  readonly digest: string;
  /** What became of it after it was published, over what its metadata says: published bytes cannot be taken back. */
  readonly lifecycle?: Partial<CapabilityPackage['lifecycle']>;
}

/** The index of a registry: every published version with its digest, oldest first. */
export interface RegistryIndex {
  readonly apiVersion: typeof INDEX_API_VERSION;
  readonly kind: typeof INDEX_KIND;
  readonly packages: Readonly<Record<string, readonly IndexedVersion[]>>;
  /** Contracts that the registry publishes, by id. */
  readonly contracts?: Readonly<Record<string, { readonly digest: string }>>;
}

/** Path of a version's metadata inside its registry; the same on every system. */
export function metadataPath(name: string, id: VersionId): string {
  return `packages/${name}/${versionLabel(id)}.json`;
}

/** Path of a contract inside its registry. */
export function contractPath(id: string): string {
  return `contracts/${id}.json`;
}

/** An index with one more version, in order. */
export function withVersion(index: RegistryIndex, name: string, version: IndexedVersion): RegistryIndex {
  const versions = [...(index.packages[name] ?? []), version].sort(compareVersionIds);
  const names = [...new Set([...Object.keys(index.packages), name])].sort();
  const entries = names.map((each) => [each, each === name ? versions : (index.packages[each] ?? [])] as const);
  return { ...index, packages: Object.fromEntries(entries) };
}

/** An index that lists nothing. */
export const EMPTY_INDEX: RegistryIndex = { apiVersion: INDEX_API_VERSION, kind: INDEX_KIND, packages: {} };

/** What is wrong with a value that should be an index; undefined when it is one. Unknown fields are tolerated. */
export function indexProblem(value: unknown): { readonly path: FieldPath; readonly message: string } | undefined {
  if (!isObject(value)) return { path: [], message: 'is not an object' };
  if (value['apiVersion'] !== INDEX_API_VERSION)
    return { path: ['apiVersion'], message: `is not ${INDEX_API_VERSION}` };
  if (value['kind'] !== INDEX_KIND) return { path: ['kind'], message: `is not ${INDEX_KIND}` };
  const { packages } = value;
  if (!isObject(packages)) return { path: ['packages'], message: 'is not an object' };
  for (const [name, versions] of Object.entries(packages)) {
    const path = ['packages', name];
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return { path, message: 'is not a package name' };
    if (!Array.isArray(versions)) return { path, message: 'is not a list of versions' };
    const wrong = versions.findIndex((version) => !isIndexedVersion(version));
    if (wrong >= 0)
      return { path: [...path, wrong], message: 'does not have a version, a release and a sha256 digest' };
  }
  return undefined;
}

function isIndexedVersion(value: unknown): value is IndexedVersion {
  if (!isObject(value)) return false;
  const { version, release, digest, lifecycle } = value;
  return (
    isLifecycle(lifecycle) &&
    typeof version === 'string' &&
    semver.valid(version) !== null &&
    Number.isSafeInteger(release) &&
    Number(release) >= 0 &&
    typeof digest === 'string' &&
    /^sha256:[0-9a-f]{64}$/.test(digest)
  );
}

/** Fields of newer Capstans are tolerated here too; a phase that is none would leave the resolver in the dark. */
function isLifecycle(value: unknown): boolean {
  if (value === undefined) return true;
  if (!isObject(value)) return false;
  const { phase = 'supported', reason = '', successor = '' } = value;
  const known = ['preview', 'supported', 'deprecated', 'yanked'].includes(String(phase));
  return known && typeof reason === 'string' && typeof successor === 'string';
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
