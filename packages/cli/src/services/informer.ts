export { startInformer } from '@capstan/kube';
