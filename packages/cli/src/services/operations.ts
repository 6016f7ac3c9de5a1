export { cancelOperation, pauseInstall, resumeOperation } from '@capstan/capability-center';
