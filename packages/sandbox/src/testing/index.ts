import './context.ts';

/** The client, for tests of packages that do not stand on it themselves (helm-ts, plugins). */
export { connect, type KubeClient } from '@capstan/kube';
/** For programs that several test files build: one builds, the others wait. */
export { withFileLock } from '../lifecycle/lock.ts';
export { startControlPlane, type TestControlPlane } from './control-plane.ts';
export { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
export type { Fault, FaultAction, InjectedFault, ProxiedRequest } from './faults.ts';
export { type CrdTrial, tryCrd } from './try-crd.ts';
