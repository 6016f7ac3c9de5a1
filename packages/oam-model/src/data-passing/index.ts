export type {
  DataComponent,
  DataPassing,
  DataPassingInput,
  DataProblem,
  DataSlot,
  StorePart,
  StoreWrite,
} from './model.ts';
export { resolveDataPassing } from './resolve.ts';
export { storeAfter } from './stores.ts';
