export {
  assertApproved,
  assertExecutable,
  planInstall,
  planRollback,
  planUpgrade,
  printablePlan,
} from '@capstan/capability-center';
