import './context.ts';

export { startControlPlane, type TestControlPlane } from './control-plane.ts';
