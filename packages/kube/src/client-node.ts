/**
 * The only import of @kubernetes/client-node, and imported lazily itself: loading the library costs more than a whole
 * cluster read, so a command that talks to no cluster must never pay for it.
 */
export { KubeConfig } from '@kubernetes/client-node';
