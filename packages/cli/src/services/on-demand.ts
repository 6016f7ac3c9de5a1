export {
  assertExecutable,
  executeInstall,
  followJournal,
  INSTALLER_CODES,
  printablePlan,
} from '@capstan/capability-center';
