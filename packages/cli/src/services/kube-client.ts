export { connect, resolveClusterTarget } from '@capstan/kube';
