import '@capstan/sandbox/testing';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTestCenter } from '@capstan/capability-center/testing';
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import { aFile, capstan } from './cli.ts';

const SECRET = 'open-sesame-17';
let folder: string;
let server: Server;
let url: string;
let key: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capstan-cli-centers-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  const directory = join(folder, 'center');
  await writeTestCenter(directory, { packages: [{ name: 'tiny' }, { name: 'tiny', version: '1.1.0' }] });
  const pair = generateKeyPairSync('ed25519');
  key = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const index = await readFile(join(directory, 'index.json'));
  await writeFile(join(directory, 'index.json.sig'), sign(null, index, pair.privateKey).toString('base64'));
  const authorization = `Basic ${Buffer.from(`robot:${SECRET}`).toString('base64')}`;
  server = createServer(async (request, response) => {
    if (request.headers.authorization !== authorization) return void response.writeHead(401).end();
    const content = await readFile(join(directory, request.url ?? '')).catch(() => undefined);
    response.writeHead(content ? 200 : 404).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const center = (...words: string[]) => capstan('center', ...words, '--kubeconfig', inject('kubeconfig'));

test('a center on a web server with credentials, a key and mirrors: added, listed, read again, removed', async () => {
  onTestFinished(async () => {
    for (const name of ['web', 'capstan']) await center('remove', name);
  });
  vi.stubEnv('TINY_USERNAME', 'robot');
  vi.stubEnv('TINY_PASSWORD', SECRET);
  const words = ['web', url, '--credentials-from', 'env:TINY', '--key', aFile('key.pub', key), '--priority', '7'];
  const mirrors = [
    '--mirror',
    `https://charts.example.org=oci://registry.example.org/charts`,
    '--mirror',
    `near=${folder}`,
  ];
  const added = await center('add', ...words, ...mirrors);
  expect(added).toMatchObject({
    exit: 0,
    stdout: expect.stringMatching(/2 package versions in .*, signed by sha256:/),
  });
  expect(added.stderr).toContain('The registry that comes with Capstan stays');
  const listed = await center('list', '-o', 'json');
  expect(listed.json().items[0]).toMatchObject({
    name: 'web',
    type: 'http',
    priority: 7,
    packages: 2,
    ageSeconds: expect.any(Number),
    credentialsFrom: 'env:TINY',
    mirrors: [
      { from: 'https://charts.example.org', to: 'oci://registry.example.org/charts' },
      { name: 'near', directory: folder },
    ],
  });
  expect((await center('sync', 'web')).stdout).toMatch(/^web: 2 package versions, signed by .*, nothing new\n$/);
  vi.stubEnv('TINY_PASSWORD', 'another-secret');
  const refused = await center('sync', 'web');
  expect(refused).toMatchObject({
    exit: 3,
    stdout: expect.stringContaining('asks for credentials, or does not accept'),
  });
  for (const { stdout, stderr } of [added, listed, refused]) {
    expect(stdout + stderr).not.toMatch(
      new RegExp(`${SECRET}|another-secret|${Buffer.from(SECRET).toString('base64')}`),
    );
  }
  expect((await center('remove', 'web')).stdout).toBe('Center web is no longer recorded.\n');
});

test.each<[string, string[], number, string]>([
  ['a place of no known kind', ['x', 'ftp://host/x'], 2, 'is no place of a center'],
  ['credentials in the address', ['x', 'https://u:hunter2@host/x'], 2, 'carries credentials'],
  [
    'credentials as text',
    ['x', './x', '--credentials-from', 'hunter2'],
    2,
    'neither secret:NAMESPACE/NAME nor env:PREFIX',
  ],
  ['a mirror without a target', ['x', './x', '--mirror', 'https://a='], 2, 'is not FROM=TO'],
  ['a key that is not there', ['x', './x', '--key', '/nowhere.pub'], 2, 'the key /nowhere.pub cannot be read'],
  ['a name that is none', ['X Y', './x'], 2, 'its name is no DNS label'],
  ['a place that does not answer', ['x', 'http://127.0.0.1:9'], 3, 'cannot be read: '],
])('%s is refused', async (_, words, exit, message) => {
  const ran = await center('add', ...words);
  expect(ran).toMatchObject({ exit, stderr: expect.stringContaining(message) });
  expect(ran.stdout + ran.stderr).not.toContain('hunter2');
});
