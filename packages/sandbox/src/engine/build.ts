import { link, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '@capstan/base';
import type { SandboxAssets } from '../assets.ts';
import type { OnProgress } from '../lifecycle/events.ts';
import { withFileLock } from '../lifecycle/lock.ts';
import { binariesFromEnvironment, type ControlPlaneBinaries, missingBinaries } from './binaries.ts';
import { type BuildTarget, buildTarget, KWOK_VERSION, versionFlags } from './build-cache.ts';
import { BuildReporter } from './build-progress.ts';
import { checkGo, runGo } from './go.ts';

/** Options of `controlPlaneBinaries` and `buildControlPlane`. */
export interface BuildOptions extends SandboxAssets {
  readonly onProgress?: OnProgress;
  /** Aborting ends the build; what was compiled is kept. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/**
 * The control plane's programs: those that the environment names, else those that were built before, else built now.
 * Fails with CAPSTAN_SANDBOX_BINARIES_MISSING when the environment names a directory that lacks some, and as
 * `buildControlPlane`.
 */
export async function controlPlaneBinaries(options: BuildOptions = {}): Promise<ControlPlaneBinaries> {
  return (await binariesFromEnvironment()) ?? buildControlPlane(options);
}

/** Whether a start would have to build first. */
export async function needsBuild(assets: SandboxAssets = {}): Promise<boolean> {
  if ((await binariesFromEnvironment()) !== undefined) return false;
  return (await missingBinaries((await buildTarget(assets)).directory)).length > 0;
}

/**
 * Builds the control plane with Go, unless that was done before: minutes the first time, so it reports its progress.
 * The result appears as a whole or not at all; of two builders one builds and the other waits. After an interruption
 * Go's cache has what was compiled. Fails with CAPSTAN_SANDBOX_{GO_MISSING, GO_TOO_OLD, BUILD_FAILED} or the signal's reason.
 */
export async function buildControlPlane(options: BuildOptions = {}): Promise<ControlPlaneBinaries> {
  const { onProgress, signal, clock = systemClock } = options;
  const target = await buildTarget(options);
  const binaries = { directory: target.directory, source: 'cache' } as const;
  const isBuilt = async () => (await missingBinaries(target.directory)).length === 0;
  if (await isBuilt()) return binaries;
  await checkGo();
  await mkdir(target.root, { recursive: true });
  const began = clock.now();
  const report = (step: 'waiting' | 'done', detail: string) =>
    onProgress?.({ type: 'build', step, detail, elapsedMs: clock.now() - began });
  await withFileLock(
    join(target.root, 'build.lock'),
    async () => {
      if (!(await isBuilt())) await build(target, options);
    },
    { ...(signal && { signal }), clock, onWait: () => report('waiting', 'another process builds the control plane') },
  );
  report('done', target.directory);
  return binaries;
}

async function build(
  target: BuildTarget,
  { onProgress = () => {}, signal, clock = systemClock }: BuildOptions,
): Promise<void> {
  const draft = `${target.directory}.draft`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft);
  const reporter = new BuildReporter(onProgress, clock);
  const go = (cwd: string, args: readonly string[], env?: Readonly<Record<string, string>>) =>
    runGo({ cwd, args, signal, onLine: (line) => reporter.line(line), ...(env && { env }) });
  // Names of compiled packages on standard error are the progress; there is no repository to stamp.
  const flags = ['-v', '-trimpath', '-buildvcs=false'];
  try {
    reporter.begin('etcd');
    await go(join(target.modules, 'etcd'), ['build', ...flags, '-ldflags=-s -w', '-o', join(draft, 'etcd'), '.']);
    reporter.begin('kubernetes');
    await buildKubernetes(target, draft, flags, go);
    reporter.begin('kwok');
    const kwok = `sigs.k8s.io/kwok/cmd/kwok@${KWOK_VERSION}`;
    await go(draft, ['install', ...flags, '-ldflags=-s -w', kwok], { GOBIN: draft });
  } finally {
    reporter.end();
  }
  await rm(target.directory, { recursive: true, force: true });
  await rename(draft, target.directory);
}

/** One program under three names: they share nearly all of their code. */
async function buildKubernetes(
  target: BuildTarget,
  draft: string,
  flags: readonly string[],
  go: (cwd: string, args: readonly string[]) => Promise<string>,
): Promise<void> {
  const directory = join(target.modules, 'kubernetes');
  const module = JSON.parse(await go(directory, ['list', '-m', '-json', 'k8s.io/kubernetes'])) as object;
  const stamp = versionFlags(target.kubernetesVersion, module);
  const program = join(draft, 'kube-apiserver');
  await go(directory, ['build', ...flags, `-ldflags=-s -w ${stamp}`, '-o', program, '.']);
  for (const name of ['kube-controller-manager', 'kube-scheduler']) await link(program, join(draft, name));
}
