export { runOperator } from '@capstan/operator';
