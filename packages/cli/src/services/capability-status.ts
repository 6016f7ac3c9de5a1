export { capabilityStatus } from '@capstan/capability-center';
