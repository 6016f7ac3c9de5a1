export { ensureNamespace } from '@capstan/kube';
