export { bundledPlugins } from './bundled-plugins.ts';
export { OPERATOR_CODES } from './codes.ts';
export type { ManifestState } from './compare.ts';
export {
  type InstallSystemOptions,
  installSystem,
  type SystemChange,
  type SystemInstallation,
  type SystemProgress,
} from './install.ts';
export { SYSTEM_VERSION, systemManifests } from './manifests.ts';
export type { OperatorOptions, OperatorState, ServedEndpoint } from './options.ts';
export { runOperator } from './run.ts';
export {
  type OperatorPresence,
  operatorIsRunning,
  type PluginPresence,
  type SystemStatus,
  systemStatus,
} from './status.ts';
