import type { TestProject } from 'vitest/node';
import './context.ts';
import { startControlPlane } from './control-plane.ts';

/** Vitest's global setup: one control plane for the run, whose kubeconfig tests get by `inject('kubeconfig')`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const controlPlane = await startControlPlane();
  project.provide('kubeconfig', controlPlane.kubeconfig);
  return () => controlPlane.stop();
}
