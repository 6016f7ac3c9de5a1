export { listInstalled } from '@capstan/capability-center';
