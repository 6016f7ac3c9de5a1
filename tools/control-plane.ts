// Builds the control plane of the sandbox's real engine ahead of its first start, one line per step.
import { buildControlPlane, type SandboxEvent } from '../packages/sandbox/src/index.ts';

let step = '';
const onProgress = (event: SandboxEvent) => {
  if (event.type !== 'build' || event.step === step) return;
  step = event.step;
  const left = event.remainingMs === undefined ? '' : `, at most ${Math.ceil(event.remainingMs / 60_000)} min to go`;
  console.log(`${(event.elapsedMs / 1000).toFixed(0).padStart(4)} s  ${step}${left}`);
};
const { directory, source } = await buildControlPlane({ onProgress });
console.log(`The control plane is in ${directory} (${source}).`);
