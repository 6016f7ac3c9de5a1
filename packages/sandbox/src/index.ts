export type { SandboxAssets } from './assets.ts';
export { type Attachment, parseService, parseTarget, serviceLabel, targetLabel } from './attach/attachment.ts';
export { attachService, detachService, listAttachments } from './attach/attachments.ts';
export { SANDBOX_CODES } from './codes.ts';
export type { ControlPlaneBinaries } from './engine/binaries.ts';
export { type BuildOptions, buildControlPlane, controlPlaneBinaries, needsBuild } from './engine/build.ts';
export { ENGINES, type EngineName, type ProcessName } from './engine/names.ts';
export type { BuildProgress, OnProgress, SandboxEvent, SandboxStep } from './lifecycle/events.ts';
export { type SandboxLocation, sandboxDirectory } from './lifecycle/paths.ts';
export { runningSandboxKubeconfig, type SandboxPhase, sandboxKubeconfigPath } from './lifecycle/phase.ts';
export type { ProcessStatus } from './lifecycle/processes.ts';
export { type StartedSandbox, type StartOptions, startSandbox } from './lifecycle/start.ts';
export type { SandboxState } from './lifecycle/state.ts';
export {
  resetSandbox,
  type SandboxStatus,
  type StoppedSandbox,
  sandboxStatus,
  stopSandbox,
} from './lifecycle/stop.ts';
