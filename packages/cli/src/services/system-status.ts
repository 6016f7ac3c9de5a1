export { systemStatus } from '@capstan/operator';
