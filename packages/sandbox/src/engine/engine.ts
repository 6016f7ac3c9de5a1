import type { SandboxAssets } from '../assets.ts';
import type { SandboxPaths } from '../lifecycle/paths.ts';
import type { BackgroundProgram } from '../lifecycle/processes.ts';
import type { BuildOptions } from './build.ts';
import { embeddedEngine } from './embedded.ts';
import type { EngineName } from './names.ts';
import { realEngine } from './real.ts';

/** What the programs of a start need to know. */
export interface EngineStart extends SandboxAssets {
  readonly paths: SandboxPaths;
  /** Port of the API server on 127.0.0.1. */
  readonly port: number;
}

/** The programs of one start. */
export interface EnginePrograms {
  /** In this order; the last is the API server. */
  readonly server: readonly BackgroundProgram[];
  /** Started when the API server is ready. */
  readonly clients: readonly BackgroundProgram[];
}

/** A control plane that can be started: the only place where the two differ. */
export interface Engine {
  readonly name: EngineName;
  /** Where its programs were found; absent where it needs none but Node. */
  readonly binaries?: string;
  /** Whether the agent must do what the controller-manager, the scheduler and kwok do for the other engine. */
  readonly simulatesControllers: boolean;
  /** Writes the configuration files and returns the command lines. */
  programs(start: EngineStart): Promise<EnginePrograms>;
}

/** Gets an engine ready to be started. The real one may have to be built: fails as `controlPlaneBinaries` does. */
export function prepareEngine(name: EngineName, options: BuildOptions): Promise<Engine> {
  return name === 'real' ? realEngine(options) : Promise.resolve(embeddedEngine());
}
