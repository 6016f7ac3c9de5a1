export { executeInstall, followJournal, INSTALLER_CODES } from '@capstan/capability-center';
