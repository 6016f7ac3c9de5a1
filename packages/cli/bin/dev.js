#!/usr/bin/env node
// The program from its TypeScript sources: node --conditions=@capstan/source packages/cli/bin/dev.js
import { fileURLToPath } from 'node:url';

process.stdout.on('error', onBrokenPipe);
process.stderr.on('error', onBrokenPipe);

const { main } = await import('../src/main.ts');
process.exitCode = await main({ root: fileURLToPath(new URL('..', import.meta.url)), fromSource: true });

/** As in run.js. */
function onBrokenPipe(error) {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
