import type { TestProject } from 'vitest/node';
import type { OnProgress } from '../lifecycle/events.ts';
import './context.ts';
import { startControlPlane } from './control-plane.ts';

/** Vitest's global setup: one control plane for the run, whose kubeconfig tests get by `inject('kubeconfig')`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const controlPlane = await startControlPlane({ onProgress: announceBuild() });
  project.provide('kubeconfig', controlPlane.kubeconfig);
  return () => controlPlane.stop();
}

/** A build takes minutes, and a test run that says nothing looks hung. */
function announceBuild(): OnProgress {
  let announced = '';
  return (event) => {
    if (event.type !== 'build' || event.step === announced) return;
    announced = event.step;
    process.stderr.write(`control plane: ${event.step} (${Math.round((event.remainingMs ?? 0) / 1000)} s left)\n`);
  };
}
