export { CLI_CODES } from './codes.ts';
export { type MainOptions, main } from './main.ts';
