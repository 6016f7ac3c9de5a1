import { spawn } from 'node:child_process';
import { messageOf, redact } from '@capstan/base';
import { absolute } from './user-extras.ts';

/** `exec` of a kubeconfig's user (client-go credential plugins). */
export interface ExecConfig {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
  readonly interactiveMode?: 'Never' | 'IfAvailable' | 'Always';
}

/** What a program is told about the cluster, where it asks for it. */
export interface ExecCluster {
  readonly server: string;
  readonly 'tls-server-name'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'certificate-authority-data'?: string;
  readonly 'proxy-url'?: string;
}

/** What a program gave: a token, a client certificate, or both. */
export interface ExecCredential {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
}

const GROUP = 'client.authentication.k8s.io';
const VERSIONS: ReadonlySet<string> = new Set([`${GROUP}/v1`, `${GROUP}/v1beta1`, `${GROUP}/v1alpha1`]);
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** For programs that nobody can answer: one that waits for input would wait for ever. */
const SILENT_LIMIT_MS = 60_000;
/** A credential that ends while a request is on its way is refused. */
const EARLY_MS = 5000;

interface Status {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  readonly expirationTimestamp?: string;
}

/**
 * Credentials from a program, as client-go runs them: once for all requests that wait, kept until they expire or the
 * server refuses them. Errors say which program, why, and the hint of the kubeconfig; never what it printed on stdout.
 */
export class ExecCredentials {
  readonly #config: ExecConfig;
  readonly #file: string;
  readonly #cluster: ExecCluster;
  #kept: { readonly credential: ExecCredential; readonly until: number } | undefined;
  #running: Promise<ExecCredential> | undefined;

  /** `file` is the kubeconfig: a command with a slash in it is relative to its folder. */
  constructor(config: ExecConfig, file: string, cluster: ExecCluster) {
    this.#config = config;
    this.#file = file;
    this.#cluster = cluster;
  }

  /** The credential, from the program if there is none that lasts. */
  async credential(): Promise<ExecCredential> {
    if (this.#kept && this.#kept.until > Date.now()) return this.#kept.credential;
    this.#running ??= this.#obtain().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Drops what is kept. */
  renew(): void {
    this.#kept = undefined;
  }

  async #obtain(): Promise<ExecCredential> {
    const { apiVersion = `${GROUP}/v1`, interactiveMode = 'IfAvailable' } = this.#config;
    if (!VERSIONS.has(apiVersion)) throw this.#failed(`its apiVersion ${apiVersion} is not known`);
    const interactive = interactiveMode !== 'Never' && process.stdin.isTTY === true;
    if (interactiveMode === 'Always' && !interactive) {
      throw this.#failed('it asks for input, and standard input is no terminal');
    }
    const status = this.#statusIn(await this.#run(apiVersion, interactive), apiVersion);
    const { token, clientCertificateData: certificate, clientKeyData: key, expirationTimestamp } = status;
    const credential = { ...(token ? { token } : {}), ...(certificate && key ? { certificate, key } : {}) };
    const until = expirationTimestamp ? Date.parse(expirationTimestamp) - EARLY_MS : Number.POSITIVE_INFINITY;
    this.#kept = { credential, until };
    return credential;
  }

  #run(apiVersion: string, interactive: boolean): Promise<string> {
    const { command = '', args, env, provideClusterInfo } = this.#config;
    const cluster = provideClusterInfo ? { cluster: this.#cluster } : {};
    const info = { apiVersion, kind: 'ExecCredential', spec: { interactive, ...cluster } };
    const stated = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
    const program = command.includes('/') ? absolute(command, this.#file) : command;
    return new Promise((resolve, reject) => {
      const child = spawn(program, [...(args ?? [])], {
        env: { ...process.env, ...stated, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
        stdio: [interactive ? 'inherit' : 'ignore', 'pipe', interactive ? 'inherit' : 'pipe'],
        ...(interactive ? {} : { timeout: SILENT_LIMIT_MS }),
      });
      const output = collect(child.stdout);
      const complaints = collect(child.stderr);
      child.once('error', (error: NodeJS.ErrnoException) => {
        reject(this.#failed(error.code === 'ENOENT' ? 'it was not found' : messageOf(error)));
      });
      child.once('close', (code, signal) => {
        if (code === 0) return resolve(output());
        const how = signal ? `it was ended by ${signal}` : `it ended with code ${code}`;
        const why = complaints().trim().split('\n').slice(-3).join('; ');
        reject(this.#failed(why === '' ? how : `${how}: ${why}`));
      });
    });
  }

  #statusIn(output: string, apiVersion: string): Status {
    let parsed: { apiVersion?: unknown; kind?: unknown; status?: Status | null };
    try {
      parsed = JSON.parse(output) ?? {};
    } catch {
      throw this.#failed('what it printed is not JSON');
    }
    if (parsed.kind !== 'ExecCredential') throw this.#failed('what it printed is no ExecCredential');
    if (parsed.apiVersion !== apiVersion) {
      throw this.#failed(`it answered in ${String(parsed.apiVersion)}, and the kubeconfig asks for ${apiVersion}`);
    }
    const status = parsed.status ?? {};
    const { token, clientCertificateData, clientKeyData } = status;
    if (!token && !clientCertificateData) throw this.#failed('it gave neither a token nor a certificate');
    if (Boolean(clientCertificateData) !== Boolean(clientKeyData)) {
      throw this.#failed('it gave a certificate without its key, or a key without its certificate');
    }
    return status;
  }

  #failed(why: string): Error {
    const { command = '', installHint } = this.#config;
    const hint = installHint ? ` ${installHint.trim()}` : '';
    return new Error(redact(`the credential program ${command || '(none named)'} failed: ${why}.${hint}`));
  }
}

/** Collects text, bounded: more than any credential is not read. */
function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= MAX_OUTPUT_BYTES) chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
