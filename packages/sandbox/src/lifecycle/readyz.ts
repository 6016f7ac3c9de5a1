import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { PKI, type Tokens } from '../engine/files.ts';
import type { SandboxPaths } from './paths.ts';

const TIMEOUT_MS = 5_000;

/** Whether the sandbox's API server says that it is ready; false also while nothing listens. */
export async function isApiServerReady(paths: SandboxPaths, port: number): Promise<boolean> {
  const [ca, tokens] = await Promise.all([
    readFile(join(paths.pki, PKI.ca), 'utf8'),
    readFile(join(paths.pki, PKI.tokens), 'utf8'),
  ]);
  const headers = { authorization: `Bearer ${(JSON.parse(tokens) as Tokens).admin}` };
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/readyz', ca, headers, agent: false, timeout: TIMEOUT_MS };
    const sent = request(options, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode === 200));
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(false));
    sent.end();
  });
}
