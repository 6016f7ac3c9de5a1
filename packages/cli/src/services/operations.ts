export { cancelOperation, listInstalled, pauseInstall, resumeOperation } from '@capstan/capability-center';
