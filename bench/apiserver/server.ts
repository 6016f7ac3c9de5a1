import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareEngine } from '../../packages/sandbox/src/engine/engine.ts';
import { ensurePki, PKI, type Tokens, writeKubeconfig } from '../../packages/sandbox/src/engine/files.ts';
import type { EngineName } from '../../packages/sandbox/src/engine/names.ts';
import { sandboxPaths } from '../../packages/sandbox/src/lifecycle/paths.ts';
import { choosePort } from '../../packages/sandbox/src/lifecycle/ports.ts';
import { builtApiServer } from './built.ts';

/** An answer: its status and, when asked for, its body. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** An API server without controllers: only what answers requests (and, for the real one, its etcd). */
export interface BareServer {
  /** Milliseconds from the start of its first program to a positive /readyz. */
  readonly readyMs: number;
  /** Sends one request over a kept connection; bodies go as JSON unless the type says otherwise. */
  call(method: string, path: string, body?: object, type?: string): Promise<Answer>;
  /** Calls `onLine` for each line of an endless answer, such as a watch; resolves when the first bytes are there. */
  stream(path: string, onLine: (line: string) => void): Promise<() => void>;
  /** Resident memory of its processes together, in MB. */
  memory(): number;
  /** Ends its processes; the data stays until `remove`. */
  stop(): Promise<void>;
}

/** A folder for the data of one engine. */
export interface ServerHome {
  start(): Promise<BareServer>;
  remove(): Promise<void>;
}

/** Prepares a folder, certificates and command lines, so that a start measures nothing but the programs. */
export async function serverHome(engineName: EngineName): Promise<ServerHome> {
  const folder = await mkdtemp(join(tmpdir(), 'capstan-bench-'));
  const paths = sandboxPaths(join(folder, 'sandbox'));
  for (const each of [paths.directory, paths.pki, paths.config, paths.sockets, paths.etcdData, paths.apiServerData])
    await mkdir(each, { recursive: true, mode: 0o700 });
  await ensurePki(paths);
  const engine = await prepareEngine(engineName, {});
  const ca = await readFile(join(paths.pki, PKI.ca), 'utf8');
  const { admin } = JSON.parse(await readFile(join(paths.pki, PKI.tokens), 'utf8')) as Tokens;
  return {
    async start() {
      const { port } = await choosePort({});
      await writeKubeconfig(paths, port);
      const { server } = await engine.programs({ paths, port, ...builtApiServer() });
      const began = performance.now();
      const children = server.map(({ command, args, env, cwd }) =>
        spawn(command, args, { stdio: 'ignore', cwd: cwd ?? folder, env: { ...process.env, ...env } }),
      );
      const connection = new Connection(port, ca, admin);
      while ((await connection.call('GET', '/readyz').catch(() => undefined))?.status !== 200) await sleep(5);
      return running(children, connection, performance.now() - began);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function running(children: readonly ChildProcess[], connection: Connection, readyMs: number): BareServer {
  return {
    readyMs,
    call: (...args) => connection.call(...args),
    stream: (...args) => connection.stream(...args),
    memory: () => children.reduce((sum, { pid }) => sum + residentMegabytes(pid), 0),
    async stop() {
      connection.close();
      for (const child of [...children].reverse()) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await ended;
      }
    },
  };
}

function residentMegabytes(pid: number | undefined): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

class Connection {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  readonly #options;

  constructor(port: number, ca: string, token: string) {
    this.#options = { host: '127.0.0.1', port, ca, headers: { authorization: `Bearer ${token}` } };
  }

  call(method: string, path: string, body?: object, type = 'application/json'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = { ...this.#options.headers, ...(body && { 'content-type': type }) };
      const sent = request({ ...this.#options, agent: this.#agent, method, path, headers }, (response) => {
        response.toArray().then((chunks) => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
        }, reject);
      });
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  }

  stream(path: string, onLine: (line: string) => void): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const sent = request({ ...this.#options, agent: false, path }, (response) => {
        let rest = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) onLine(line);
        });
        response.on('error', () => {});
        resolve(() => sent.destroy());
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
