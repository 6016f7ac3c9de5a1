import './context.ts';

/** For tests of packages that do not stand on the client themselves. */
export { connect, type KubeClient } from '@capstan/kube';
export { startControlPlane, type TestControlPlane } from './control-plane.ts';
