export {
  capabilityStatus,
  credentialsOf,
  detectInstalled,
  listInstalled,
  loadCatalog,
  readCenters,
} from '@capstan/capability-center';
export { createHelm } from '@capstan/helm-ts';
export { systemStatus } from '@capstan/operator';
