import './context.ts';

/** The client, for tests of packages that do not stand on it themselves (helm-ts, plugins). */
export { connect, type KubeClient } from '@capstan/kube';
export { startControlPlane, type TestControlPlane } from './control-plane.ts';
export { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
export type { Fault, FaultAction, InjectedFault, ProxiedRequest } from './faults.ts';
