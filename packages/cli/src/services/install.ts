export {
  assertExecutable,
  executeInstall,
  followJournal,
  INSTALLER_CODES,
  planInstall,
} from '@capstan/capability-center';
