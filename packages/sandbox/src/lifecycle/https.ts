import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { PKI, type Tokens } from '../engine/files.ts';
import type { SandboxPaths } from './paths.ts';

/** One call to the sandbox's API server. */
export interface ApiCall {
  readonly method: 'GET' | 'PATCH';
  readonly path: string;
  readonly body?: string;
}

/** Calls the sandbox's API server; resolves with status 0 while nothing listens. */
export async function callApi(
  paths: SandboxPaths,
  port: number,
  call: ApiCall,
): Promise<{ status: number; body: string }> {
  const [ca, tokens] = await Promise.all([
    readFile(join(paths.pki, PKI.ca), 'utf8'),
    readFile(join(paths.pki, PKI.tokens), 'utf8'),
  ]);
  const headers = {
    authorization: `Bearer ${(JSON.parse(tokens) as Tokens).admin}`,
    'content-type': 'application/apply-patch+yaml',
  };
  return new Promise((resolve) => {
    const sent = request(
      { host: '127.0.0.1', port, ca, headers, agent: false, timeout: 5_000, ...call },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve({ status: 0, body: '' }));
    sent.end(call.body);
  });
}
