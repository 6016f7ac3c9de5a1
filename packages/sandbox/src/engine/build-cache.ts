import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { assetDirectory, type SandboxAssets } from '../assets.ts';

/** kwok has no replaces, so it needs no module of ours. */
export const KWOK_VERSION = 'v0.8.0';

/** What is built and where the result belongs. */
export interface BuildTarget {
  /** The folder with the Go modules `etcd` and `kubernetes`. */
  readonly modules: string;
  /** Parent of all builds. */
  readonly root: string;
  /** This build: another one for each change of the modules. */
  readonly directory: string;
  /** `v1.35.4` */
  readonly kubernetesVersion: string;
}

/** Finds out what would be built; reads only. */
export async function buildTarget(
  assets: SandboxAssets = {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<BuildTarget> {
  const modules = join(assetDirectory(assets), 'control-plane');
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} kwok ${KWOK_VERSION}`);
  for (const module of ['etcd', 'kubernetes']) {
    for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(await readFile(join(modules, module, file)));
  }
  const kubernetesVersion = requiredVersion(await readFile(join(modules, 'kubernetes', 'go.mod'), 'utf8'));
  const root = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'capstan', 'control-plane');
  const directory = join(root, `${kubernetesVersion}-${hash.digest('hex').slice(0, 12)}`);
  return { modules, root, directory, kubernetesVersion };
}

/**
 * The linker flags that stamp the version: without them the server calls itself v0.0.0-master and every chart's
 * kubeVersion fails. The module proxy knows no git commit, so the module's checksum stands for it.
 */
export function versionFlags(version: string, module: { readonly Time?: string; readonly Sum?: string }): string {
  const [major = '', minor = ''] = version.replace(/^v/, '').split('.');
  const values = {
    gitVersion: version,
    gitMajor: major,
    gitMinor: minor,
    gitCommit: module.Sum ?? 'unknown',
    gitTreeState: 'clean',
    buildDate: module.Time ?? '1970-01-01T00:00:00Z',
  };
  return Object.entries(values)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ');
}

function requiredVersion(goMod: string): string {
  const version = /^\s*k8s\.io\/kubernetes\s+(v\S+)/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error('control-plane/kubernetes/go.mod does not require k8s.io/kubernetes');
  return version;
}
