export { whyInstalled } from '@capstan/capability-center';
