export {
  assertApproved,
  assertExecutable,
  executeUninstall,
  planUninstall,
  printableRemoval,
} from '@capstan/capability-center';
