export { assertExecutable, executeUninstall, planUninstall } from '@capstan/capability-center';
