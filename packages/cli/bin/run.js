#!/usr/bin/env node
// The bundled program. Parses on Node 20, where it only says what is needed.

process.stdout.on('error', onBrokenPipe);
process.stderr.on('error', onBrokenPipe);

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`capstan needs Node 24 or later; this is ${process.version}\n`);
  process.exit(1);
}
// An import of these would load all that they offer, among it what takes longer than many a command.
const [fs, module, { fileURLToPath }] = ['fs', 'module', 'url'].map(process.getBuiltinModule);
module.enableCompileCache();
const argv = process.argv.slice(2);
const bundle = fileURLToPath(new URL('../bundle/', import.meta.url));
const quick = quickCommand(argv);
if (quick) {
  const { run } = module.createRequire(import.meta.url)(quick.file);
  process.exitCode = await run(quick.args);
} else {
  const { main } = await import('../bundle/main.js');
  process.exitCode = await main({ root: bundle, argv });
}

/** The file of a command that has one to itself, when the command line begins with its name and does not ask for help. */
function quickCommand(argv) {
  if (argv.includes('--help') || argv.includes('-h')) return undefined;
  for (const length of [2, 1]) {
    const words = argv.slice(0, length);
    if (words.length < length || !words.every((word) => /^[a-z]+$/.test(word))) continue;
    const file = `${bundle}quick-${words.join('-')}.cjs`;
    if (fs.existsSync(file)) return { file, args: argv.slice(length) };
  }
  return undefined;
}

/** `capstan ... | head`: the reader is gone, so there is nothing left to say. oclif would hang in its flush. */
function onBrokenPipe(error) {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}
