// Builds the control plane of the sandbox's real engine ahead of its first start, with progress.
import { buildControlPlane } from '../packages/sandbox/src/index.ts';

const started = Date.now();
const binaries = await buildControlPlane({ onProgress: (event) => console.log(JSON.stringify(event)) });
console.log(`control plane in ${JSON.stringify(binaries)} after ${((Date.now() - started) / 60_000).toFixed(1)} min`);
