import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CapstanError, isCapstanError, systemClock } from '@capstan/base';
import { connect } from '@capstan/kube';
import { type SandboxOwner, writeAgentConfig } from '../agent-config.ts';
import { agentCommand, assetDirectory } from '../assets.ts';
import { SANDBOX_CODES } from '../codes.ts';
import type { BuildOptions } from '../engine/build.ts';
import { type Engine, prepareEngine } from '../engine/engine.ts';
import { ensurePki, SANDBOX_CONTEXT, writeKubeconfig } from '../engine/files.ts';
import { AGENT, defaultEngine, type EngineName } from '../engine/names.ts';
import { loadStages, type StageSources } from '../simulation/load-stages.ts';
import { isApiServerReady } from './ask.ts';
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
import { choosePort, isFree } from './ports.ts';
import { type BackgroundProgram, processStatuses, startInBackground, stopProcesses } from './processes.ts';
import { readState, type SandboxState, writeState } from './state.ts';
import { Waiting } from './waiting.ts';

/** Options of `startSandbox`. */
export interface StartOptions extends SandboxLocation, BuildOptions {
  /** Which control plane; without it the one that the sandbox has, or for a new one `defaultEngine()`. */
  readonly engine?: EngineName;
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
 * Fails with CAPSTAN_SANDBOX_{ENGINE_DIFFERS, PORT_BUSY, START_FAILED, START_TIMED_OUT, DIRECTORY_UNUSABLE, STAGE_INVALID,
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
  const engine = await prepareEngine(chooseEngine(options.engine, await readState(paths)), options);
  await mkdir(dirname(paths.directory), { recursive: true });
  const start = async (): Promise<StartedSandbox> => {
    await makeDirectories(paths);
    const previous = await readState(paths);
    chooseEngine(engine.name, previous);
    const statuses = await processStatuses(paths, engine.name);
    const allRun = statuses.every(({ state }) => state === 'running');
    if (previous !== undefined && allRun && (await isApiServerReady(paths, previous.port))) {
      return { state: previous, alreadyRunning: true };
    }
    for (const { name, state, pid } of statuses) {
      if (state === 'stale' && pid !== undefined) onProgress?.({ type: 'stale-process', process: name, pid });
    }
    // What runs of it (after a crash, or a start that was killed) is stopped before it is started anew.
    await stopProcesses(paths);
    return { state: await startOnFreePort(engine, paths, previous?.port, options), alreadyRunning: false };
  };
  return withFileLock(paths.lock, start, {
    ...(signal && { signal }),
    onWait: () => onProgress?.({ type: 'waiting-for-lock' }),
  });
}

/** The data of one engine is nothing that the other can read. */
function chooseEngine(asked: EngineName | undefined, previous: SandboxState | undefined): EngineName {
  if (previous === undefined || asked === undefined || asked === previous.engine) {
    return asked ?? previous?.engine ?? defaultEngine();
  }
  throw new CapstanError(
    SANDBOX_CODES.engineDiffers,
    `The sandbox in ${previous.directory} has the engine ${previous.engine}, not ${asked}`,
    {
      hint: 'Its data cannot be moved to another engine. Start it without --engine, or reset it first.',
      fields: { engine: previous.engine, asked },
      next: ['capstan sandbox start', 'capstan sandbox reset'],
    },
  );
}

/** Starts once more, on another port, when a program took the chosen one before the server did. */
async function startOnFreePort(
  engine: Engine,
  paths: SandboxPaths,
  lastPort: number | undefined,
  options: StartOptions,
  lastTry = options.port !== undefined,
): Promise<SandboxState> {
  const { port, insteadOf } = await choosePort({ asked: options.port, remembered: lastPort });
  if (insteadOf !== undefined) options.onProgress?.({ type: 'port-changed', from: insteadOf, to: port });
  try {
    return await startEngine(engine, paths, port, options);
  } catch (error) {
    await stopProcesses(paths);
    if (lastTry || !isCapstanError(error, SANDBOX_CODES.startFailed) || (await isFree(port))) throw error;
    return startOnFreePort(engine, paths, port, options, true);
  }
}

async function startEngine(
  engine: Engine,
  paths: SandboxPaths,
  port: number,
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
  step('certificates');
  await ensurePki(paths);
  const server = await writeKubeconfig(paths, port);
  const programs = await engine.programs({ ...options, paths, port });
  const agent = await agentProgram(engine, paths, sources, options);

  const wait = new Waiting(paths, options);
  const start = async (program: BackgroundProgram) => wait.watch(await startInBackground(paths, program));
  step('processes');
  for (const program of [...programs.server.slice(0, -1), agent, ...programs.server.slice(-1)]) await start(program);
  step('api-server');
  // Loading the client takes about as long as the API server does.
  const [client] = await Promise.all([
    connect({ kubeconfig: paths.kubeconfig, clock }),
    wait.until('the API server', () => isApiServerReady(paths, port)),
  ]);
  for (const program of programs.clients) await start(program);
  step('node');
  await createNode(client, wait);
  const { gitVersion } = await client.version();
  client.close();
  const state: SandboxState = {
    format: 1,
    engine: engine.name,
    directory: paths.directory,
    kubeconfig: paths.kubeconfig,
    context: SANDBOX_CONTEXT,
    server,
    port,
    versions: { kubernetes: gitVersion },
    ...(engine.binaries !== undefined && { binaries: engine.binaries }),
    charts: sources.charts,
    startedAt: new Date(clock.now()).toISOString(),
  };
  await writeState(paths, state);
  step('ready');
  return state;
}

async function makeDirectories(paths: SandboxPaths): Promise<void> {
  const { directory, pki, etcdData, apiServerData, logs, pids, config, sockets } = paths;
  await refuseForeignDirectory(directory);
  for (const each of [directory, pki, etcdData, apiServerData, logs, pids, config, sockets])
    await makePrivateDirectory(each);
}

async function agentProgram(
  engine: Engine,
  paths: SandboxPaths,
  sources: StageSources,
  options: StartOptions,
): Promise<BackgroundProgram> {
  const { command, args } = agentCommand(options);
  const config = await writeAgentConfig(paths, {
    directory: paths.directory,
    sources,
    controllers: engine.simulatesControllers,
    ...(options.owner && { owner: options.owner }),
  });
  return { name: AGENT, command, args: [...args, config] };
}
