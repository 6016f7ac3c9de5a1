export { writeFinalizers, writeScope } from './effects.ts';
export type { ScopedWorkload, ScopeWrite } from './model.ts';
export { planScopes } from './plan.ts';
export {
  finalizersAfterLeaving,
  finalizersToJoin,
  isStillIn,
  scopeDefinitionFor,
  scopeEntries,
  scopesToRecord,
} from './records.ts';
