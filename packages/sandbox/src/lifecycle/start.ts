import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CapstanError, systemClock } from '@capstan/base';
import { connect } from '@capstan/kube';
import { type SandboxOwner, writeAgentConfig } from '../agent-config.ts';
import { agentCommand, assetDirectory } from '../assets.ts';
import { SANDBOX_CODES } from '../codes.ts';
import { type BuildOptions, controlPlaneBinaries } from '../engine/build.ts';
import { ensurePki, SANDBOX_CONTEXT, writeEngineFiles } from '../engine/files.ts';
import { type BinaryName, type EngineSettings, PROGRAMS } from '../engine/programs.ts';
import { loadStages, type StageSources } from '../simulation/load-stages.ts';
import { createNode } from './bootstrap.ts';
import type { SandboxStep } from './events.ts';
import { withFileLock } from './lock.ts';
import {
  makePrivateDirectory,
  refuseForeignDirectory,
  type SandboxLocation,
  type SandboxPaths,
  sandboxDirectory,
  sandboxPaths,
} from './paths.ts';
import { choosePort } from './ports.ts';
import { processStatuses, type StartedProgram, startInBackground, stopProcesses } from './processes.ts';
import { isApiServerReady } from './readyz.ts';
import { readState, type SandboxState, writeState } from './state.ts';
import { Waiting } from './waiting.ts';

/** Options of `startSandbox`. */
export interface StartOptions extends SandboxLocation, BuildOptions {
  /** Exactly this port for the API server; without it the last one, or a free one. */
  readonly port?: number;
  /** Folders of charts: the stages in `<chart>/<version>/simulation/*.yaml` are played. */
  readonly charts?: readonly string[];
  /** Time limit for the API server and the Node to become ready, building not included. Default 60 s. */
  readonly timeoutMs?: number;
  /** The sandbox ends and deletes itself when its owner is gone. For tests, which may be killed. */
  readonly owner?: SandboxOwner;
}

/** A running sandbox. */
export interface StartedSandbox {
  readonly state: SandboxState;
  /** It ran before this call; nothing was changed. */
  readonly alreadyRunning: boolean;
}

/**
 * Starts the sandbox, or finds it running. Its processes outlive the caller. Of two calls at the same time one starts it
 * and the other waits and finds it. When the start fails or the signal is aborted, no process of it is left.
 * Fails with CAPSTAN_SANDBOX_{PORT_BUSY, START_FAILED, START_TIMED_OUT, DIRECTORY_UNUSABLE, STAGE_INVALID,
 * PLATFORM_UNSUPPORTED}, with the codes of `controlPlaneBinaries`, or with the signal's reason.
 */
export async function startSandbox(options: StartOptions = {}): Promise<StartedSandbox> {
  const { onProgress, signal } = options;
  if (process.platform === 'win32') {
    throw new CapstanError(SANDBOX_CODES.platformUnsupported, 'The sandbox does not run on Windows', {
      hint: 'Use the Windows Subsystem for Linux, or a cluster of your own with --kubeconfig.',
    });
  }
  const paths = sandboxPaths(sandboxDirectory(options));
  // Outside the lock: building takes minutes, and stop and status must not wait for it.
  const binaries = await controlPlaneBinaries(options);
  await mkdir(dirname(paths.directory), { recursive: true });
  const start = async (): Promise<StartedSandbox> => {
    await makeDirectories(paths);
    const previous = await readState(paths);
    const statuses = await processStatuses(paths);
    const allRun = statuses.every(({ state }) => state === 'running');
    if (previous !== undefined && allRun && (await isApiServerReady(paths, previous.port))) {
      return { state: previous, alreadyRunning: true };
    }
    for (const { name, state, pid } of statuses) {
      if (state === 'stale' && pid !== undefined) onProgress?.({ type: 'stale-process', process: name, pid });
    }
    // What runs of it (after a crash, or a start that was killed) is stopped before it is started anew.
    await stopProcesses(paths);
    try {
      return { state: await startEngine(paths, binaries.directory, previous?.port, options), alreadyRunning: false };
    } catch (error) {
      await stopProcesses(paths);
      throw error;
    }
  };
  return withFileLock(paths.lock, start, {
    ...(signal && { signal }),
    onWait: () => onProgress?.({ type: 'waiting-for-lock' }),
  });
}

async function startEngine(
  paths: SandboxPaths,
  binaries: string,
  lastPort: number | undefined,
  options: StartOptions,
): Promise<SandboxState> {
  const { onProgress, clock = systemClock, charts = [] } = options;
  const began = clock.now();
  const step = (name: SandboxStep) => onProgress?.({ type: 'step', step: name, elapsedMs: clock.now() - began });

  const sources: StageSources = {
    charts: charts.map((folder) => resolve(folder)),
    stages: join(assetDirectory(options), 'stages', 'simulation'),
  };
  // Loaded here only to fail now, with an error that says where, and not in a process that nobody watches.
  await loadStages(sources);
  const { port, insteadOf } = await choosePort({ asked: options.port, remembered: lastPort });
  if (insteadOf !== undefined) onProgress?.({ type: 'port-changed', from: insteadOf, to: port });
  step('certificates');
  const server = `https://127.0.0.1:${port}`;
  const files = await writeEngineFiles(paths, await ensurePki(paths), server);
  const settings: EngineSettings = { paths, files, port, stageFiles: await kwokStages(assetDirectory(options)) };

  const wait = new Waiting(paths, options);
  const start = async (name: BinaryName) =>
    wait.watch(await startInBackground(paths, { name, command: join(binaries, name), ...PROGRAMS[name](settings) }));
  step('processes');
  await start('etcd');
  wait.watch(await startAgent(paths, sources, options));
  await start('kube-apiserver');
  step('api-server');
  // Loading the client takes about as long as the API server does.
  const [client] = await Promise.all([
    connect({ kubeconfig: paths.kubeconfig, clock }),
    wait.until('the API server', () => isApiServerReady(paths, port)),
  ]);
  for (const name of ['kube-controller-manager', 'kube-scheduler', 'kwok'] as const) await start(name);
  step('node');
  await createNode(client, wait);
  const { gitVersion } = await client.version();
  client.close();
  const state: SandboxState = {
    format: 1,
    engine: 'real',
    directory: paths.directory,
    kubeconfig: paths.kubeconfig,
    context: SANDBOX_CONTEXT,
    server,
    port,
    versions: { kubernetes: gitVersion },
    binaries,
    charts: sources.charts,
    startedAt: new Date(clock.now()).toISOString(),
  };
  await writeState(paths, state);
  step('ready');
  return state;
}

async function makeDirectories(paths: SandboxPaths): Promise<void> {
  const { directory, pki, etcdData, logs, pids, config, sockets } = paths;
  await refuseForeignDirectory(directory);
  for (const each of [directory, pki, etcdData, logs, pids, config, sockets]) await makePrivateDirectory(each);
}

async function startAgent(paths: SandboxPaths, sources: StageSources, options: StartOptions): Promise<StartedProgram> {
  const { command, args } = agentCommand(options);
  const config = await writeAgentConfig(paths, {
    directory: paths.directory,
    sources,
    ...(options.owner && { owner: options.owner }),
  });
  return startInBackground(paths, { name: 'agent', command, args: [...args, config] });
}

async function kwokStages(assets: string): Promise<string[]> {
  const directory = join(assets, 'stages', 'kwok');
  return (await readdir(directory)).sort().map((file) => join(directory, file));
}
