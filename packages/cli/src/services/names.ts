export { componentNameOf } from '@capstan/oam-model';
