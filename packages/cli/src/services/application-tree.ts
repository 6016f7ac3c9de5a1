export { applicationTree } from '@capstan/core';
