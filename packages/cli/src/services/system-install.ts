export { installSystem } from '@capstan/operator';
