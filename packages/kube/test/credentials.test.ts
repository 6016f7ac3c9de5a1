import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { connect } from '../src/index.ts';
import { type Authority, createAuthority, type KeyedCertificate } from '../src/pki/certificates.ts';
import { failure, json } from './loopback.ts';

/** What the server saw of a request. */
interface Seen {
  readonly headers: NodeJS.Dict<string | string[]>;
  /** Common name of the client certificate. */
  readonly client: string | undefined;
  readonly serverName: string | false | undefined;
}

let authority: Authority;
let client: KeyedCertificate;

beforeAll(async () => {
  authority = await createAuthority('test-ca');
  client = await authority.issue({ commonName: 'jane', usage: 'client' });
});

/** An API server with TLS that only knows `/version`; `refuse` answers 401 instead. */
async function apiServer(names = ['127.0.0.1'], refuse: (seen: Seen) => boolean = () => false) {
  const leaf = await authority.issue({ commonName: 'api', usage: 'server', names });
  const seen: Seen[] = [];
  const tls = { cert: leaf.certificate, key: leaf.key, ca: authority.certificate };
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: false }, (request, response) => {
    const socket = request.socket as TLSSocket & { servername?: string | false };
    const one = {
      headers: request.headers,
      client: socket.getPeerCertificate()?.subject?.CN?.toString(),
      serverName: socket.servername,
    };
    seen.push(one);
    if (refuse(one)) return json(response, 401, failure(401, 'Unauthorized', 'expired'));
    json(response, 200, { gitVersion: 'v1.35.4' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, port: (server.address() as AddressInfo).port };
}

/** A folder with a kubeconfig for the server in it, and a client for that. */
async function clientFor(port: number, user: object, cluster: object = {}, options: object = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-credentials-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const kubeconfig = join(directory, 'kubeconfig');
  const authorityData = Buffer.from(authority.certificate).toString('base64');
  await writeFile(
    kubeconfig,
    JSON.stringify({
      clusters: [
        {
          name: 'c',
          cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': authorityData, ...cluster },
        },
      ],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'test',
    }),
  );
  const found = await connect({ kubeconfig, ...options });
  onTestFinished(() => found.close());
  return { client: found, directory };
}

/** The `exec` of a user, and the program in a folder of its own: it notes each run with what it was told. */
async function program(body: string, more: object = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-program-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const script = join(directory, 'login.cjs');
  const log = join(directory, 'log');
  await writeFile(
    script,
    `const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
     require('node:fs').appendFileSync(${JSON.stringify(log)}, JSON.stringify(info) + '\\n');
     const answer = (status) => console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: 'ExecCredential', status }));
     ${body}`,
  );
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: process.execPath, args: [script], ...more };
  const runs = async () => (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  return { exec, runs };
}

describe('credential programs', () => {
  test.each(['v1', 'v1beta1', 'v1alpha1'])(
    '%s: run once for all requests, and told of the cluster',
    async (version) => {
      const server = await apiServer();
      const { exec, runs } = await program("answer({ token: 'from-' + process.env.WHO })", {
        apiVersion: `client.authentication.k8s.io/${version}`,
        env: [{ name: 'WHO', value: 'jane' }],
        provideClusterInfo: true,
        interactiveMode: 'Never',
      });
      const { client: api } = await clientFor(server.port, { exec });
      await Promise.all([api.version(), api.version(), api.version()]);
      expect(server.seen.map(({ headers }) => headers['authorization'])).toEqual(Array(3).fill('Bearer from-jane'));
      const [run, ...more] = (await runs()).map((line) => JSON.parse(line));
      expect(more).toEqual([]);
      expect(run).toMatchObject({
        apiVersion: `client.authentication.k8s.io/${version}`,
        kind: 'ExecCredential',
        spec: { interactive: false, cluster: { server: `https://127.0.0.1:${server.port}` } },
      });
    },
  );

  test('what has expired, or is refused, is asked for again', async () => {
    const server = await apiServer(undefined, ({ headers }) => headers['authorization'] === 'Bearer stale');
    const { exec, runs } = await program(
      `const runs = require('node:fs').readFileSync(${'process.argv[2]'}, 'utf8').split('\\n').length - 1;
       const soon = new Date(Date.now() + 1000).toISOString(), late = new Date(Date.now() + 3600e3).toISOString();
       answer(runs === 1 ? { token: 'stale', expirationTimestamp: late } : { token: 'fresh' + runs, expirationTimestamp: soon });`,
    );
    const log = String(exec.args[0]).replace('login.cjs', 'log');
    const { client: api } = await clientFor(server.port, { exec: { ...exec, args: [...exec.args, log] } });
    await api.version();
    await api.version();
    expect(await runs()).toHaveLength(3);
    expect(server.seen.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer stale',
      'Bearer fresh2',
      'Bearer fresh3',
    ]);
  });

  test('a client certificate is used as well', async () => {
    const server = await apiServer();
    const status = { clientCertificateData: client.certificate, clientKeyData: client.key };
    const { exec } = await program(`answer(${JSON.stringify(status)})`);
    const { client: api } = await clientFor(server.port, { exec });
    await api.version();
    expect(server.seen[0]?.client).toBe('jane');
  });

  test.each([
    [
      'is missing',
      '',
      { command: 'no-such-program', installHint: 'Install it first.' },
      'no-such-program failed: it was not found. Install it first.',
    ],
    ['fails', "console.error('not logged in'); process.exit(3)", {}, 'failed: it ended with code 3: not logged in.'],
    ['prints something else', "console.log('s3cret')", {}, 'failed: what it printed is not JSON.'],
    ['gives nothing', 'answer({})', {}, 'failed: it gave neither a token nor a certificate.'],
    ['gives half a certificate', "answer({ clientCertificateData: 'x' })", {}, 'a certificate without its key'],
    [
      'answers in another version',
      "info.apiVersion = 'other/v1'; answer({ token: 't' })",
      {},
      'it answered in other/v1',
    ],
    [
      'is of a version to come',
      '',
      { apiVersion: 'client.authentication.k8s.io/v2' },
      'its apiVersion client.authentication.k8s.io/v2 is not known',
    ],
    ['must ask somebody', '', { interactiveMode: 'Always' }, 'standard input is no terminal'],
  ])('one that %s is named with the reason, and nothing that it printed', async (_what, body, more, reason) => {
    const { exec } = await program(body, more);
    const { client: api } = await clientFor(1, { exec });
    const error = await api.version().catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'CAPSTAN_KUBE_UNREACHABLE', exit: 3 });
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain('s3cret');
  });

  test('a token in the kubeconfig wins', async () => {
    const server = await apiServer();
    const { exec, runs } = await program("answer({ token: 'x' })");
    const { client: api } = await clientFor(server.port, { exec, token: 'stated' });
    await api.version();
    expect(server.seen[0]?.headers['authorization']).toBe('Bearer stated');
    expect(await runs()).toEqual([]);
  });
});

test('a token file is relative to the kubeconfig, and read again when its token is refused', async () => {
  const server = await apiServer(undefined, ({ headers }) => headers['authorization'] === 'Bearer old');
  const { client: api, directory } = await clientFor(server.port, { tokenFile: 'token' });
  await writeFile(join(directory, 'token'), 'first\n');
  await api.version();
  await writeFile(join(directory, 'token'), 'old\n');
  await api.version();
  expect(server.seen.map(({ headers }) => headers['authorization'])).toEqual(['Bearer first', 'Bearer first']);

  const { client: other, directory: beside } = await clientFor(server.port, { tokenFile: 'token' });
  await writeFile(join(beside, 'token'), 'old\n');
  await expect(other.version()).rejects.toMatchObject({ code: 'CAPSTAN_KUBE_UNAUTHORIZED' });
  await writeFile(join(beside, 'token'), 'new\n');
  await other.version();
  expect(server.seen.at(-1)?.headers['authorization']).toBe('Bearer new');
});

test.each<[string, (directory: string) => Promise<object>]>([
  [
    'inline',
    async () => ({
      'client-certificate-data': Buffer.from(client.certificate).toString('base64'),
      'client-key-data': Buffer.from(client.key).toString('base64'),
    }),
  ],
  [
    'in files beside the kubeconfig',
    async (directory) => {
      await writeFile(join(directory, 'crt'), client.certificate);
      await writeFile(join(directory, 'key'), client.key);
      return { 'client-certificate': join(directory, 'crt'), 'client-key': join(directory, 'key') };
    },
  ],
])('client certificates %s', async (_where, user) => {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-certificates-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const server = await apiServer();
  const { client: api } = await clientFor(server.port, await user(directory));
  await api.version();
  expect(server.seen[0]?.client).toBe('jane');
});

test('tls-server-name is what the certificate must be for', async () => {
  const server = await apiServer(['api.example']);
  const { client: wrong } = await clientFor(server.port, {});
  await expect(wrong.version()).rejects.toMatchObject({ code: 'CAPSTAN_KUBE_UNREACHABLE' });
  const { client: right } = await clientFor(server.port, {}, { 'tls-server-name': 'api.example' });
  await right.version();
  expect(server.seen[0]?.serverName).toBe('api.example');
});

test('proxy-url: requests go through the proxy', async () => {
  const server = await apiServer();
  const asked: string[] = [];
  const proxy = createProxy().on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const target = connectTcp(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    onTestFinished(() => void target.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const { client: api } = await clientFor(server.port, { token: 't' }, { 'proxy-url': url });
  await api.version();
  expect(asked).toEqual([`127.0.0.1:${server.port}`]);
  expect(server.seen[0]?.headers['authorization']).toBe('Bearer t');
});

describe('impersonation', () => {
  const user = {
    as: 'jane',
    'as-groups': ['dev', 'ops'],
    'as-uid': '42',
    'as-user-extra': { 'example.com/team': ['a'] },
  };

  test('a kubeconfig may ask for it with all that belongs to it', async () => {
    const server = await apiServer();
    const { client: api } = await clientFor(server.port, user);
    await api.version();
    expect(server.seen[0]?.headers).toMatchObject({
      'impersonate-user': 'jane',
      'impersonate-group': 'dev, ops',
      'impersonate-uid': '42',
      'impersonate-extra-example.com%2fteam': 'a',
    });
  });

  test('what the command line says wins', async () => {
    const server = await apiServer();
    const { client: api } = await clientFor(server.port, user, {}, { as: 'joe', asGroups: ['qa'], asUid: '7' });
    await api.version();
    expect(server.seen[0]?.headers).toMatchObject({
      'impersonate-user': 'joe',
      'impersonate-group': 'qa',
      'impersonate-uid': '7',
    });
  });

  test('groups of nobody are refused before anything is sent', async () => {
    await expect(clientFor(1, {}, {}, { asGroups: ['ops'] })).rejects.toMatchObject({ exit: 2 });
  });
});
