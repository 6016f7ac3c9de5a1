import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { PKI, type Tokens } from '../engine/files.ts';
import type { SandboxPaths } from './paths.ts';

const TIMEOUT_MS = 5_000;
const RULES = 'apiserver.capstan.dev/unevaluated-rules';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** A CRD of the sandbox with CEL rules that its API server cannot evaluate. */
export interface UnevaluatedRules {
  readonly crd: string;
  /** `VERSION PATH: RULE`. */
  readonly rules: readonly string[];
}

interface CrdMetadata {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

/** Whether the sandbox's API server says that it is ready; false also while nothing listens. */
export async function isApiServerReady(paths: SandboxPaths, port: number): Promise<boolean> {
  return (await ask(paths, port, '/readyz')) !== undefined;
}

/** The CRDs of the sandbox whose rules do not all hold there; empty also while nothing answers. */
export async function unevaluatedRules(paths: SandboxPaths, port: number): Promise<UnevaluatedRules[]> {
  const answer = await ask(paths, port, CRDS, METADATA_ONLY);
  if (answer === undefined) return [];
  const { items } = JSON.parse(answer) as { items: CrdMetadata[] | null };
  // Go says null for an empty list of this kind.
  return (items ?? []).flatMap(({ metadata: { name, annotations } }) => {
    const marked = annotations?.[RULES];
    return marked === undefined ? [] : [{ crd: name, rules: JSON.parse(marked) as string[] }];
  });
}

/** The body of a positive answer to the sandbox's administrator; no client is loaded for it. */
async function ask(paths: SandboxPaths, port: number, path: string, accept = '*/*'): Promise<string | undefined> {
  const [ca, tokens] = await Promise.all([
    readFile(join(paths.pki, PKI.ca), 'utf8'),
    readFile(join(paths.pki, PKI.tokens), 'utf8'),
  ]);
  const headers = { authorization: `Bearer ${(JSON.parse(tokens) as Tokens).admin}`, accept };
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path, ca, headers, agent: false, timeout: TIMEOUT_MS };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => resolve(undefined));
      response.on('end', () => resolve(response.statusCode === 200 ? Buffer.concat(chunks).toString() : undefined));
    });
    sent.on('timeout', () => sent.destroy());
    sent.on('error', () => resolve(undefined));
    sent.end();
  });
}
