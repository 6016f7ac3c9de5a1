import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MODULE = fileURLToPath(new URL('./oci-registry/', import.meta.url));

/** A running OCI registry. */
export interface OciRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  stop(): Promise<void>;
}

/**
 * The registry of the CNCF Distribution project, built from its Go module: half a minute the first time, then from the
 * user's cache directory.
 */
export async function buildOciRegistry(): Promise<string> {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(await readFile(join(MODULE, file)));
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'capstan', 'test-programs');
  const program = join(cache, `oci-registry-${hash.digest('hex').slice(0, 12)}`);
  if (await exists(program)) return program;
  await mkdir(cache, { recursive: true });
  const { withFileLock } = await import('@capstan/sandbox/testing');
  await withFileLock(join(cache, 'oci-registry.lock'), async () => {
    if (!(await exists(program))) await build(program);
  });
  return program;
}

async function build(program: string): Promise<void> {
  const draft = `${program}.${process.pid}`;
  const env = { ...process.env, GOWORK: 'off', CGO_ENABLED: '0' };
  const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags=-s -w', '-o', draft, '.'];
  await promisify(execFile)('go', args, { cwd: MODULE, env });
  await rename(draft, program);
}

/** Starts a registry that keeps everything in memory; `auth` is its configuration of that name. */
export async function startOciRegistry(auth?: object): Promise<OciRegistry> {
  const program = await buildOciRegistry();
  const folder = await mkdtemp(join(tmpdir(), 'capstan-oci-'));
  const config = {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { inmemory: {}, delete: { enabled: true } },
    http: { addr: '127.0.0.1:0' },
    ...(auth ? { auth } : {}),
  };
  // JSON is YAML.
  await writeFile(join(folder, 'config.yml'), JSON.stringify(config));
  const env = { ...process.env, OTEL_TRACES_EXPORTER: 'none' };
  const child = spawn(program, ['serve', join(folder, 'config.yml')], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const host = await listening(child);
  return {
    host,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the registry ended: ${lines.join('\n')}`)));
    if (!child.stderr) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      const host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (host !== undefined) resolve(host);
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
