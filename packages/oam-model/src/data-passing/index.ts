export type { DataComponent, DataPassing, DataPassingInput, DataProblem, DataSlot, StoreWrite } from './model.ts';
export { runOperations } from './operations.ts';
export { resolveDataPassing } from './resolve.ts';
export { observedByDataPassing } from './sources.ts';
