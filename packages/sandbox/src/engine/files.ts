import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Authority } from '@capstan/kube/pki';
import { stringify } from 'yaml';
import type { SandboxPaths } from '../lifecycle/paths.ts';

/** Who may call the API server, by token: the user, and the two control plane programs that log in on their own. */
export interface Tokens {
  readonly admin: string;
  readonly controllerManager: string;
  readonly scheduler: string;
}

/** The context, cluster and user name in the sandbox's kubeconfig. */
export const SANDBOX_CONTEXT = 'sandbox';
/** First address of the Service range: where Pods find the API server. */
const SERVICE_ADDRESS = '10.96.0.1';

/** File names below the pki directory. */
export const PKI = {
  ca: 'ca.crt',
  caKey: 'ca.key',
  server: 'apiserver.crt',
  serverKey: 'apiserver.key',
  proxyCa: 'front-proxy-ca.crt',
  proxyClient: 'front-proxy-client.crt',
  proxyClientKey: 'front-proxy-client.key',
  serviceAccountKey: 'service-account.key',
  tokens: 'tokens.json',
  tokenTable: 'tokens.csv',
} as const;

/** Makes the certificates, keys and tokens of a new sandbox; keeps those of an existing one. */
export async function ensurePki(paths: SandboxPaths): Promise<void> {
  if (existsSync(join(paths.pki, PKI.tokens))) return;
  // Only the first start needs the certificate library.
  const { createAuthority, createServiceAccountKey } = await import('@capstan/kube/pki');
  const [ca, proxyCa, serviceAccountKey] = await Promise.all([
    createAuthority('capstan-sandbox'),
    createAuthority('capstan-sandbox-front-proxy'),
    createServiceAccountKey(),
  ]);
  const service = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  const [server, proxyClient] = await Promise.all([
    ca.issue({
      commonName: 'kube-apiserver',
      usage: 'server',
      names: ['127.0.0.1', 'localhost', SERVICE_ADDRESS, ...service],
    }),
    proxyCa.issue({ commonName: 'front-proxy-client', usage: 'client' }),
  ]);
  const tokens = { admin: token(), controllerManager: token(), scheduler: token() };
  const put = (name: string, text: string) => writePrivate(join(paths.pki, name), text);
  await Promise.all([
    put(PKI.ca, ca.certificate),
    put(PKI.caKey, ca.key),
    put(PKI.server, server.certificate),
    put(PKI.serverKey, server.key),
    put(PKI.proxyCa, proxyCa.certificate),
    put(PKI.proxyClient, proxyClient.certificate),
    put(PKI.proxyClientKey, proxyClient.key),
    put(PKI.serviceAccountKey, serviceAccountKey),
    put(PKI.tokenTable, tokenTable(tokens)),
  ]);
  // Last, because its presence says that the rest is complete.
  await put(PKI.tokens, JSON.stringify(tokens));
}

/** The authority that signed the sandbox's certificates. */
export async function sandboxAuthority(paths: SandboxPaths): Promise<Authority> {
  const { loadAuthority } = await import('@capstan/kube/pki');
  const [certificate, key] = await Promise.all([
    readFile(join(paths.pki, PKI.ca), 'utf8'),
    readFile(join(paths.pki, PKI.caKey), 'utf8'),
  ]);
  return loadAuthority({ certificate, key });
}

/** Configuration files of one start of the real engine, by what they configure. */
export interface EngineFiles {
  readonly controllerManagerKubeconfig: string;
  readonly schedulerKubeconfig: string;
  readonly egress: string;
}

/** Writes the user's kubeconfig for the API server on this port of 127.0.0.1. Returns the server's address. */
export async function writeKubeconfig(paths: SandboxPaths, port: number): Promise<string> {
  const { server, ca, tokens } = await access(paths, port);
  await writePrivate(paths.kubeconfig, kubeconfig(server, ca, tokens.admin));
  return server;
}

/** Writes the kubeconfigs of the real engine's programs and its egress configuration. */
export async function writeEngineFiles(paths: SandboxPaths, port: number): Promise<EngineFiles> {
  const { server, ca, tokens } = await access(paths, port);
  const files: EngineFiles = {
    controllerManagerKubeconfig: join(paths.config, 'controller-manager.kubeconfig'),
    schedulerKubeconfig: join(paths.config, 'scheduler.kubeconfig'),
    egress: join(paths.config, 'egress.yaml'),
  };
  await Promise.all([
    writePrivate(files.controllerManagerKubeconfig, kubeconfig(server, ca, tokens.controllerManager)),
    writePrivate(files.schedulerKubeconfig, kubeconfig(server, ca, tokens.scheduler)),
    writePrivate(files.egress, egressConfiguration(frontSocket(paths))),
  ]);
  return files;
}

async function access(paths: SandboxPaths, port: number): Promise<{ server: string; ca: string; tokens: Tokens }> {
  const [ca, tokens] = await Promise.all([
    readFile(join(paths.pki, PKI.ca), 'utf8'),
    readFile(join(paths.pki, PKI.tokens), 'utf8'),
  ]);
  return { server: `https://127.0.0.1:${port}`, ca, tokens: JSON.parse(tokens) as Tokens };
}

/** The unix socket of the service front. */
export function frontSocket(paths: SandboxPaths): string {
  return join(paths.sockets, 'front.sock');
}

function kubeconfig(server: string, ca: string, token: string): string {
  const name = SANDBOX_CONTEXT;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}

/** Sends the API server's traffic to Services (webhooks, APIServices) to the front instead of unrouted addresses. */
function egressConfiguration(socket: string): string {
  const connection = { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: socket } } };
  return stringify({
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    egressSelections: [{ name: 'cluster', connection }],
  });
}

/** Columns of --token-auth-file: token, user, uid, groups. */
function tokenTable(tokens: Tokens): string {
  return [
    `${tokens.admin},sandbox-admin,sandbox-admin,"system:masters"`,
    `${tokens.controllerManager},system:kube-controller-manager,system:kube-controller-manager,`,
    `${tokens.scheduler},system:kube-scheduler,system:kube-scheduler,`,
    '',
  ].join('\n');
}

function token(): string {
  return randomBytes(32).toString('hex');
}

function writePrivate(file: string, text: string): Promise<void> {
  return writeFile(file, text, { mode: 0o600 });
}
