#!/usr/bin/env node
// The bundled program. Parses on Node 20, where it only says what is needed.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

process.stdout.on('error', onBrokenPipe);
process.stderr.on('error', onBrokenPipe);

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`capstan needs Node 24 or later; this is ${process.version}\n`);
  process.exit(1);
}
module.enableCompileCache();
const { main } = await import('../bundle/main.js');
process.exitCode = await main({ root: fileURLToPath(new URL('../bundle', import.meta.url)) });

/** `capstan ... | head`: the reader is gone, so there is nothing left to say. oclif would hang in its flush. */
function onBrokenPipe(error) {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
