export {
  ADMISSION_WEBHOOKS,
  type Admission,
  type AdmissionOptions,
  type AdmissionWebhook,
  createAdmission,
} from './admission/index.ts';
export {
  CAPABILITY,
  type Capabilities,
  type CapabilitySource,
  providedCapabilities,
} from './application/capabilities.ts';
export {
  type ApplicationController,
  type ApplicationControllerOptions,
  startApplicationController,
} from './application/controller.ts';
export { decideApplication } from './application/decide.ts';
export type {
  DecidedComponent,
  DecidedTrait,
  Decision,
  DecisionProblem,
  ObservedApplication,
  PlannedObject,
  ProblemReason,
  ServedKind,
} from './application/model.ts';
export { CONTROLLER_MANAGER, kindKey, objectKey } from './application/names.ts';
export { type ClusterReader, type ObserveInput, observeApplication } from './application/observe.ts';
export { builtinManifests, builtinPlugins } from './builtins/index.ts';
export { CORE_CODES } from './codes.ts';
export { type BuiltinControllersOptions, startBuiltinControllers } from './controllers/index.ts';
export { type ActivatedPlugins, activatePlugins } from './plugins/activate.ts';
export { type ContributionRegistry, type Contributions, createContributions } from './plugins/contributions.ts';
export {
  createPluginHost,
  type PluginHost,
  type PluginHostOptions,
  type ProvidedValue,
  provide,
} from './plugins/host.ts';
export type { PluginState } from './plugins/state.ts';
export {
  type ComponentController,
  type ComponentControllerOptions,
  startComponentController,
} from './revisions/index.ts';
export { COMPONENT_LABEL, CONTROLLER_REVISION, snapshotOf } from './revisions/snapshot.ts';
export { type ApplicationTree, applicationTree, type TreeInput, type TreeNode } from './tree/index.ts';
