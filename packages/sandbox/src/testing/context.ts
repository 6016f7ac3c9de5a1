import 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the kubeconfig of the control plane that all cluster tests of a run share. */
    kubeconfig: string;
  }
}
