export { packageGraph } from '@capstan/capability-center';
