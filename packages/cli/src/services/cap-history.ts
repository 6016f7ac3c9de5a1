export { listRevisions } from '@capstan/capability-center';
