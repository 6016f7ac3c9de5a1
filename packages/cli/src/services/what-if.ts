export { whatIf } from '@capstan/capability-center';
