// What every cluster command needs of the Kubernetes client, and nothing more: this module is imported lazily, and a
// bundler leaves out what it does not name.
export { connect, resolveClusterTarget } from '@capstan/kube';
