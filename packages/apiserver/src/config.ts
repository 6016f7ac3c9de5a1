import { readFile } from 'node:fs/promises';
import type { ApiServerOptions, KeyPair } from './model/options.ts';
import type { UserInfo } from './model/request.ts';
import { dialThroughProxy } from './outbound/connect.ts';

/** A certificate, its key and its authority, as paths of PEM files. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
}

/** The configuration file of the server's process. All values but the port are paths. */
export interface ConfigFile {
  readonly port?: number;
  readonly dataDirectory?: string;
  readonly tls?: CertificateFiles;
  readonly clientCa?: string;
  /** Lines of `token,user,uid,"group1,group2"`, as kube-apiserver's --token-auth-file. */
  readonly tokens?: string;
  readonly serviceAccountKey?: string;
  readonly proxyClient?: CertificateFiles;
  /** A unix socket that speaks HTTP CONNECT to `name.namespace.svc:port`, as an egress selector's HTTPConnect proxy. */
  readonly serviceProxySocket?: string;
  readonly serviceCa?: string;
}

const KNOWN = new Set([
  ...['port', 'dataDirectory', 'tls', 'clientCa', 'tokens', 'serviceAccountKey', 'proxyClient', 'serviceProxySocket'],
  'serviceCa',
]);

/** The options that a configuration file stands for. Rejects where it has unknown fields or names files that cannot be read. */
export async function readConfig(value: unknown): Promise<ApiServerOptions> {
  if (typeof value !== 'object' || value === null) throw new Error('the configuration is not an object');
  const unknown = Object.keys(value).filter((name) => !KNOWN.has(name));
  if (unknown.length > 0) throw new Error(`the configuration has unknown fields: ${unknown.join(', ')}`);
  const config = value as ConfigFile;
  const { port, dataDirectory, tls, clientCa, tokens, serviceAccountKey, proxyClient, serviceCa } = config;
  const socket = config.serviceProxySocket;
  return {
    ...(port !== undefined && { port }),
    ...(dataDirectory !== undefined && { dataDirectory }),
    ...(tls && { tls: await readCertificate(tls) }),
    ...(clientCa !== undefined && { clientCa: await text(clientCa) }),
    ...(tokens !== undefined && { tokens: parseTokens(await text(tokens)) }),
    ...(serviceAccountKey !== undefined && { serviceAccountKey: await text(serviceAccountKey) }),
    ...(proxyClient && { proxyClient: await readCertificate(proxyClient) }),
    ...(socket !== undefined && { dialService: dialThroughProxy(socket) }),
    ...(serviceCa !== undefined && { serviceCa: await text(serviceCa) }),
  };
}

async function readCertificate(files: CertificateFiles): Promise<KeyPair & { readonly ca: string }> {
  const [certificate, key, ca] = await Promise.all([text(files.certificate), text(files.key), text(files.ca)]);
  return { certificate, key, ca };
}

function text(path: string): Promise<string> {
  return readFile(path, 'utf8');
}

/** Users by token. Lines without a user are refused; groups are one quoted field. */
export function parseTokens(table: string): Map<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const line of table.split('\n')) {
    if (line.trim() === '') continue;
    const [token = '', username = '', uid = '', groups = ''] = fields(line);
    if (token === '' || username === '') throw new Error('the token table has a line without a token or a user');
    const names = groups.split(',').filter((group) => group !== '');
    users.set(token, { username, groups: names, ...(uid !== '' && { uid }) });
  }
  return users;
}

/** The fields of a line of comma-separated values. */
function fields(line: string): string[] {
  const found: string[] = [];
  for (const [, quoted, plain] of line.trim().matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    found.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
  }
  return found;
}
