export { queryCapabilities } from '@capstan/capability-center';
