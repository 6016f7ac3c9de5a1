export { componentOf, componentOfRevision, type ResolvedEntry } from './component-of.ts';
export {
  COMPONENT_REVISIONS,
  type ComponentController,
  type ComponentControllerOptions,
  startComponentController,
} from './controller.ts';
export { COMPONENT_LABEL, CONTROLLER_REVISION, componentRevisionName } from './snapshot.ts';
export {
  type HistoryInput,
  historyWorkloads,
  isRevisionWorkload,
  recordedWorkload,
  type WorkloadNameInput,
  workloadNameFor,
} from './workload-name.ts';
