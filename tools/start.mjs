// `pnpm start`: builds what is missing and takes the tour. Parses on Node 20; goes on with the project's own Node.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = `${root}node_modules/node/bin/node`;

if (!existsSync(node)) {
  console.error('The dependencies are not installed.\n  Try:  npx -y pnpm@12.21.0 install');
  process.exitCode = 1;
} else if (Number(process.versions.node.split('.')[0]) < 24) {
  const { status } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  const { main } = await import('./tour/main.mjs');
  process.exitCode = await main(process.argv.slice(2));
}
