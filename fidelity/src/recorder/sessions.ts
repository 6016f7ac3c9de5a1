import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { startControlPlane } from '@capstan/sandbox/testing';
import { Client, type Endpoint } from '../run/client.ts';
import { endpointOf } from '../run/engine.ts';
import { execute } from '../run/execute.ts';
import { startReal } from '../run/real-engine.ts';
import { defineScript, type ScriptSource } from '../script/load.ts';
import type { Step } from '../script/types.ts';
import { convert } from './convert.ts';
import { startRecordingProxy } from './proxy.ts';
import { CHART, helmSession, kubectlSession, type Session, tourSession } from './session-commands.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SCRIPTS = fileURLToPath(new URL('../../scripts/clients/', import.meta.url));
const COMMAND_LIMIT_MS = 120_000;
const run = promisify(execFile);

/**
 * Runs real clients against the real engine and writes what they asked as scripts, compressed. `helm` and `kubectl` are
 * taken from PATH. Tells each command that failed although it should not have.
 */
export async function recordSessions(tell: (line: string) => void): Promise<void> {
  const engine = await startReal();
  try {
    await recordSession('helm', helmSession, engine.endpoint, tell);
    await recordSession('kubectl', kubectlSession, engine.endpoint, tell);
  } finally {
    await engine.stop();
  }
  const plane = await startControlPlane({ engine: 'real', charts: [join(ROOT, 'charts/stand-ins')] });
  try {
    await recordSession('capstan', tourSession(ROOT), await endpointOf(plane.kubeconfig), tell);
  } finally {
    await plane.stop();
  }
}

async function recordSession(
  name: string,
  session: Session,
  endpoint: Endpoint,
  tell: (line: string) => void,
): Promise<void> {
  const proxy = await startRecordingProxy(endpoint);
  const running: ChildProcess[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'capstan-session-'));
  try {
    for (const [path, text] of Object.entries({ ...CHART, ...session.files })) await put(join(folder, path), text);
    const env = { ...process.env, KUBECONFIG: proxy.kubeconfig, HOME: folder };
    const cwd = session.directory ?? folder;
    for (const { label, argv, fails = false, background } of session.commands) {
      proxy.label = label;
      const [command = '', ...args] = argv.map((word) => word.replaceAll('$(kubeconfig)', proxy.kubeconfig));
      if (background) {
        running.push(spawn(command, args, { cwd, env, stdio: 'ignore' }));
        continue;
      }
      const failed = await run(command, args, { cwd, env, timeout: COMMAND_LIMIT_MS }).then(
        () => undefined,
        (error: Error & { stderr?: string }) => error.stderr ?? error.message,
      );
      if ((failed !== undefined) !== fails) tell(`${label}: ${failed ?? 'should have failed'}`);
    }
    await writeScript(name, await settle(name, convert(proxy.requests)));
    tell(`${name}: ${proxy.requests.length} requests`);
  } finally {
    for (const child of running) child.kill('SIGTERM');
    await proxy.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The script with as many events per watch as really come where only the script runs: the client saw what the other
 * controllers did, too. A watch without events is left out.
 */
async function settle(name: string, source: ScriptSource): Promise<ScriptSource> {
  const engine = await startReal();
  const client = new Client(engine.endpoint);
  try {
    const { token } = engine.endpoint;
    const exchanges = await execute(defineScript(name, source), { client, token });
    const empty = new Set<string>();
    const steps = source.steps.map((step, index): Step => {
      if (!('collect' in step) || step.initial) return step;
      const events = exchanges[index]?.events?.length ?? 0;
      if (events === 0) empty.add(step.collect);
      return { ...step, events };
    });
    return { ...source, steps: steps.filter((step) => !empty.has(watchNameOf(step))) };
  } finally {
    client.close();
    await engine.stop();
  }
}

function watchNameOf(step: Step): string {
  if ('watch' in step) return step.watch;
  return 'collect' in step ? step.collect : '';
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

async function writeScript(name: string, source: ScriptSource): Promise<void> {
  const zipped = gzipSync(JSON.stringify(source).replaceAll(ROOT, '/capstan/'), { level: 9 });
  zipped[9] = 255;
  await mkdir(SCRIPTS, { recursive: true });
  await writeFile(join(SCRIPTS, `${name}.json.gz`), zipped);
}
