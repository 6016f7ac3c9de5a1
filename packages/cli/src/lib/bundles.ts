import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { CapstanError, EXIT, messageOf } from '@capstan/base';
import {
  type InstallerContext,
  type InstallGoal,
  type LoadedBundle,
  loadBundle as load,
  type WrittenBundle,
  writeBundle as write,
} from '@capstan/capability-center';
import type { KubeClient } from '@capstan/kube';
import { CLI_CODES } from '../codes.ts';
import { type OutputChoice, parseOutput } from '../render/output.ts';
import { bundledRegistry } from './assets.ts';

/** Writes what the goals take into a file. */
export function writeBundle(
  context: InstallerContext,
  options: {
    readonly goals: readonly InstallGoal[];
    readonly file: string;
    readonly allowStandIns: boolean;
    readonly signal: AbortSignal;
  },
): Promise<WrittenBundle> {
  return write(context, { ...options, file: resolve(options.file), bundled: bundledRegistry() });
}

/** Checks a bundle and records it as a center. */
export async function loadBundle(
  client: KubeClient,
  file: string,
  options: {
    readonly into?: string | undefined;
    readonly name?: string | undefined;
    readonly keys: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<LoadedBundle> {
  const { into, name, keys, signal } = options;
  return load(client, resolve(file), {
    into: into === undefined ? defaultFolder() : resolve(into),
    bundled: bundledRegistry(),
    signal,
    ...(name === undefined ? {} : { name }),
    ...(keys.length > 0 ? { verify: { keys: await Promise.all(keys.map(readKey)) } } : {}),
  });
}

/** What `-o` of `cap bundle` was given: a form of output, or else the file that is written. */
export async function parseFileOrOutput(text: string): Promise<OutputChoice & { readonly file?: string }> {
  if (/[./\\]/.test(text) && !text.startsWith('jsonpath')) return { format: 'table', file: text };
  return parseOutput(text);
}

/** A public key in a file. Fails with exit 2 when it cannot be read. */
export async function readKey(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CapstanError(CLI_CODES.fileUnreadable, `the key ${file} cannot be read: ${messageOf(error)}`, {
      exit: EXIT.usage,
    });
  }
}

function defaultFolder(): string {
  return join(process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share'), 'capstan', 'bundles');
}
