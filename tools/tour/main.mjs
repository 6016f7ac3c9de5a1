import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseOptions, USAGE } from './options.mjs';
import { takeTour } from './tour.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Builds the command line and takes the tour.
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function main(args) {
  const options = parseOptions(args);
  if ('problem' in options) {
    console.error(`${options.problem}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  return build() === 0 ? takeTour(options) : 1;
}

/** Builds all packages and the bundle; prints what the build says only when it fails. */
function build() {
  process.stderr.write('Building Capstan ...');
  const started = Date.now();
  const result = spawnSync(
    process.execPath,
    ['node_modules/nx/dist/bin/nx.js', 'run-many', '-t', 'build', 'bundle', '--outputStyle=static'],
    { cwd: root, encoding: 'utf8', env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' } },
  );
  if (result.status === 0) process.stderr.write(` done in ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
  else process.stderr.write(` failed\n${result.stdout}\n${result.stderr}\n`);
  return result.status ?? 1;
}
