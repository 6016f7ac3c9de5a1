import { posix } from 'node:path';
import type { SecretKeySelector, WorkloadConfigFile, WorkloadContainer } from '@capstan/oam-model';
import { configMapName, type PodVolumes } from './names.ts';

/** A mount of a container. */
export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}

/** The ConfigMap of one file. */
export interface FileConfigMap {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

/** What the config files of a container need. */
export interface ConfigFiles {
  readonly mounts: readonly VolumeMount[];
  readonly configMaps: readonly FileConfigMap[];
  /** One sentence for each file that cannot be written. */
  readonly problems: readonly string[];
}

/** One file: where it is, and one entry of a ConfigMap or Secret with its content. */
interface File {
  /** The directory that is mounted for it when it is alone there. */
  readonly directory: string;
  readonly mountPath: string;
  /** The file itself. */
  readonly path: string;
  readonly key: string;
  readonly source: { readonly configMap: string } | { readonly secret: string };
}

/**
 * The volumes and mounts of a container's config files. A text becomes a ConfigMap that is mounted at the directory of the
 * file; a key of a Secret becomes a file of that name in a directory `path`, as in the reference. Where several of them
 * meet in one directory, or one directory is inside another, one projected volume holds them all: Kubernetes takes a
 * mount path only once, and a ConfigMap's volume takes no mounts inside.
 */
export function configFiles(workload: string, container: WorkloadContainer, volumes: PodVolumes): ConfigFiles {
  const { name, config = [] } = container;
  const problems: string[] = [];
  const configMaps: FileConfigMap[] = [];
  const files: File[] = [];
  for (const entry of config) {
    const problem = problemOf(entry, files);
    if (problem) {
      problems.push(`config ${JSON.stringify(entry.path)} of container ${JSON.stringify(name)} ${problem}`);
      continue;
    }
    if (typeof entry.value === 'string') {
      const configMap = configMapName(workload, name, entry.path);
      configMaps.push({ name: configMap, data: { [posix.basename(entry.path)]: entry.value } });
      files.push(textFile(entry.path, configMap));
    } else if (entry.fromSecret) files.push(secretFile(entry.path, entry.fromSecret));
  }
  const mounts = groups(files).map((group) => mountOf(group, volumes));
  return { mounts, configMaps, problems };
}

function problemOf({ path, value, fromSecret }: WorkloadConfigFile, before: readonly File[]): string | undefined {
  const isText = typeof value === 'string';
  const { name = '', key = '' } = fromSecret ?? {};
  if (!path.startsWith('/')) return 'is not an absolute path';
  if (!isText && name === '' && key === '') return 'has neither a value nor a Secret';
  if (!isText && (name === '' || key === '')) return 'needs both the name of a Secret and a key in it';
  if (isText && path.endsWith('/')) return 'is a directory, not a file';
  const file = isText ? textFile(path, '') : secretFile(path, { name, key });
  if (!isText && file.directory === '/') return 'would hide the whole file system of the container';
  if (before.some((other) => other.path === file.path)) return 'is written twice';
  return undefined;
}

function textFile(path: string, configMap: string): File {
  const normal = posix.normalize(path);
  const directory = posix.dirname(normal);
  const key = posix.basename(path);
  // With the slash at its end, as the reference has it.
  return { directory, mountPath: `${directory}/`, path: normal, key, source: { configMap } };
}

function secretFile(path: string, { name, key }: SecretKeySelector): File {
  const directory = posix.normalize(path).replace(/(?<=.)\/$/, '');
  return { directory, mountPath: path, path: posix.join(directory, key), key, source: { secret: name } };
}

/** Files that share a mount. The first of each group is one whose directory holds all the others. */
function groups(files: readonly File[]): File[][] {
  const found: File[][] = [];
  // A file right under the root is mounted by itself: its directory is everything.
  const rooted = files.filter(({ directory }) => directory === '/');
  const others = files.filter(({ directory }) => directory !== '/');
  for (const file of others.toSorted((a, b) => a.directory.length - b.directory.length)) {
    const group = found.find(([first]) => first && isInside(file.directory, first.directory));
    if (group) group.push(file);
    else found.push([file]);
  }
  return [...rooted.map((file) => [file]), ...found];
}

function isInside(directory: string, other: string): boolean {
  return directory === other || directory.startsWith(`${other}/`);
}

function mountOf([first, ...rest]: readonly File[], volumes: PodVolumes): VolumeMount {
  if (!first) throw new Error('a group of config files has at least one');
  const wish = 'configMap' in first.source ? first.source.configMap : first.source.secret;
  if (rest.length > 0) {
    const sources = [first, ...rest].map((file) => projection(file, first.directory));
    return { name: volumes.add(wish, { projected: { sources } }), mountPath: first.mountPath };
  }
  const name = volumes.add(wish, volumeOf(first));
  if (first.directory === '/') return { name, mountPath: first.path, subPath: first.key };
  return { name, mountPath: first.mountPath };
}

function volumeOf({ source, key }: File): Record<string, unknown> {
  if ('configMap' in source) return { configMap: { name: source.configMap } };
  return { secret: { secretName: source.secret, items: [{ key, path: key }] } };
}

function projection({ source, key, path }: File, directory: string): Record<string, unknown> {
  const items = [{ key, path: posix.relative(directory, path) }];
  if ('configMap' in source) return { configMap: { name: source.configMap, items } };
  return { secret: { name: source.secret, items } };
}
