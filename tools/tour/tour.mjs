import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const launcher = `${root}capstan`;
/** The version that the tour upgrades from. */
const OLDER = '2.19';
const APPLICATION = 'examples/helloworld/app.yaml';

/**
 * One command of the tour: what it shows, its arguments, and the exit code that is right.
 * @typedef {{ say: string, args: string[], exit?: number }} Step
 */

/** Says that the tour cannot go on, and with which exit code it ends. */
class TourStopped extends Error {
  /**
   * @param {string} message
   * @param {number} code
   */
  constructor(message, code = 1) {
    super(message);
    this.code = code;
  }
}

/**
 * Takes the tour and prints each command so that it can be repeated by hand.
 * @param {import('./options.mjs').TourOptions} options
 * @returns {Promise<number>} the exit code
 */
export async function takeTour(options) {
  const started = Date.now();
  const interrupted = interruption();
  try {
    await (options.kubeconfig
      ? onCluster({ ...options, kubeconfig: resolve(options.kubeconfig) })
      : onSandbox(options));
    console.log(`\nThe tour took ${((Date.now() - started) / 1000).toFixed(1)} s.`);
    return 0;
  } catch (error) {
    if (interrupted()) return 130;
    if (!(error instanceof TourStopped)) throw error;
    console.error(`\n${error.message}`);
    return error.code;
  }
}

/** @param {import('./options.mjs').TourOptions} options */
async function onSandbox({ engine, keep }) {
  const target = ['--context', 'sandbox'];
  const before = answer(['sandbox', 'status', '-o', 'json']);
  const ran = before?.running === true;
  await take({
    say: 'A throwaway cluster whose pods are simulated.',
    args: ['sandbox', 'start', ...(engine ? ['--engine', engine] : [])],
  });
  await take({ say: "Capstan's own kinds.", args: ['system', 'install', ...target] });
  await mainJob({ target, namespace: [], install: true });
  if (keep) {
    console.log(`\nThe sandbox goes on running. Its kubeconfig:\n  ${text(['sandbox', 'kubeconfig', '--path'])}`);
  } else if (ran) {
    console.log('\nThe sandbox was running before the tour and goes on running.');
  } else {
    await take({ say: 'And away with it; its data stays until `sandbox reset`.', args: ['sandbox', 'stop'] });
  }
}

/** @param {import('./options.mjs').TourOptions & { kubeconfig: string }} options */
async function onCluster({ kubeconfig, standIns, yes }) {
  if (!existsSync(kubeconfig)) throw new TourStopped(`There is no file ${kubeconfig}.`, 2);
  const target = ['--kubeconfig', kubeconfig];
  const namespace = ['-n', 'capstan-tour'];
  if (!yes) await askFirst(kubeconfig);
  const status = answer(['system', 'status', '-o', 'json', ...target]);
  await take({ say: "Capstan's own kinds.", args: ['system', 'install', '--yes', ...target] });
  if (standIns) {
    await take({
      say: 'Charts come from the stand-ins, which carry what a client can see of the real ones.',
      args: ['center', 'add', 'capstan', 'capability-registry', '--mirror', 'stand-ins=charts/stand-ins', ...target],
    });
  }
  const operator = status?.operator?.running === true ? undefined : startOperator(target);
  try {
    const keda = answer(['cap', 'status', 'keda', '-o', 'json', ...target]);
    await mainJob({ target, namespace, install: keda === undefined });
    await take({
      say: 'The namespace of the tour.',
      args: ['delete', '--namespace-only', '--yes', ...namespace, ...target],
    });
  } finally {
    operator?.kill('SIGTERM');
  }
  console.log("\nWhat stays: Capstan's kinds and its records in namespace capstan-system.");
}

/** @param {{ target: string[], namespace: string[], install: boolean }} scene */
async function mainJob({ target, namespace, install }) {
  const there = [...namespace, ...target];
  await take({ say: 'What can this cluster learn about scaling?', args: ['cap', 'search', 'scale', ...target] });
  if (install) {
    await take({
      say: 'What would installing KEDA do? Nothing is changed yet.',
      args: ['cap', 'install', `keda@${OLDER}`, '--plan', ...target],
    });
    await take({
      say: 'Install it, with real Helm: not the newest version yet.',
      args: ['cap', 'install', `keda@${OLDER}`, '--yes', ...target],
    });
  } else {
    console.log('\nKEDA is installed here already, and stays.');
  }
  await take({
    say: 'What an application developer sees now.',
    args: ['trait', 'list', '--applies-to', 'webservice', ...target],
  });
  await take({ say: 'And how the new trait is written.', args: ['explain', 'autoscale', ...target] });
  await take({
    say: 'An application of two components: the frontend waits for its redis, and scales on a list in it.',
    args: ['up', '-f', APPLICATION, ...(namespace.length > 0 ? ['--create-namespace'] : []), ...there],
  });
  await take({
    say: 'How it does, from the application down to what runs.',
    args: ['status', 'helloworld', '--tree', ...there],
  });
  await take({
    say: 'Is there autoscaling in this cluster, and may I use it?',
    args: ['cap', 'query', 'autoscale >=1.0', ...there],
  });
  if (install) {
    await upgradeAndBack(target);
    await take({
      say: 'What would removing KEDA do, and who would notice?',
      args: ['cap', 'uninstall', 'keda', '--plan', ...target],
      exit: 5,
    });
    await take({
      say: 'Taking KEDA away would break the application: refused.',
      args: ['cap', 'uninstall', 'keda', '--yes', ...target],
      exit: 5,
    });
  }
  await take({ say: 'So the application goes first.', args: ['delete', 'helloworld', '--yes', ...there] });
  if (install) {
    await take({
      say: 'Now nothing stands in the way, not even of removing the CRDs.',
      args: ['cap', 'uninstall', 'keda', '--delete-crds', '--yes', ...target],
    });
  }
}

/**
 * From the older version to the newer one and back, while the application runs.
 * @param {string[]} target
 */
async function upgradeAndBack(target) {
  await take({
    say: 'There is a newer KEDA. The plan names the CRDs that get stricter, the new rights, and whether there is a way back.',
    args: ['cap', 'upgrade', 'keda', '--plan', ...target],
  });
  await take({ say: 'Upgrade it; the application goes on.', args: ['cap', 'upgrade', 'keda', '--yes', ...target] });
  await take({
    say: 'And back to the version before, from what is kept in the cluster.',
    args: ['cap', 'rollback', 'keda', '--yes', ...target],
  });
  await take({ say: 'Why is it there at all?', args: ['cap', 'why', 'keda', ...target] });
}

/** @param {Step} step */
async function take({ say, args, exit = 0 }) {
  console.log(`\n# ${say}\n$ ./capstan ${args.map(quoted).join(' ')}`);
  const code = await new Promise((done, failed) => {
    const child = spawn(launcher, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', failed);
    child.on('close', done);
  });
  if (code === exit && exit !== 0) console.log(`(exit ${exit}, as it should be)`);
  if (code !== exit) throw new TourStopped(`The tour stopped: the last command ended with exit ${code}, not ${exit}.`);
}

/**
 * The parsed JSON answer of a read, or undefined when it fails.
 * @param {string[]} args
 */
function answer(args) {
  const { status, stdout } = spawnSync(launcher, args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? JSON.parse(stdout) : undefined;
}

/** @param {string[]} args */
function text(args) {
  return spawnSync(launcher, args, { cwd: root, encoding: 'utf8' }).stdout.trim();
}

/** @param {string[]} target */
function startOperator(target) {
  console.log(`\n# The operator, as long as the tour lasts.\n$ ./capstan system run ${target.map(quoted).join(' ')} &`);
  return spawn(launcher, ['system', 'run', ...target], { cwd: root, stdio: 'ignore' });
}

/** @param {string} kubeconfig */
async function askFirst(kubeconfig) {
  const question = `The tour installs Capstan's kinds and KEDA on the cluster of ${kubeconfig}, and removes KEDA again. Go on? [y/N] `;
  if (!process.stdin.isTTY)
    throw new TourStopped(`${question.replace(' [y/N] ', '')}\n  Try:  pnpm start --kubeconfig ${kubeconfig} --yes`, 2);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const reply = await prompt.question(question);
  prompt.close();
  if (!/^y(es)?$/i.test(reply.trim())) throw new TourStopped('Nothing was changed.');
}

/** Ctrl-C reaches the running command by itself; here it is only remembered. */
function interruption() {
  let seen = false;
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => (seen = true));
  return () => seen;
}

/** @param {string} word */
function quoted(word) {
  return /^[\w./:=@-]+$/.test(word) ? word : `'${word}'`;
}
