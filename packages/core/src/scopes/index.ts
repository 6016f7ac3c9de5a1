export { type ScopeWriteOptions, writeFinalizers, writeScope } from './effects.ts';
export {
  SCOPE_FINALIZER,
  type ScopedWorkload,
  type ScopePlan,
  type ScopeProblem,
  type ScopesInput,
  type ScopeWrite,
} from './model.ts';
export { planScopes } from './plan.ts';
export {
  finalizersAfterLeaving,
  finalizersToJoin,
  scopeDefinitionFor,
  scopeEntries,
  scopeKinds,
  scopesToRecord,
} from './records.ts';
