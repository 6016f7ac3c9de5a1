import { resolve } from 'node:path';
import { CapstanError, EXIT, referenceTo } from '@capstan/base';
import {
  type CenterRecord,
  centerSecret,
  type MirrorRecord,
  readCenters,
  readDirectoryRegistry,
  recordCenter,
} from '@capstan/capability-center';
import { SYSTEM_NAMESPACE } from '@capstan/capability-model';
import { ensureNamespace, type KubeClient } from '@capstan/kube';
import { didYouMean } from '@capstan/oam-model';
import { CLI_CODES } from '../codes.ts';
import { bundledRegistry } from './assets.ts';

/** What `center add` was given. */
export interface CenterWords {
  readonly name: string;
  readonly location: string;
  /** `NAME=DIRECTORY`. */
  readonly mirrors: readonly string[];
}

/** Records a center after reading it; paths become absolute. Gives the record and how many package versions it offers. */
export async function addCenter(
  client: KubeClient,
  words: CenterWords,
  signal: AbortSignal,
): Promise<{ record: CenterRecord; packages: number }> {
  const location = resolve(words.location);
  const record: CenterRecord = {
    name: words.name,
    type: 'directory',
    location,
    mirrors: words.mirrors.map(parseMirror),
  };
  const entries = await readDirectoryRegistry({ name: words.name, location });
  await ensureNamespace(client, SYSTEM_NAMESPACE, { signal });
  await recordCenter(client, record, { signal });
  return { record, packages: entries.length };
}

/** The centers of the cluster; the bundled one where none is recorded. */
export function listCenters(client: KubeClient, signal: AbortSignal): Promise<CenterRecord[]> {
  return readCenters(client, { bundled: bundledRegistry(), signal });
}

/** Removes the record of a center. Fails with the nearest name where there is no such record. */
export async function removeCenter(client: KubeClient, name: string, signal: AbortSignal): Promise<void> {
  const reference = referenceTo(centerSecret({ name, type: 'directory', location: '/', mirrors: [] }));
  if (await client.get(reference, { signal })) return client.delete(reference, { signal });
  const hint = didYouMean(
    name,
    (await listCenters(client, signal)).map((center) => center.name),
  );
  throw new CapstanError(CLI_CODES.notFound, `no center "${name}" is recorded`, {
    next: ['capstan center list'],
    exit: EXIT.failed,
    ...(hint === undefined ? {} : { hint }),
  });
}

function parseMirror(text: string): MirrorRecord {
  const equals = text.indexOf('=');
  if (equals > 0 && equals < text.length - 1)
    return { name: text.slice(0, equals), directory: resolve(text.slice(equals + 1)) };
  throw new CapstanError(CLI_CODES.usage, `--mirror ${text} is not NAME=DIRECTORY`, { exit: EXIT.usage });
}
